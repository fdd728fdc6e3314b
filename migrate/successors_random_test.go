package migrate_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/schema"
)

// TestSoakRandomSuccessors makes the migrations between two random sets of
// models, whose names often are the same, with random answers. Nothing may be
// dropped while something comes that was not denied to be its successor, and
// what has a successor keeps all its values there, forward and back. It takes
// some pairs, or as many as fit into the time that VOLA_SOAK says.
func TestSoakRandomSuccessors(t *testing.T) {
	t.Parallel()
	var limit time.Duration
	if s := os.Getenv("VOLA_SOAK"); s != "" {
		var err error
		if limit, err = time.ParseDuration(s); err != nil {
			t.Fatal(err)
		}
	}
	for name, open := range map[string]func(testing.TB) *database.DB{"sqlite": databasetest.SQLite, "postgres": databasetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, started, seed := open(t), time.Now(), uint64(1)
			kept := 0
			for ; seed <= 40 || time.Since(started) < limit; seed++ {
				s := &randomSuccession{rand: rand.New(rand.NewPCG(seed, 1)), denied: map[[3]string]bool{}, dropped: map[[2]string]bool{}}
				clear(t, db)
				s.run(t, db)
				if kept += s.kept; t.Failed() {
					t.Fatalf("seed %d failed", seed)
				}
			}
			t.Logf("%d pairs, %d columns kept their values", seed-1, kept)
			if kept == 0 {
				t.Error("nothing was ever kept: the test finds nothing")
			}
		})
	}
}

type randomSuccession struct {
	rand          *rand.Rand
	before, after map[string]schema.Schema
	denied        map[[3]string]bool // table, column, what it is not
	dropped       map[[2]string]bool // table, column
	opts          migrate.MakeOptions
	kept          int
}

// models returns tables of two modules. Their names come from so few that many
// are in both sets.
func (s *randomSuccession) models() map[string]schema.Schema {
	names := []string{"a_u", "a_v", "a_w", "b_u", "b_v", "b_w"}
	s.rand.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	names = names[:1+s.rand.IntN(4)]
	out := map[string]schema.Schema{"a": {}, "b": {}}
	for _, name := range names {
		t := table(name)
		for _, c := range []string{"p", "q", "r", "s"} {
			col := schema.Column{Name: c, Null: s.rand.IntN(3) == 0}
			switch s.rand.IntN(6) {
			case 0, 1:
				col.Type = schema.Type{Kind: schema.Text, Size: 50 * s.rand.IntN(3)}
			case 2:
				col.Type = schema.Type{Kind: schema.Int64}
			case 3:
				col.Type = schema.Type{Kind: schema.Int32}
			default:
				continue
			}
			t.Columns = append(t.Columns, col)
			if s.rand.IntN(3) == 0 {
				t = indexed(t, c)
			}
		}
		if s.rand.IntN(3) == 0 {
			t = related(t, names[s.rand.IntN(len(names))])
		}
		s.rand.Shuffle(len(t.Columns)-1, func(i, j int) { t.Columns[i+1], t.Columns[j+1] = t.Columns[j+1], t.Columns[i+1] })
		m := out[name[:1]]
		m.Tables = append(m.Tables, t)
		out[name[:1]] = m
	}
	return out
}

func find(models map[string]schema.Schema, name string) (schema.Table, bool) {
	return models[name[:1]].Table(name)
}

// swaps says, sometimes, that two tables or columns of the same names as before
// have swapped them, or that one has taken the name of the other.
func (s *randomSuccession) swaps() {
	say := func(table, column, to string) {
		s.opts.Renames = append(s.opts.Renames, migrate.Rename{Table: table, Column: column, To: to})
		if to == "" {
			s.dropped[[2]string{table, column}] = true
		}
	}
	var both, gone []string
	for _, m := range []string{"a", "b"} {
		for _, t := range s.before[m].Tables {
			if _, ok := find(s.after, t.Name); ok {
				both = append(both, t.Name)
			} else {
				gone = append(gone, t.Name)
			}
		}
	}
	switch n := s.rand.IntN(3); {
	case n == 0 && len(both) >= 2:
		say(both[0], "", both[1])
		say(both[1], "", both[0])
		both = both[2:]
	case n == 1 && len(both) > 0 && len(gone) > 0:
		say(gone[0], "", both[0])
		say(both[0], "", "")
		both = both[1:]
	}
	for _, name := range both {
		have, _ := find(s.before, name)
		want, _ := find(s.after, name)
		var common, gone []string
		for _, c := range have.Columns[1:] {
			if _, ok := want.Column(c.Name); strings.HasSuffix(c.Name, "_id") {
				continue
			} else if ok {
				common = append(common, c.Name)
			} else {
				gone = append(gone, c.Name)
			}
		}
		switch n := s.rand.IntN(3); {
		case n == 0 && len(common) >= 2:
			say(name, common[0], common[1])
			say(name, common[1], common[0])
		case n == 1 && len(common) > 0 && len(gone) > 0:
			say(name, gone[0], common[0])
			say(name, common[0], "")
		}
	}
}

func (s *randomSuccession) answer(q migrate.Question) (string, error) {
	switch q.Kind {
	case migrate.WhichValue:
		t, _ := find(s.after, q.Table)
		if c, _ := t.Column(q.Column); c.Type.Kind == schema.Text {
			return "'0'", nil
		}
		return "0", nil
	case migrate.WasColumnRenamed, migrate.WasTableRenamed:
	default:
		return "", fmt.Errorf("unexpected question: %s", q.Text)
	}
	reference := q.Column != "" && (strings.HasSuffix(q.Column, "_id") || strings.HasSuffix(q.To, "_id"))
	switch n := s.rand.IntN(5); {
	case n < 2 && !reference:
		return "y", nil
	case n == 2 && strings.Contains(q.Text, "or drop"):
		s.dropped[[2]string{q.Table, q.Column}] = true
		return "drop", nil
	case n == 3:
		if answer := []string{"", "1", "yess"}[s.rand.IntN(3)]; q.Note == "" {
			return answer, nil // which is asked again
		}
	}
	s.denied[[3]string{q.Table, q.Column, q.To}] = true
	return "n", nil
}

func (s *randomSuccession) run(t *testing.T, db *database.DB) {
	s.before, s.after = s.models(), s.models()
	s.swaps()
	s.opts.Ask = s.answer
	list := modules{"a": nil, "b": nil}
	list.make(t, s.before, migrate.MakeOptions{})
	first := list.graph(t)
	changes, err := migrate.Make(first, s.after, s.opts)
	if err != nil {
		t.Errorf("Make with %+v: %v", s.opts.Renames, err)
		return
	}
	for _, c := range changes {
		list[c.Module] = append(list[c.Module], *c.Migration)
	}
	defer func() {
		for _, c := range changes {
			if t.Failed() {
				t.Logf("%s after %v\n%s", c.Migration.Ref(), c.Migration.Depends, c.Source)
			}
		}
	}()
	second, err := list.try()
	if err != nil {
		t.Error(err)
		return
	}
	if again, err := migrate.Make(second, s.after, migrate.MakeOptions{}); err != nil || len(again) > 0 {
		t.Errorf("Make again: %v, %v", again, err)
	}
	now := s.follow(t, changes)
	r := &migrate.Runner{DB: db, Graph: first}
	apply(t, r, migrate.Target{})
	s.fill(t, db)
	plain := tables(t, db)
	r.Graph = second
	if err := r.Apply(t.Context(), migrate.Target{}); err != nil {
		t.Error(err)
		return
	}
	for _, c := range now {
		s.kept++
		s.expect(t, db, c.table, c.column, c.was)
	}
	for _, module := range []string{"a", "b"} {
		target := migrate.Target{Module: module, Name: "zero"}
		for _, m := range first.Migrations() {
			if m.Module == module {
				target.Name = m.Name // the last one
			}
		}
		if err := r.Apply(t.Context(), target); err != nil {
			t.Errorf("back: %v", err)
			return
		}
	}
	for _, c := range now {
		s.expect(t, db, c.was.table, c.was.column, c.was)
	}
	if diff := tablesDiffer(plain, tables(t, db)); diff != "" {
		t.Errorf("after going back: %s", diff)
	}
	apply(t, r, migrate.Target{})
}

type place struct{ table, column string }

// survivor is a column of before and where it is now.
type survivor struct {
	place
	was place
}

// follow goes through the operations, refuses those that drop what may have a
// successor, and returns where the columns of before are afterwards.
func (s *randomSuccession) follow(t *testing.T, changes []migrate.Change) []survivor {
	at := map[string]string{}                 // table now to table before
	columns := map[string]map[string]string{} // the same of their columns, by the table now
	for _, m := range []string{"a", "b"} {
		for _, table := range s.before[m].Tables {
			at[table.Name], columns[table.Name] = table.Name, map[string]string{}
			for _, c := range table.Columns[1:] {
				columns[table.Name][c.Name] = c.Name
			}
		}
	}
	var created, gone []string
	added, lost := map[string][]string{}, map[string][]string{} // by the table before
	for _, c := range changes {
		for _, op := range c.Migration.Operations {
			switch o := op.(type) {
			case migrate.CreateTable:
				created = append(created, o.Table.Name)
			case migrate.DropTable:
				gone = append(gone, at[o.Table])
				delete(at, o.Table)
				delete(columns, o.Table)
			case migrate.RenameTable:
				at[o.To], columns[o.To] = at[o.Table], columns[o.Table]
				if o.To != o.Table {
					delete(at, o.Table)
					delete(columns, o.Table)
				}
			case migrate.AddColumn:
				added[o.Table] = append(added[o.Table], o.Column.Name)
			case migrate.RenameColumn:
				columns[o.Table][o.To] = columns[o.Table][o.Column]
				delete(columns[o.Table], o.Column)
			case migrate.DropColumn:
				lost[o.Table] = append(lost[o.Table], columns[o.Table][o.Column])
				delete(columns[o.Table], o.Column)
			case migrate.RunSQL, migrate.RunGo:
				t.Errorf("unexpected operation %s", op)
			}
		}
	}
	for _, old := range gone {
		for _, name := range created {
			if !s.denied[[3]string{old, "", name}] && !s.dropped[[2]string{old, ""}] {
				t.Errorf("table %s is dropped and %s made, and nobody was asked", old, name)
			}
		}
	}
	for table, list := range lost {
		for _, old := range list {
			for _, name := range added[table] {
				if !s.denied[[3]string{table, old, name}] && !s.dropped[[2]string{table, old}] {
					t.Errorf("column %s of %s is dropped and %s added, and nobody was asked", old, table, name)
				}
			}
		}
	}
	var out []survivor
	for table, old := range at {
		for column, was := range columns[table] {
			out = append(out, survivor{place{table, column}, place{old, was}})
		}
	}
	return out
}

// fill adds rows, each of whose values is another.
func (s *randomSuccession) fill(t *testing.T, db *database.DB) {
	for _, m := range []string{"a", "b"} {
		for _, table := range s.before[m].Tables {
			for row := 1; row <= 3; row++ {
				names, values := []string{"id"}, []string{fmt.Sprint(row)}
				for _, c := range table.Columns[1:] {
					if !strings.HasSuffix(c.Name, "_id") {
						names, values = append(names, c.Name), append(values, "'"+valueIn(place{table.Name, c.Name}, row)+"'")
					}
				}
				exec(t, db, "INSERT INTO "+table.Name+" ("+strings.Join(names, ", ")+") VALUES ("+strings.Join(values, ", ")+")")
			}
		}
	}
}

// valueIn returns the value of a row in a column of before: digits, so that it
// fits numbers and texts.
func valueIn(p place, row int) string {
	n := 0
	for _, c := range p.table + "." + p.column {
		n = n*31 + int(c)
	}
	return fmt.Sprint(1000 + n%900*10 + row)
}

// expect compares a column with the values that it had before.
func (s *randomSuccession) expect(t *testing.T, db *database.DB, table, column string, was place) {
	t.Helper()
	var values []string
	for row := 1; row <= 3; row++ {
		if strings.HasSuffix(was.column, "_id") {
			values = append(values, "")
		} else {
			values = append(values, valueIn(was, row))
		}
	}
	// The comment makes each statement another one: the types may have changed.
	want(t, db, fmt.Sprintf("SELECT coalesce(CAST(%s AS text), '') FROM %s /* %d */ ORDER BY id", column, table, s.rand.Int64()), values...)
}
