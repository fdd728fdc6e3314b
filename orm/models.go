package orm

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/schema"
)

// Models are all the models of a program, checked and joined by their
// relations. They are safe for concurrent use.
type Models struct {
	all    []*model
	byType map[reflect.Type]*model
	// now is the clock of auto_now fields.
	now func() time.Time
}

// Group is the models of one module.
type Group struct {
	Module string // the first part of the tables' names
	Models []Declaration
}

// NewModels checks the models and joins them. The error names every mistake
// that was found, one a line.
func NewModels(groups ...Group) (*Models, error) {
	ms := &Models{byType: map[reflect.Type]*model{}, now: time.Now}
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
		errs = append(errs, ms.linkReverse(m)...)
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
			errs = append(errs, fmt.Errorf("model %s, field %s refers to %s, which no module declares as a model", m, f.name, f.ref.target))
		case t.key != nil && t.key.base != f.base:
			errs = append(errs, fmt.Errorf("model %s, field %s refers to %s by a %s, but its key is a %s", m, f.name, t, f.base, t.key.base))
		}
	}
	for _, f := range m.many {
		f.model = ms.byType[f.target]
		if f.model == nil {
			errs = append(errs, fmt.Errorf("model %s, field %s relates to %s, which no module declares as a model", m, f.name, f.target))
			continue
		}
		f.table = m.table + "_" + snake(f.name)
		near, far := strings.ToLower(m.typ.Name()), strings.ToLower(f.target.Name())
		if near == far {
			near, far = "from_"+near, "to_"+far
		}
		f.near, f.far = near+"_id", far+"_id"
	}
	return errs
}

// linkReverse joins both sides of the many-to-many relations that have two.
func (ms *Models) linkReverse(m *model) []error {
	var errs []error
	for _, f := range m.many {
		if f.model == nil {
			continue
		}
		if f.reverse == "" {
			for _, g := range f.model.many {
				if g.target == m.typ && g.reverse == "" && g != f && m.table < f.model.table {
					errs = append(errs, fmt.Errorf("%s.%s and %s.%s each declare a many-to-many relation between the same models; tag one as the other side: `db:\"reverse=%s\"`",
						m, f.name, f.model, g.name, f.name))
				}
			}
			continue
		}
		g := f.model.manyNamed(f.reverse)
		if g == nil || g.target != m.typ || g.reverse != "" {
			errs = append(errs, fmt.Errorf("model %s, field %s: tag reverse=%s, but %s has no many-to-many field of that name to %s", m, f.name, f.reverse, f.model, m))
			continue
		}
		f.table, f.near, f.far = g.table, g.far, g.near
	}
	return errs
}

// WithClock returns the same models with another clock for the fields tagged
// auto_now and auto_now_add. Defaults to time.Now.
func (ms *Models) WithClock(now func() time.Time) *Models {
	out := *ms
	out.now = now
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
	for _, t := range inOrder(ms.Schema().Tables) {
		stmts, err := ed.CreateTable(t)
		if err != nil {
			return fmt.Errorf("create table %s: %w", t.Name, err)
		}
		for _, s := range stmts {
			if _, err := h.Exec(ctx, s); err != nil {
				return fmt.Errorf("create table %s: %w", t.Name, err)
			}
		}
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
