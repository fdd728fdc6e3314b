package orm

import (
	"slices"
	"strings"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/schema"
)

// tables returns the model's own table and those of its many-to-many
// relations.
func (m *model) tables() []schema.Table {
	t := schema.Table{Name: m.table, Checks: m.checks}
	for _, k := range m.keys {
		t.PrimaryKey = append(t.PrimaryKey, k.column)
	}
	for _, f := range m.fields {
		t.Columns = append(t.Columns, schema.Column{
			Name: f.column, Type: f.columnType(), Null: f.null != notNull, Auto: f.auto,
			Default: f.def, Generated: f.tag.generated,
		})
		one := []string{f.column}
		if f.tag.unique {
			t.Uniques = append(t.Uniques, schema.Unique{Name: schema.UniqueName(m.table, one), Columns: one})
		}
		if f.ref != nil {
			t.ForeignKeys = append(t.ForeignKeys, f.foreignKey(m.table))
		}
		// A unique constraint and the key have an index already.
		if (f.tag.index || f.ref != nil) && !f.tag.unique && f != m.key {
			t.Indexes = append(t.Indexes, schema.Index{
				Name: schema.IndexName(m.table, one), Columns: []schema.IndexColumn{{Column: f.column}},
			})
		}
	}
	for _, x := range m.indexes {
		name, columns := x.on(m)
		if !x.isConstraint() {
			t.Indexes = append(t.Indexes, schema.Index{Name: name, Columns: columns, Unique: x.unique, Where: x.where})
			continue
		}
		u := schema.Unique{Name: name}
		for _, c := range columns {
			u.Columns = append(u.Columns, c.Column)
		}
		t.Uniques = append(t.Uniques, u)
	}
	if m.deleted != nil {
		m.uniqueAmongLiving(&t)
	}
	out := []schema.Table{t}
	for _, r := range m.relations {
		if r.kind == relPairs && r.tag.reverse == "" && r.through == nil {
			out = append(out, r.pairs(m))
		}
	}
	return out
}

// uniqueAmongLiving makes indexes of the unique constraints, which leave out
// the rows that are marked as deleted.
func (m *model) uniqueAmongLiving(t *schema.Table) {
	where := m.deletedIsNull()
	for _, u := range t.Uniques {
		x := schema.Index{Name: u.Name, Unique: true, Where: where}
		for _, c := range u.Columns {
			x.Columns = append(x.Columns, schema.IndexColumn{Column: c})
		}
		t.Indexes = append(t.Indexes, x)
	}
	t.Uniques = nil
}

// deletedIsNull is the SQL condition that a row is not marked as deleted.
func (m *model) deletedIsNull() string { return database.Quote(m.deleted.column) + " IS NULL" }

func (f *field) foreignKey(table string) schema.ForeignKey {
	to := f.ref.model
	action := f.tag.onDelete
	if !f.tag.hasDelete {
		action = schema.Restrict // protect
	}
	return schema.ForeignKey{
		Name:    schema.ForeignKeyName(table, []string{f.column}, to.table, to.key.column),
		Columns: []string{f.column}, RefTable: to.table, RefColumns: []string{to.key.column},
		OnDelete: action, Deferred: f.tag.deferred,
	}
}

// columnType returns the type of the field's column. A reference to a whole
// number has the type of the key that it holds.
func (f *field) columnType() schema.Type {
	for seen := []*field{}; f.ref != nil && f.ref.model.key.form == formInt && !slices.Contains(seen, f); f = f.ref.model.key {
		seen = append(seen, f) // keys that refer to each other have an end too
	}
	switch f.tag.bits {
	case 16:
		return schema.Type{Kind: schema.Int16}
	case 32:
		return schema.Type{Kind: schema.Int32}
	}
	return f.store
}

// columnBits returns how many bits the field's column has, which holds whole
// numbers.
func (f *field) columnBits() int {
	for range maxReferences {
		if f.ref == nil || f.ref.model == nil || f.ref.model.key == nil || f.ref.model.key.form != formInt {
			break
		}
		f = f.ref.model.key
	}
	if f.tag.bits != 0 {
		return f.tag.bits
	}
	return bitsOf(f.store.Kind)
}

// maxReferences is how many keys that are references themselves are followed to
// the number that they hold.
const maxReferences = 32

// small reports whether the column holds fewer whole numbers than PostgreSQL
// must take a value for: given without a type it would have to fit the column.
func (f *field) small() bool { return f.form == formInt && f.columnBits() < 64 }

// pairs returns the table of a many-to-many relation: pairs of keys, each pair
// once, gone when either row is.
func (f *relation) pairs(m *model) schema.Table {
	t := schema.Table{
		Name: f.table,
		Columns: []schema.Column{
			{Name: "id", Type: schema.Type{Kind: schema.Int64}, Auto: true},
			{Name: f.near, Type: m.key.columnType()},
			{Name: f.far, Type: f.model.key.columnType()},
		},
		PrimaryKey: []string{"id"},
		Uniques:    []schema.Unique{{Name: schema.UniqueName(f.table, []string{f.near, f.far}), Columns: []string{f.near, f.far}}},
		Indexes: []schema.Index{
			// The unique constraint serves as the index on the near side.
			{Name: schema.IndexName(f.table, []string{f.far}), Columns: []schema.IndexColumn{{Column: f.far}}},
		},
	}
	for _, side := range []struct {
		column string
		to     *model
	}{{f.near, m}, {f.far, f.model}} {
		t.ForeignKeys = append(t.ForeignKeys, schema.ForeignKey{
			Name:    schema.ForeignKeyName(f.table, []string{side.column}, side.to.table, side.to.key.column),
			Columns: []string{side.column}, RefTable: side.to.table, RefColumns: []string{side.to.key.column},
			OnDelete: schema.Cascade,
		})
	}
	return t
}

// describe names the columns for an error message.
func describe(fields []*field) string {
	var names []string
	for _, f := range fields {
		names = append(names, f.name)
	}
	return strings.Join(names, ", ")
}
