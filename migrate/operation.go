package migrate

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/schema"
)

// Operation is one change: one of the types of this package.
//
// Operations have a field Safe in common: the reason why the operation may be
// used where [Lint] would warn of it.
type Operation interface {
	// String says what is done in a few words: "add column title to blog_post".
	String() string
	// change makes the change in the tables known so far and returns what it
	// takes to make it in a database.
	change(s *state) (step, error)
	// write writes the operation as Go source.
	write(w *writer)
}

// state is the tables at one point in the history. Tables in it are never
// changed, only replaced.
type state struct {
	tables map[string]schema.Table
	owner  map[string]string // table to module
	// users are, for a table, the modules whose migrations ever made something
	// refer to it: what takes its name away must come after theirs.
	users map[string][]string
	// freed says, for a name that was a table's or an index's, whose migration
	// took it away: what gives the name to another must come after that.
	freed  map[string]string
	module string // whose migration is replayed
}

func newState() *state {
	return &state{tables: map[string]schema.Table{}, owner: map[string]string{}, users: map[string][]string{}, freed: map[string]string{}}
}

func (s *state) clone() *state {
	out := newState()
	for name, t := range s.tables {
		out.tables[name] = t
	}
	for name, m := range s.owner {
		out.owner[name] = m
	}
	for name, modules := range s.users {
		out.users[name] = slices.Clone(modules)
	}
	maps.Copy(out.freed, s.freed)
	return out
}

// schema returns the tables, in order.
func (s *state) schema(want func(module string) bool) schema.Schema {
	var out schema.Schema
	for name, t := range s.tables {
		if want == nil || want(s.owner[name]) {
			out.Tables = append(out.Tables, t.Clone())
		}
	}
	out.Normalize()
	return out
}

// table returns a table to be changed.
func (s *state) table(name string) (schema.Table, error) {
	t, ok := s.tables[name]
	if !ok {
		return t, fmt.Errorf("there is no table %q", name)
	}
	return t.Clone(), nil
}

// alter replaces a table and returns the step for it.
func (s *state) alter(from, to schema.Table, fills, back []fill) (step, error) {
	if errs := to.Validate(); len(errs) > 0 {
		return step{}, errs[0]
	}
	for _, f := range to.ForeignKeys {
		if err := s.refers(f, to); err != nil {
			return step{}, err
		}
	}
	s.tables[to.Name] = to
	s.free(from, to)
	return step{kind: alterTable, from: from, to: to, fills: fills, back: back}, nil
}

// free notes which names of indexes the table has no more.
func (s *state) free(from, to schema.Table) {
	has := indexNames(to)
	for _, name := range indexNames(from) {
		if !slices.Contains(has, name) {
			s.freed[name] = s.module
		}
	}
}

// refers checks that what the foreign key refers to is there, and notes who
// refers to it.
func (s *state) refers(f schema.ForeignKey, of schema.Table) error {
	t, ok := s.tables[f.RefTable]
	if f.RefTable == of.Name {
		t, ok = of, true
	}
	if !ok {
		return fmt.Errorf("foreign key %s of %s refers to the table %q, which is not there yet; is a dependency missing?", f.Name, of.Name, f.RefTable)
	}
	for _, c := range f.RefColumns {
		if _, ok := t.Column(c); !ok {
			return fmt.Errorf("foreign key %s of %s refers to the column %s.%s, which is not there", f.Name, of.Name, f.RefTable, c)
		}
	}
	if !slices.Contains(s.users[f.RefTable], s.module) {
		s.users[f.RefTable] = append(s.users[f.RefTable], s.module)
	}
	return nil
}

// referring returns the foreign keys that refer to the table, but for those of
// itself.
func (s *state) referring(table string) []string {
	var out []string
	for name, t := range s.tables {
		for _, f := range t.ForeignKeys {
			if f.RefTable == table && name != table {
				out = append(out, f.Name+" of "+name)
			}
		}
	}
	slices.Sort(out)
	return out
}

// fill is a [database.Fill] for both databases.
type fill struct {
	column         string
	value, convert SQL
}

// mentions reports whether an expression may use the column.
func (f fill) mentions(column string) bool {
	return slices.ContainsFunc([]SQL{f.value, f.convert}, func(v SQL) bool {
		return strings.Contains(strings.ToLower(v.SQLite+" "+v.Postgres), strings.ToLower(column))
	})
}

func fillsFor(dialect string, fills []fill) []database.Fill {
	var out []database.Fill
	for _, f := range fills {
		out = append(out, database.Fill{Column: f.column, Value: f.value.In(dialect), Convert: f.convert.In(dialect)})
	}
	return out
}

// zero returns the value that stands for nothing in a column that may not be
// NULL: what a column that was dropped gets when it is restored.
func zero(c schema.Column) SQL {
	switch c.Type.Kind {
	case schema.Bool:
		return SQL{SQLite: "0", Postgres: "false"}
	case schema.Int16, schema.Int32, schema.Int64, schema.Float64, schema.Decimal:
		return Same("0")
	case schema.Text:
		return Same("''")
	case schema.Bytes:
		return SQL{SQLite: "x''", Postgres: `'\x'::bytea`}
	case schema.Time:
		return SQL{SQLite: "'1970-01-01 00:00:00'", Postgres: "'1970-01-01 00:00:00+00'::timestamptz"}
	case schema.Date:
		return SQL{SQLite: "'1970-01-01'", Postgres: "'1970-01-01'::date"}
	case schema.Clock:
		return SQL{SQLite: "'00:00:00'", Postgres: "'00:00:00'::time"}
	case schema.Duration:
		return SQL{SQLite: "0", Postgres: "'0'::interval"}
	case schema.UUID:
		return SQL{SQLite: "'00000000000000000000000000000000'", Postgres: "'00000000-0000-0000-0000-000000000000'::uuid"}
	case schema.JSON:
		return SQL{SQLite: "'null'", Postgres: "'null'::jsonb"}
	}
	return SQL{}
}
