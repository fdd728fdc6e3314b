package migrate_test

import (
	"slices"
	"strings"

	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/schema"
)

// change changes the models once.
func (h *randomHistory) change() {
	if len(h.models.Tables) == 0 || h.rand.IntN(8) == 0 {
		h.newTable()
		return
	}
	t := &h.models.Tables[h.rand.IntN(len(h.models.Tables))]
	switch h.rand.IntN(16) {
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
		h.newTables()
	case 14:
		if h.rand.IntN(2) == 0 {
			h.dropTables()
		}
	case 15:
		if c, ok := h.pick(*t, func(c schema.Column) bool { return c.Type.Kind == schema.Text }); ok {
			t.Indexes = append(t.Indexes, schema.Index{Name: h.name("ix"), Columns: []schema.IndexColumn{{Expr: "lower(" + c.Name + ")"}, {Column: "id", Desc: true}}, Where: c.Name + " <> ''"})
		}
	}
}

// newTables makes tables of both modules that refer to each other.
func (h *randomHistory) newTables() {
	h.newTable()
	n := len(h.models.Tables) - 1
	h.newTable()
	for i, other := range []int{n + 1, n} {
		h.reference(&h.models.Tables[n+i], h.models.Tables[other].Name)
	}
}

// dropTables drops all tables, or all of one module.
func (h *randomHistory) dropTables() {
	prefix := []string{"m_", "n_", ""}[h.rand.IntN(3)]
	for _, t := range slices.Clone(h.models.Tables) {
		if strings.HasPrefix(t.Name, prefix) {
			h.dropTable(t.Name)
		}
	}
}

func (h *randomHistory) newTable() {
	t := table([]string{"m_", "n_"}[h.rand.IntN(2)] + h.name("t"))
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
	g, err := h.list.try()
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
	h.reference(t, h.models.Tables[h.rand.IntN(len(h.models.Tables))].Name)
}

func (h *randomHistory) reference(t *schema.Table, to string) {
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
	if g, err := h.list.try(); err != nil || g.Owner(t.Name) == "" {
		return
	}
	old := t.Name
	t.Name = old[:2] + h.name("t")
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
