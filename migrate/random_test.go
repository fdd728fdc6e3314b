package migrate_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/schema"
)

// TestSoakRandomHistories changes the models of two modules, which refer to
// each other, at random and makes and applies the migrations. After each step the tables must be those of a
// database made from nothing, no row may be missing, and all the way back
// there must be nothing left. It takes a few histories, or as many as fit into
// the time that VOLA_SOAK says, from the one on that VOLA_SEED says.
func TestSoakRandomHistories(t *testing.T) {
	t.Parallel()
	var limit time.Duration
	if s := os.Getenv("VOLA_SOAK"); s != "" {
		var err error
		if limit, err = time.ParseDuration(s); err != nil {
			t.Fatal(err)
		}
	}
	first := uint64(1)
	if s := os.Getenv("VOLA_SEED"); s != "" {
		var err error
		if first, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	for name, open := range map[string]func(testing.TB) *database.DB{"sqlite": databasetest.SQLite, "postgres": databasetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			live, scratch := open(t), open(t)
			started := time.Now()
			seed := first
			for ; seed < first+4 || time.Since(started) < limit; seed++ {
				h := &randomHistory{rand: rand.New(rand.NewPCG(seed, 0)), live: live, scratch: scratch, list: modules{"m": nil, "n": nil}, next: 1, apart: seed%2 == 0}
				if !h.run(t, 8) {
					t.Fatalf("seed %d failed", seed)
				}
			}
			t.Logf("%d histories", seed-first)
		})
	}
}

// randomHistory is two modules, m and n, whose models change.
type randomHistory struct {
	rand          *rand.Rand
	live, scratch *database.DB
	models        schema.Schema
	list          modules
	renames       []migrate.Rename
	values        []migrate.Value
	// distinct are the columns whose values are all different.
	distinct []string
	// fixed are columns that had a unique constraint: values that would break
	// it would be in the way of going back.
	fixed []string
	// kept says that columns hold keys without being references any more:
	// tables are not dropped then, for the same reason.
	kept bool
	// apart says that rows do not refer to those of the other module, and that
	// the history goes back halfway: a module that loses its tables in that
	// takes along rows that columns without their foreign keys still tell of.
	apart bool
	next  int // of values and names
}

func (h *randomHistory) name(prefix string) string {
	h.next++
	return fmt.Sprintf("%s%d", prefix, h.next)
}

func (h *randomHistory) run(t *testing.T, steps int) bool {
	for step := range steps {
		h.renames, h.values = nil, nil
		for range 1 + h.rand.IntN(4) {
			h.change()
		}
		if !h.advance(t, step) || t.Failed() {
			return false
		}
		h.populate(t)
		if h.apart && h.rand.IntN(3) > 0 && !h.backAndForth(t) {
			return false
		}
	}
	r := &migrate.Runner{DB: h.live, Graph: h.list.graph(t)}
	for _, module := range []string{"n", "m"} {
		if err := r.Apply(t.Context(), migrate.Target{Module: module, Name: "zero"}); err != nil {
			h.log(t)
			t.Errorf("back to the beginning of %s: %v", module, err)
			return false
		}
	}
	if empty, err := r.Empty(t.Context()); err != nil || !empty {
		t.Errorf("at the end there is something left: %v", err)
		return false
	}
	return true
}

// want returns the tables of each module.
func (h *randomHistory) want() map[string]schema.Schema {
	out := map[string]schema.Schema{"m": {}, "n": {}}
	for _, t := range h.models.Tables {
		out[t.Name[:1]] = schema.Schema{Tables: append(out[t.Name[:1]].Tables, t)}
	}
	return out
}

// make makes the next migrations.
func (h *randomHistory) make(t *testing.T, step int) ([]migrate.Change, error) {
	return migrate.Make(h.list.graph(t), h.want(),
		migrate.MakeOptions{Name: fmt.Sprintf("step_%d", step), Renames: h.renames, Values: h.values,
			Ask: func(q migrate.Question) (string, error) {
				if q.Kind == migrate.WasTableRenamed || q.Kind == migrate.WasColumnRenamed {
					return "no", nil
				}
				return "", fmt.Errorf("unexpected question: %s", q.Text)
			}})
}

// takeBack drops answers that are refused because later changes of the same
// step undid what they were for, and reports whether there was one.
func (h *randomHistory) takeBack(err error) bool {
	before := len(h.values) + len(h.renames)
	h.values = slices.DeleteFunc(h.values, func(v migrate.Value) bool {
		return strings.Contains(err.Error(), "--value "+v.Table+"."+v.Column+"="+v.SQL.SQLite+":")
	})
	h.renames = slices.DeleteFunc(h.renames, func(r migrate.Rename) bool {
		return strings.Contains(err.Error(), "--rename "+strings.TrimSuffix(r.Table+"."+r.Column, ".")+"="+r.To+":")
	})
	return len(h.values)+len(h.renames) < before
}

// advance makes and applies the next migrations and compares the tables.
func (h *randomHistory) advance(t *testing.T, step int) bool {
	changes, err := h.make(t, step)
	for err != nil && h.takeBack(err) {
		changes, err = h.make(t, step)
	}
	if err != nil {
		t.Errorf("step %d: Make: %v", step, err)
		return false
	}
	for _, c := range changes {
		h.list[c.Module] = append(h.list[c.Module], *c.Migration)
	}
	g, err := h.list.try()
	if err != nil {
		for _, c := range changes {
			t.Logf("%s after %v\n%s", c.Migration.Ref(), c.Migration.Depends, c.Source)
		}
		t.Errorf("step %d: %v", step, err)
		return false
	}
	if again, err := migrate.Make(g, h.want(), migrate.MakeOptions{}); err != nil || len(again) > 0 {
		t.Errorf("step %d: Make finds something again: %v, %v", step, again, err)
		return false
	}
	before := h.rows(t)
	if err := (&migrate.Runner{DB: h.live, Graph: g}).Apply(t.Context(), migrate.Target{}); err != nil {
		for _, c := range changes {
			t.Logf("%s", c.Source)
		}
		t.Errorf("step %d: %v", step, err)
		return false
	}
	after := h.rows(t)
	for old, n := range before {
		name := old
		for _, r := range h.renames {
			if r.Table == old && r.Column == "" {
				name = r.To
			}
		}
		if m, ok := after[name]; ok && m != n {
			t.Errorf("step %d: table %s had %d rows and has %d", step, name, n, m)
		}
	}
	if !h.compare(t, g, fmt.Sprintf("step %d", step)) {
		for _, c := range changes {
			t.Logf("%s", c.Source)
		}
		return false
	}
	return true
}

// backAndForth undoes a random number of one module's migrations, and what of
// the other needs them, and applies them again.
func (h *randomHistory) backAndForth(t *testing.T) bool {
	module := []string{"m", "n"}[h.rand.IntN(2)]
	list := h.list[module]
	if len(list) < 2 {
		return true
	}
	to := list[h.rand.IntN(len(list)-1)].Ref()
	r := &migrate.Runner{DB: h.live, Graph: h.list.graph(t)}
	if err := r.Apply(t.Context(), migrate.Target(to)); err != nil {
		h.log(t)
		t.Errorf("back to %s: %v", to, err)
		return false
	}
	status, err := r.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	applied := modules{"m": nil, "n": nil}
	for _, s := range status {
		if s.Applied {
			applied[s.Migration.Module] = append(applied[s.Migration.Module], *s.Migration)
		}
	}
	if !h.compare(t, applied.graph(t), "back to "+to.String()) {
		return false
	}
	if err := r.Apply(t.Context(), migrate.Target{}); err != nil {
		t.Errorf("forward again from %s: %v", to, err)
		return false
	}
	return h.compare(t, r.Graph, "forward again")
}

func (h *randomHistory) log(t *testing.T) {
	for _, m := range h.list.graph(t).Migrations() {
		t.Logf("%s after %v", m.Ref(), m.Depends)
		for _, op := range m.Operations {
			t.Logf("    %+v", op)
		}
	}
}

// compare compares the live tables with those made from nothing.
func (h *randomHistory) compare(t *testing.T, g *migrate.Graph, when string) bool {
	clear(t, h.scratch)
	empty := graph(t, migrate.Group{Module: "all"})
	changes, err := migrate.Make(empty, map[string]schema.Schema{"all": g.State()}, migrate.MakeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var list []migrate.Migration
	for _, c := range changes {
		list = append(list, *c.Migration)
	}
	apply(t, &migrate.Runner{DB: h.scratch, Graph: graph(t, migrate.Group{Module: "all", Migrations: list})}, migrate.Target{})
	if diff := cmp.Diff(tables(t, h.scratch), tables(t, h.live)); diff != "" {
		t.Errorf("%s: the tables are not those made from nothing (-want +got)\n%s", when, diff)
		return false
	}
	if h.live.Dialect().Name() != "postgres" {
		return true
	}
	// Where NULL stands in an index is not part of the tables.
	const q = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND indexname NOT LIKE '%pkey' ORDER BY indexname"
	if diff := cmp.Diff(query(t, h.scratch, q), query(t, h.live, q)); diff != "" {
		t.Errorf("%s: the indexes are not those made from nothing (-want +got)\n%s", when, diff)
		return false
	}
	return true
}

// tables returns the tables with their columns sorted by name, and expressions
// without the quotes that SQLite puts round names that it changes.
func tables(t testing.TB, db *database.DB) []schema.Table {
	t.Helper()
	s, err := db.Dialect().Editor().Inspect(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	for i := range s.Tables {
		for j := range s.Tables[i].Checks {
			bare(&s.Tables[i].Checks[j].SQL)
		}
		for j := range s.Tables[i].Indexes {
			x := &s.Tables[i].Indexes[j]
			bare(&x.Where)
			for k := range x.Columns {
				bare(&x.Columns[k].Expr)
			}
		}
		slices.SortFunc(s.Tables[i].Columns, func(a, b schema.Column) int { return strings.Compare(a.Name, b.Name) })
	}
	return s.Tables
}

func bare(sql *string) { *sql = strings.ReplaceAll(*sql, `"`, "") }

// clear removes everything from a database.
func clear(t testing.TB, db *database.DB) {
	t.Helper()
	if db.Dialect().Name() == "postgres" {
		exec(t, db, "DROP SCHEMA public CASCADE")
		exec(t, db, "CREATE SCHEMA public")
		return
	}
	err := db.InTxWith(t.Context(), database.TxOptions{NoForeignKeys: true}, func(ctx context.Context, tx *database.Tx) error {
		names, err := db.Dialect().Editor().Tables(ctx, tx)
		for _, name := range names {
			if err == nil {
				_, err = tx.Exec(ctx, "DROP TABLE "+database.Quote(name))
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// rows counts the rows of all tables.
func (h *randomHistory) rows(t *testing.T) map[string]int {
	out := map[string]int{}
	for _, table := range tables(t, h.live) {
		if table.Name != "vola_migrations" {
			out[table.Name] = len(query(t, h.live, "SELECT 1 FROM "+database.Quote(table.Name)))
		}
	}
	return out
}

// populate adds rows to every table.
func (h *randomHistory) populate(t *testing.T) {
	for range 2 {
		for _, table := range h.models.Tables {
			var columns, values []string
			for _, c := range table.Columns {
				if c.Auto {
					continue
				}
				value := fmt.Sprint(h.next)
				h.next++
				if c.Type.Kind == schema.Text {
					value = "'v" + value + "'"
				}
				if strings.HasSuffix(c.Name, "_id") {
					value = "NULL" // a reference again when the history goes back
				}
				for _, f := range table.ForeignKeys {
					if f.Columns[0] == c.Name {
						value = "(SELECT max(id) FROM " + f.RefTable + ")"
						if f.RefTable == table.Name || h.apart && f.RefTable[0] != table.Name[0] {
							value = "NULL"
						}
					}
				}
				columns, values = append(columns, database.Quote(c.Name)), append(values, value)
			}
			q := "INSERT INTO " + table.Name + " (" + strings.Join(columns, ", ") + ") VALUES (" + strings.Join(values, ", ") + ")"
			if len(columns) == 0 {
				q = "INSERT INTO " + table.Name + " DEFAULT VALUES"
			}
			if _, err := h.live.Exec(t.Context(), q); err != nil {
				t.Fatalf("%s: %v", q, err)
			}
		}
	}
}
