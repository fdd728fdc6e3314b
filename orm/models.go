package orm

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/schema"
)

// Models are all the models of a program, checked and joined by their
// relations. They are safe for concurrent use.
type Models struct {
	all    []*model
	byType map[reflect.Type]*model
	// now is the clock of auto_now fields and of new uuids.
	now    func() time.Time
	random io.Reader
	// invalidate makes tags of the cache go; nil for nothing.
	invalidate func(ctx context.Context, tags []string)
}

// Group is the models of one module.
type Group struct {
	Module string // the first part of the tables' names
	Models []Declaration
}

// NewModels checks the models and joins them. The error names every problem
// that was found, one a line.
func NewModels(groups ...Group) (*Models, error) {
	ms := &Models{byType: map[reflect.Type]*model{}, now: time.Now, random: rand.Reader}
	var errs []error
	tables := map[string]*model{}
	for _, g := range groups {
		for _, d := range g.Models {
			m, bad := newModel(g.Module, d)
			errs = append(errs, bad...)
			if other := ms.byType[d.typ]; other != nil {
				errs = append(errs, fmt.Errorf("model %s is declared twice, by the modules %s and %s", m, other.module, m.module))
				continue
			}
			if other := tables[m.table]; other != nil {
				errs = append(errs, fmt.Errorf("models %s and %s are both stored in table %q", other, m, m.table))
			}
			ms.byType[d.typ] = m
			tables[m.table] = m
			ms.all = append(ms.all, m)
		}
	}
	for _, m := range ms.all {
		errs = append(errs, ms.link(m)...)
	}
	for _, m := range ms.all {
		errs = append(errs, ms.linkBothSides(m)...)
	}
	if len(errs) == 0 {
		errs = ms.checkNames() // of pairs there are names only when all is well
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return ms, nil
}

// link joins the model's relations with the models they lead to.
func (ms *Models) link(m *model) []error {
	var errs []error
	for _, f := range m.fields {
		if f.ref == nil {
			continue
		}
		f.ref.model = ms.byType[f.ref.target]
		switch t := f.ref.model; {
		case t == nil:
			errs = append(errs, m.mistake(f.name, fmt.Errorf("refers to %s, which no module declares as a model", f.ref.target)))
		case len(t.keys) > 1:
			errs = append(errs, m.mistake(f.name, fmt.Errorf("refers to %s, whose key is of several fields, %s; references lead to models with one", t, describe(t.keys))))
		case t.key != nil && t.key.base != f.base:
			errs = append(errs, m.mistake(f.name, fmt.Errorf("refers to %s by a %s, but its key is a %s", t, f.base, t.key.base)))
		}
	}
	for _, r := range m.relations {
		errs = append(errs, ms.linkRelation(m, r)...)
	}
	return errs
}

// Renamed is a column that had another name, by the tag was.
type Renamed struct {
	Module, Table string
	From, To      string // columns
}

// Renamed returns the columns of all models whose fields say that they had
// another name.
func (ms *Models) Renamed() []Renamed {
	var out []Renamed
	for _, m := range ms.all {
		for _, f := range m.fields {
			if f.tag.was != "" {
				out = append(out, Renamed{m.module, m.table, f.tag.was, f.column})
			}
		}
	}
	return out
}

// WithClock returns the same models with another clock for the fields tagged
// auto_now and auto_now_add. Defaults to time.Now.
func (ms *Models) WithClock(now func() time.Time) *Models {
	out := *ms
	out.now = now
	return &out
}

// WithRandom returns the same models with another source of randomness for new
// uuid keys. Defaults to crypto/rand.Reader.
func (ms *Models) WithRandom(random io.Reader) *Models {
	out := *ms
	out.random = random
	return &out
}

// Schema returns the tables of all models.
func (ms *Models) Schema() schema.Schema {
	return ms.schema(func(*model) bool { return true })
}

// ModuleSchema returns the tables of the models of one module.
func (ms *Models) ModuleSchema(module string) schema.Schema {
	return ms.schema(func(m *model) bool { return m.module == module })
}

func (ms *Models) schema(want func(*model) bool) schema.Schema {
	var s schema.Schema
	for _, m := range ms.all {
		if want(m) {
			s.Tables = append(s.Tables, m.tables()...)
		}
	}
	s.Normalize()
	return s
}

// CreateTables creates the tables of all models in a database that has none of
// them: for tests and throw-away databases. Programs use migrations.
func (ms *Models) CreateTables(ctx context.Context, h database.Handle) error {
	ed := database.Root(h).Dialect().Editor()
	done := map[string]bool{}
	tables := inOrder(ms.Schema().Tables)
	for _, t := range tables {
		done[t.Name] = true
		// What refers to a table that comes later is added when that is there.
		stmts, err := ed.CreateTable(withReferences(t, func(f schema.ForeignKey) bool { return done[f.RefTable] }))
		if err := run(ctx, h, t.Name, stmts, err); err != nil {
			return err
		}
	}
	done = map[string]bool{}
	for _, t := range tables {
		done[t.Name] = true
		early := withReferences(t, func(f schema.ForeignKey) bool { return done[f.RefTable] })
		if len(early.ForeignKeys) == len(t.ForeignKeys) {
			continue
		}
		stmts, err := ed.AlterTable(ctx, h, database.Alteration{From: early, To: t})
		if err := run(ctx, h, t.Name, stmts, err); err != nil {
			return err
		}
	}
	return nil
}

// withReferences returns the table with those foreign keys that keep wants.
func withReferences(t schema.Table, keep func(schema.ForeignKey) bool) schema.Table {
	t = t.Clone()
	t.ForeignKeys = slices.DeleteFunc(t.ForeignKeys, func(f schema.ForeignKey) bool { return !keep(f) })
	return t
}

func run(ctx context.Context, h database.Handle, table string, stmts []string, err error) error {
	for _, s := range stmts {
		if err != nil {
			break
		}
		_, err = h.Exec(ctx, s)
	}
	if err != nil {
		return fmt.Errorf("create table %s: %w", table, err)
	}
	return nil
}

// inOrder sorts tables so that each comes after those it refers to, where
// there is such an order.
func inOrder(tables []schema.Table) []schema.Table {
	var out []schema.Table
	done := map[string]bool{}
	var add func(t schema.Table, above []string)
	add = func(t schema.Table, above []string) {
		if done[t.Name] || slices.Contains(above, t.Name) {
			return
		}
		for _, f := range t.ForeignKeys {
			for _, other := range tables {
				if other.Name == f.RefTable && other.Name != t.Name {
					add(other, append(above, t.Name))
				}
			}
		}
		if !done[t.Name] {
			done[t.Name] = true
			out = append(out, t)
		}
	}
	sorted := slices.SortedFunc(slices.Values(tables), func(a, b schema.Table) int { return cmp.Compare(a.Name, b.Name) })
	for _, t := range sorted {
		add(t, nil)
	}
	return out
}
