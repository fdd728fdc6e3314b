package migrate

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/schema"
)

// stepKind is what a step does.
type stepKind uint8

const (
	createTable stepKind = iota
	dropTable
	renameTable
	renameColumn
	alterTable
	validate
	runSQL
	runGo
	nothing
)

// step is what it takes to make one operation, or several on the same table,
// in a database, and to undo it.
type step struct {
	kind stepKind
	// op is the first operation of the migration that the step is for, and
	// ops how many they are.
	op, ops int
	// from and to are the table before and after; one of them is empty when it
	// is created or dropped.
	from, to    schema.Table
	fills, back []fill
	// table, old and new say what is renamed or validated.
	table, old, new        string
	sql, sqlBack           []SQL
	name                   string // of the Go code
	run, runBack           Func
	irreversible           bool
	concurrently, notValid bool
}

// inverse returns the step that undoes s.
func (s step) inverse() step {
	s.from, s.to = s.to, s.from
	s.fills, s.back = s.back, s.fills
	s.sql, s.sqlBack = s.sqlBack, s.sql
	s.run, s.runBack = s.runBack, s.run
	switch s.kind {
	case createTable:
		s.kind = dropTable
	case dropTable:
		s.kind = createTable
	case renameTable:
		s.old, s.new, s.table = s.new, s.old, s.new
	case renameColumn:
		s.old, s.new = s.new, s.old
	case validate:
		s.kind = nothing
	case alterTable:
		s.notValid = false
	}
	return s
}

// steps returns what it takes to make the migration, one step for each
// operation, and changes the state accordingly.
func (m *Migration) steps(s *state) ([]step, error) {
	s.module = m.Module
	var out []step
	for i, op := range m.Operations {
		st, err := op.change(s)
		if err != nil {
			return nil, fmt.Errorf("migration %s, operation %d (%s): %w", m.Ref(), i+1, op, err)
		}
		st.op, st.ops = i, 1
		out = append(out, st)
	}
	return out, nil
}

// inverted returns the steps that undo those given.
func inverted(steps []step) []step {
	out := make([]step, 0, len(steps))
	for _, s := range slices.Backward(steps) {
		out = append(out, s.inverse())
	}
	return out
}

// merged joins changes of one table into one, so that SQLite rebuilds it
// once at most. A change moves back over changes of other tables that have
// nothing to do with it.
func merged(steps []step) []step {
	var out []step
	for _, s := range steps {
		if i := mergesWith(out, s); i >= 0 {
			t := &out[i]
			t.to = s.to
			t.fills = append(slices.Clip(t.fills), s.fills...)
			t.back = append(slices.Clip(t.back), s.back...)
			t.ops += s.ops
			continue
		}
		out = append(out, s)
	}
	return out
}

// mergesWith returns which of the steps s can become part of, or -1.
func mergesWith(steps []step, s step) int {
	if s.kind != alterTable || s.concurrently || s.notValid {
		return -1
	}
	for i, t := range slices.Backward(steps) {
		switch {
		case t.kind != alterTable || t.concurrently || t.notValid:
			return -1
		case t.from.Name == s.from.Name:
			if mergeable(t, s) {
				return i
			}
			return -1
		case related(t, s), leavesName(t, s):
			return -1
		}
	}
	return -1
}

// mergeable reports whether the change t followed by s of the same table says
// the same as one change: not where a column goes and another of its name
// comes, or two changes give values to one column.
func mergeable(t, s step) bool {
	for _, c := range s.to.Columns {
		_, before := t.from.Column(c.Name)
		_, between := s.from.Column(c.Name)
		if before && !between {
			return false
		}
	}
	for _, f := range s.fills {
		if slices.ContainsFunc(t.fills, func(g fill) bool { return f.column == g.column }) {
			return false
		}
		// Its expression may use a column that t adds or gives another type.
		for _, c := range s.from.Columns {
			if old, _ := t.from.Column(c.Name); old != c && f.mentions(c.Name) {
				return false
			}
		}
	}
	for _, f := range t.back {
		if slices.ContainsFunc(s.back, func(g fill) bool { return f.column == g.column }) {
			return false
		}
	}
	return true
}

// related reports whether one table refers to the other, before or after.
func related(a, b step) bool {
	refers := func(t schema.Table, name string) bool {
		return slices.ContainsFunc(t.ForeignKeys, func(f schema.ForeignKey) bool { return f.RefTable == name })
	}
	return refers(a.from, b.from.Name) || refers(a.to, b.from.Name) || refers(b.from, a.from.Name) || refers(b.to, a.from.Name)
}

// cutOff says which name PostgreSQL would cut off, "" if none.
func (s step) cutOff() string {
	switch s.kind {
	case createTable, alterTable:
		return longName(s.from, s.to)
	case renameTable, renameColumn:
		if len(s.new) > maxName {
			return tooLong("table or column", s.new, "choose a shorter one")
		}
	}
	return ""
}

// leavesName reports whether s gives an index a name that t takes from one of
// another table.
func leavesName(t, s step) bool {
	had, freed := indexNames(s.from), indexNames(t.from)
	return slices.ContainsFunc(indexNames(s.to), func(name string) bool {
		return !slices.Contains(had, name) && slices.Contains(freed, name)
	})
}

// statements returns the SQL of the step. h is the database it is for, or nil
// for SQL that is only to be read. Go code has none.
func (s step) statements(ctx context.Context, h database.Handle, d database.Dialect) ([]string, error) {
	ed := d.Editor()
	if why := s.cutOff(); why != "" && d.Features().MaxName > 0 {
		return nil, errors.New(why)
	}
	switch s.kind {
	case createTable:
		return ed.CreateTable(s.to)
	case dropTable:
		return ed.DropTable(s.from)
	case renameTable:
		return []string{"ALTER TABLE " + database.Quote(s.old) + " RENAME TO " + database.Quote(s.new)}, nil
	case renameColumn:
		return []string{"ALTER TABLE " + database.Quote(s.table) + " RENAME COLUMN " + database.Quote(s.old) + " TO " + database.Quote(s.new)}, nil
	case alterTable:
		return ed.AlterTable(ctx, h, database.Alteration{
			From: s.from, To: s.to, Fills: fillsFor(d.Name(), s.fills),
			Concurrently: s.concurrently, NotValid: s.notValid,
		})
	case validate:
		return ed.Validate(s.table, s.new), nil
	case runSQL:
		var out []string
		for _, q := range s.sql {
			if q := q.In(d.Name()); q != "" {
				out = append(out, q)
			}
		}
		return out, nil
	case runGo, nothing:
	}
	return nil, nil
}
