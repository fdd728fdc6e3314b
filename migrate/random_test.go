package migrate_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/schema"
)

// TestSoakRandomHistories changes the models of a module at random and makes
// and applies the migrations. After each step the tables must be those of a
// database made from nothing, no row may be missing, and all the way back
// there must be nothing left. It takes a few histories, or as many as fit into
// the time that VOLA_SOAK says.
func TestSoakRandomHistories(t *testing.T) {
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
			live, scratch := open(t), open(t)
			started := time.Now()
			seed := uint64(1)
			for ; seed <= 4 || time.Since(started) < limit; seed++ {
				h := &randomHistory{rand: rand.New(rand.NewPCG(seed, 0)), live: live, scratch: scratch, module: "m", next: 1}
				if !h.run(t, 8) {
					t.Fatalf("seed %d failed", seed)
				}
			}
			t.Logf("%d histories", seed-1)
		})
	}
}

// randomHistory is a module whose models change.
type randomHistory struct {
	rand          *rand.Rand
	live, scratch *database.DB
	module        string
	models        schema.Schema
	list          []migrate.Migration
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
	next int // of values and names
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
		if h.rand.IntN(3) == 0 && !h.backAndForth(t) {
			return false
		}
	}
	g := graph(t, h.group())
	if err := (&migrate.Runner{DB: h.live, Graph: g}).Apply(t.Context(), migrate.Target{Module: h.module, Name: "zero"}); err != nil {
		h.log(t)
		t.Errorf("back to the beginning: %v", err)
		return false
	}
	if empty, err := (&migrate.Runner{DB: h.live, Graph: g}).Empty(t.Context()); err != nil || !empty {
		t.Errorf("at the end there is something left: %v", err)
		return false
	}
	return true
}

func (h *randomHistory) group() migrate.Group {
	return migrate.Group{Module: h.module, Migrations: h.list}
}

// advance makes and applies the next migrations and compares the tables.
func (h *randomHistory) advance(t *testing.T, step int) bool {
	changes, err := migrate.Make(graph(t, h.group()), map[string]schema.Schema{h.module: h.models},
		migrate.MakeOptions{Name: fmt.Sprintf("step_%d", step), Renames: h.renames, Values: h.values,
			Ask: func(q migrate.Question) (string, error) {
				if q.Kind == migrate.WasTableRenamed || q.Kind == migrate.WasColumnRenamed {
					return "no", nil
				}
				return "", fmt.Errorf("unexpected question: %s", q.Text)
			}})
	if err != nil {
		t.Errorf("step %d: Make: %v", step, err)
		return false
	}
	for _, c := range changes {
		h.list = append(h.list, *c.Migration)
	}
	g := graph(t, h.group())
	if again, err := migrate.Make(g, map[string]schema.Schema{h.module: h.models}, migrate.MakeOptions{}); err != nil || len(again) > 0 {
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

// backAndForth undoes a random number of migrations and applies them again.
func (h *randomHistory) backAndForth(t *testing.T) bool {
	if len(h.list) < 2 {
		return true
	}
	to := h.rand.IntN(len(h.list) - 1)
	g := graph(t, h.group())
	if err := (&migrate.Runner{DB: h.live, Graph: g}).Apply(t.Context(), migrate.Target{Module: h.module, Name: h.list[to].Name}); err != nil {
		h.log(t)
		t.Errorf("back to %s: %v", h.list[to].Name, err)
		return false
	}
	if !h.compare(t, graph(t, migrate.Group{Module: h.module, Migrations: h.list[:to+1]}), "back to "+h.list[to].Name) {
		return false
	}
	if err := (&migrate.Runner{DB: h.live, Graph: g}).Apply(t.Context(), migrate.Target{}); err != nil {
		t.Errorf("forward again from %s: %v", h.list[to].Name, err)
		return false
	}
	return h.compare(t, g, "forward again")
}

func (h *randomHistory) log(t *testing.T) {
	for _, m := range h.list {
		t.Log(m.Name)
		for _, op := range m.Operations {
			t.Logf("    %+v", op)
		}
	}
}

// compare compares the live tables with those made from nothing.
func (h *randomHistory) compare(t *testing.T, g *migrate.Graph, when string) bool {
	clear(t, h.scratch)
	empty := graph(t, migrate.Group{Module: h.module})
	changes, err := migrate.Make(empty, map[string]schema.Schema{h.module: g.State()}, migrate.MakeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var list []migrate.Migration
	for _, c := range changes {
		list = append(list, *c.Migration)
	}
	apply(t, &migrate.Runner{DB: h.scratch, Graph: graph(t, migrate.Group{Module: h.module, Migrations: list})}, migrate.Target{})
	if diff := cmp.Diff(tables(t, h.scratch), tables(t, h.live)); diff != "" {
		t.Errorf("%s: the tables are not those made from nothing (-want +got)\n%s", when, diff)
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
						if f.RefTable == table.Name {
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

// change changes the models once.
func (h *randomHistory) change() {
	if len(h.models.Tables) == 0 || h.rand.IntN(8) == 0 {
		h.newTable()
		return
	}
	t := &h.models.Tables[h.rand.IntN(len(h.models.Tables))]
	switch h.rand.IntN(14) {
	case 0, 1:
		h.addColumn(t)
	case 2:
		h.dropColumn(t)
	case 3:
		h.alterColumn(t)
	case 4:
		h.addReference(t)
	case 5:
		h.addIndex(t)
	case 6:
		h.addUnique(t)
	case 7:
		if c, ok := h.pick(*t, func(c schema.Column) bool { return c.Type.Kind != schema.Text }); ok {
			t.Checks = append(t.Checks, schema.Check{Name: h.name("ck"), SQL: c.Name + " >= 0"})
		}
	case 8:
		h.dropConstraint(t)
	case 9, 10:
		h.renameColumn(t)
	case 11:
		h.renameTable(t)
	case 12:
		h.dropTable(t.Name)
	case 13:
		if c, ok := h.pick(*t, func(c schema.Column) bool { return c.Type.Kind == schema.Text }); ok {
			t.Indexes = append(t.Indexes, schema.Index{Name: h.name("ix"), Columns: []schema.IndexColumn{{Expr: "lower(" + c.Name + ")"}, {Column: "id", Desc: true}}, Where: c.Name + " <> ''"})
		}
	}
}

func (h *randomHistory) newTable() {
	t := table(h.module + "_" + h.name("t"))
	for range h.rand.IntN(3) {
		t.Columns = append(t.Columns, h.column())
	}
	h.models.Tables = append(h.models.Tables, t)
	h.addReference(&h.models.Tables[len(h.models.Tables)-1])
}

func (h *randomHistory) column() schema.Column {
	c := schema.Column{Name: h.name("c"), Null: h.rand.IntN(2) == 0, Type: schema.Type{Kind: schema.Int32}}
	if h.rand.IntN(2) == 0 {
		c.Type = schema.Type{Kind: schema.Text, Size: 30}
	}
	h.distinct = append(h.distinct, c.Name)
	return c
}

func (h *randomHistory) addColumn(t *schema.Table) {
	c := h.column()
	value := "7"
	if c.Type.Kind == schema.Text {
		value = "'seven'"
	}
	h.distinct = slices.DeleteFunc(h.distinct, func(n string) bool { return n == c.Name })
	switch h.rand.IntN(3) {
	case 0:
		c.Default = schema.Default{Value: int64(7)}
		if c.Type.Kind == schema.Text {
			c.Default = schema.Default{Value: "it's"}
		}
	case 1:
		if n, ok := h.pick(*t, func(o schema.Column) bool { return o.Type == c.Type && o.Name != c.Name && h.old(t.Name, o) }); ok && n.Null == c.Null {
			value = n.Name // an expression, not a constant
		}
	}
	t.Columns = append(t.Columns, c)
	if !c.Null && c.Default.IsZero() {
		h.values = append(h.values, migrate.Value{Table: t.Name, Column: c.Name, SQL: migrate.Same(value)})
	}
}

// old reports whether the column is in the database already, under its name.
func (h *randomHistory) old(table string, c schema.Column) bool {
	g, err := migrate.NewGraph(h.group())
	if err != nil {
		return false
	}
	t, _ := g.State().Table(table)
	_, ok := t.Column(c.Name)
	return ok
}

// pick returns a random column but the key.
func (h *randomHistory) pick(t schema.Table, want func(schema.Column) bool) (schema.Column, bool) {
	var found []schema.Column
	for _, c := range t.Columns {
		if !c.Auto && want(c) {
			found = append(found, c)
		}
	}
	if len(found) == 0 {
		return schema.Column{}, false
	}
	return found[h.rand.IntN(len(found))], true
}

func (h *randomHistory) dropColumn(t *schema.Table) {
	c, ok := h.pick(*t, func(c schema.Column) bool {
		return (c.Null || !refers(*t, c.Name)) && !slices.Contains(h.fixed, c.Name)
	})
	if !ok || slices.ContainsFunc(h.values, func(v migrate.Value) bool { return v.SQL.SQLite == c.Name }) {
		return
	}
	h.forget(t, c.Name)
	t.Columns = slices.DeleteFunc(t.Columns, func(o schema.Column) bool { return o.Name == c.Name })
}

// forget takes away what mentions the column.
func (h *randomHistory) forget(t *schema.Table, column string) {
	t.Indexes = slices.DeleteFunc(t.Indexes, func(x schema.Index) bool {
		return slices.ContainsFunc(x.Columns, func(c schema.IndexColumn) bool { return c.Column == column || strings.Contains(c.Expr, "("+column+")") })
	})
	t.Uniques = slices.DeleteFunc(t.Uniques, func(u schema.Unique) bool { return slices.Contains(u.Columns, column) })
	t.ForeignKeys = slices.DeleteFunc(t.ForeignKeys, func(f schema.ForeignKey) bool { return slices.Contains(f.Columns, column) })
	t.Checks = slices.DeleteFunc(t.Checks, func(c schema.Check) bool { return strings.HasPrefix(c.SQL, column+" ") })
}

func refers(t schema.Table, column string) bool {
	return slices.ContainsFunc(t.ForeignKeys, func(f schema.ForeignKey) bool { return slices.Contains(f.Columns, column) })
}

func (h *randomHistory) alterColumn(t *schema.Table) {
	c, ok := h.pick(*t, func(c schema.Column) bool {
		return !strings.HasSuffix(c.Name, "_id") && c.Default.IsZero() && !slices.Contains(h.fixed, c.Name)
	})
	if !ok || !h.old(t.Name, c) {
		return
	}
	i := slices.IndexFunc(t.Columns, func(o schema.Column) bool { return o.Name == c.Name })
	inUnique := slices.ContainsFunc(t.Uniques, func(u schema.Unique) bool { return slices.Contains(u.Columns, c.Name) })
	switch h.rand.IntN(3) {
	case 0:
		if c.Type.Kind == schema.Text {
			t.Columns[i].Type.Size = []int{0, 25, 30, 60}[h.rand.IntN(4)]
		} else if !inUnique {
			t.Columns[i].Type.Kind = []schema.Kind{schema.Int32, schema.Int64}[h.rand.IntN(2)]
		}
	case 1:
		if inUnique {
			return
		}
		h.distinct = slices.DeleteFunc(h.distinct, func(n string) bool { return n == c.Name })
		if t.Columns[i].Null = !c.Null; c.Null {
			value := "5"
			if c.Type.Kind == schema.Text {
				value = "'five'"
			}
			h.values = append(h.values, migrate.Value{Table: t.Name, Column: c.Name, SQL: migrate.Same(value)})
		}
	case 2:
		t.Columns[i].Default = schema.Default{Value: int64(h.next)}
		if c.Type.Kind == schema.Text {
			t.Columns[i].Default = schema.Default{Value: "d"}
		}
	}
}

func (h *randomHistory) addReference(t *schema.Table) {
	to := h.models.Tables[h.rand.IntN(len(h.models.Tables))].Name
	c := schema.Column{Name: h.name("r") + "_id", Type: schema.Type{Kind: schema.Int64}, Null: true}
	action := []schema.Action{schema.NoAction, schema.Cascade, schema.SetNull, schema.Restrict}[h.rand.IntN(4)]
	f := foreignKey(t.Name, c.Name, to, action)
	f.Deferred = action == schema.NoAction && h.rand.IntN(2) == 0
	t.Columns = append(t.Columns, c)
	t.ForeignKeys = append(t.ForeignKeys, f)
	t.Indexes = append(t.Indexes, index(t.Name, c.Name))
}

func (h *randomHistory) addIndex(t *schema.Table) {
	c, ok := h.pick(*t, func(schema.Column) bool { return true })
	if x := index(t.Name, c.Name); ok && !slices.ContainsFunc(t.Indexes, func(y schema.Index) bool { return y.Name == x.Name }) {
		t.Indexes = append(t.Indexes, x)
	}
}

func (h *randomHistory) addUnique(t *schema.Table) {
	c, ok := h.pick(*t, func(c schema.Column) bool { return slices.Contains(h.distinct, c.Name) && !c.Null })
	if u := unique(t.Name, c.Name); ok && !slices.ContainsFunc(t.Uniques, func(v schema.Unique) bool { return v.Name == u.Name }) {
		t.Uniques = append(t.Uniques, u)
	}
}

func (h *randomHistory) dropConstraint(t *schema.Table) {
	switch h.rand.IntN(4) {
	case 0:
		t.Indexes = t.Indexes[:max(len(t.Indexes)-1, 0)]
	case 1:
		if n := len(t.Uniques); n > 0 {
			h.fixed = append(h.fixed, t.Uniques[n-1].Columns...)
			t.Uniques = t.Uniques[:n-1]
		}
	case 2:
		t.Checks = t.Checks[:max(len(t.Checks)-1, 0)]
	case 3:
		h.kept = h.kept || len(t.ForeignKeys) > 0
		t.ForeignKeys = t.ForeignKeys[:max(len(t.ForeignKeys)-1, 0)]
	}
}

func (h *randomHistory) renameColumn(t *schema.Table) {
	c, ok := h.pick(*t, func(c schema.Column) bool { return h.old(t.Name, c) })
	if !ok || slices.ContainsFunc(h.values, func(v migrate.Value) bool { return v.SQL.SQLite == c.Name || v.Column == c.Name }) {
		return
	}
	to := h.name("n")
	if strings.HasSuffix(c.Name, "_id") {
		to += "_id"
	}
	h.renames = append(h.renames, migrate.Rename{Table: t.Name, Column: c.Name, To: to})
	if slices.Contains(h.distinct, c.Name) {
		h.distinct = append(h.distinct, to)
	}
	if slices.Contains(h.fixed, c.Name) {
		h.fixed = append(h.fixed, to)
	}
	for i := range t.Columns {
		if t.Columns[i].Name == c.Name {
			t.Columns[i].Name = to
		}
	}
	for i := range t.Checks {
		if rest, ok := strings.CutPrefix(t.Checks[i].SQL, c.Name+" "); ok {
			t.Checks[i].SQL = to + " " + rest
		}
	}
	for i := range t.Indexes {
		x := &t.Indexes[i]
		if rest, ok := strings.CutPrefix(x.Where, c.Name+" "); ok {
			x.Where = to + " " + rest
		}
		for j := range x.Columns {
			x.Columns[j].Expr = strings.ReplaceAll(x.Columns[j].Expr, "("+c.Name+")", "("+to+")")
			if x.Columns[j].Column == c.Name {
				x.Columns[j].Column = to
			}
		}
	}
	for _, u := range t.Uniques {
		u.Columns[slices.Index(u.Columns, c.Name)%len(u.Columns)] = strings.Replace(u.Columns[0], c.Name, to, 1)
	}
	for _, f := range t.ForeignKeys {
		if f.Columns[0] == c.Name {
			f.Columns[0] = to
		}
	}
	rename(t)
}

// rename gives what is named after the table and its columns new names.
func rename(t *schema.Table) {
	for i, u := range t.Uniques {
		t.Uniques[i].Name = schema.UniqueName(t.Name, u.Columns)
	}
	for i, x := range t.Indexes {
		if !strings.HasPrefix(x.Name, "ix") {
			t.Indexes[i].Name = schema.IndexName(t.Name, []string{x.Columns[0].Column})
		}
	}
	for i, f := range t.ForeignKeys {
		t.ForeignKeys[i].Name = schema.ForeignKeyName(t.Name, f.Columns, f.RefTable, "id")
	}
}

func (h *randomHistory) renameTable(t *schema.Table) {
	if slices.ContainsFunc(h.renames, func(r migrate.Rename) bool { return r.Table == t.Name }) ||
		slices.ContainsFunc(h.values, func(v migrate.Value) bool { return v.Table == t.Name }) {
		return
	}
	if g, err := migrate.NewGraph(h.group()); err != nil || g.Owner(t.Name) == "" {
		return
	}
	old := t.Name
	t.Name = h.module + "_" + h.name("t")
	h.renames = append(h.renames, migrate.Rename{Table: old, To: t.Name})
	for i := range h.models.Tables {
		o := &h.models.Tables[i]
		for j := range o.ForeignKeys {
			if o.ForeignKeys[j].RefTable == old {
				o.ForeignKeys[j].RefTable = t.Name
			}
		}
		rename(o)
	}
}

func (h *randomHistory) dropTable(name string) {
	if h.kept {
		return
	}
	for _, t := range h.models.Tables {
		for _, c := range t.Columns {
			if !c.Null && refers(t, c.Name) {
				return
			}
		}
	}
	h.models.Tables = slices.DeleteFunc(h.models.Tables, func(t schema.Table) bool { return t.Name == name })
	for i := range h.models.Tables {
		t := &h.models.Tables[i]
		for _, f := range slices.Clone(t.ForeignKeys) {
			if f.RefTable == name {
				h.forget(t, f.Columns[0])
				t.Columns = slices.DeleteFunc(t.Columns, func(c schema.Column) bool { return c.Name == f.Columns[0] })
			}
		}
	}
}
