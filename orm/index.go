package orm

import (
	"fmt"
	"slices"
	"strings"

	"github.com/volaweb/vola/schema"
)

// IndexOption is an index or a unique constraint over several fields of a
// model, made by [Index] and [Unique]. It is a value; its methods return
// changed copies.
type IndexOption struct {
	unique bool
	name   string
	parts  []indexPart
	where  string
}

// indexPart is a field, or an expression.
type indexPart struct {
	field string
	desc  bool
	expr  string
}

// Index makes an index over the fields of those Go names, in that order; a
// minus before a name makes it descending:
//
//	orm.Model[Post](orm.Index("Author", "-Published"))
//
// For an index on one field the tag "index" is enough. Texts and byte strings in
// an index or a key have at most 2,600 bytes, or a half of that each where there
// are two in one, and so on: more is [database.ErrOutOfRange] when it is written.
func Index(fields ...string) IndexOption { return IndexOption{}.with(fields) }

// Unique says that no two rows have the same values in the fields of those Go
// names:
//
//	orm.Model[Book](orm.Unique("Author", "Title"))
//
// Rows with NULL in one of them are unlike all others. With Where, Expr or a
// descending field it is a unique index, else a constraint. For one field the
// tag "unique" is enough.
func Unique(fields ...string) IndexOption { return IndexOption{unique: true}.with(fields) }

func (x IndexOption) with(fields []string) IndexOption {
	for _, f := range fields {
		name, desc := strings.CutPrefix(f, "-")
		x.parts = append(x.parts, indexPart{field: name, desc: desc})
	}
	return x
}

// Expr adds the SQL of an expression, such as "lower(title)", after the
// fields. It names columns, and must mean the same on all databases that the
// program uses. An index with an expression needs a name.
func (x IndexOption) Expr(sql string) IndexOption {
	x.parts = append(slices.Clip(x.parts), indexPart{expr: sql})
	return x
}

// Where leaves out the rows that do not fulfil the SQL condition, such as
// "kind = 'p'". SQLite uses such an index for a query that has the same condition in
// its text: IsNull, or a [Raw] with "kind = 'p'". A value such as that of Eq is an
// argument, which is not looked at when a statement is planned.
func (x IndexOption) Where(sql string) IndexOption {
	x.where = sql
	return x
}

// Named gives the index or constraint a name. Defaults to one made from the
// table and the columns in Django's form.
func (x IndexOption) Named(name string) IndexOption {
	x.name = name
	return x
}

func (x IndexOption) declare(d *Declaration) { d.indexes = append(d.indexes, x) }

// Check refuses rows that do not fulfil the SQL condition, such as
// "price >= 0". It names columns, and must mean the same on all databases that
// the program uses.
func Check(name, sql string) ModelOption { return check{name, sql} }

type check schema.Check

func (c check) declare(d *Declaration) { d.checks = append(d.checks, schema.Check(c)) }

// isConstraint tells what is written as a constraint from what needs an index.
func (x IndexOption) isConstraint() bool {
	return x.unique && x.where == "" && !slices.ContainsFunc(x.parts, func(p indexPart) bool { return p.desc || p.expr != "" })
}

// on returns the name and the columns on the table of m. The columns of fields
// that are not there are left out.
func (x IndexOption) on(m *model) (string, []schema.IndexColumn) {
	var columns []schema.IndexColumn
	var names []string
	for _, p := range x.parts {
		c := schema.IndexColumn{Expr: p.expr, Desc: p.desc}
		if f := m.fieldNamed(p.field); f != nil {
			c.Column = f.column
			names = append(names, f.column)
		}
		columns = append(columns, c)
	}
	switch {
	case x.name != "":
		return x.name, columns
	case x.unique:
		return schema.UniqueName(m.table, names), columns
	}
	return schema.ConstraintName(m.table, names, "_idx"), columns
}

// maxIndexed is how many bytes all texts and byte strings of a row may have in one
// index. PostgreSQL takes 2704 with what it needs itself; SQLite has no limit,
// and one for both keeps a site movable.
const maxIndexed = 2600

// limitIndexed finds out how long the values of indexed fields may be. Indexes
// over some rows only, and over expressions, are left to the database.
func (m *model) limitIndexed() {
	limit := func(fields []*field) {
		var long []*field
		for _, f := range fields {
			if f != nil && (f.store.Kind == schema.Text || f.store.Kind == schema.Bytes) {
				long = append(long, f)
			}
		}
		for _, f := range long {
			if most := maxIndexed / len(long); f.indexed == 0 || most < f.indexed {
				f.indexed = most
			}
		}
	}
	limit(m.keys)
	for _, f := range m.fields {
		if f.tag.unique || f.tag.index || f.ref != nil {
			limit([]*field{f})
		}
	}
	for _, x := range m.indexes {
		if x.where != "" || slices.ContainsFunc(x.parts, func(p indexPart) bool { return p.expr != "" }) {
			continue
		}
		var fields []*field
		for _, p := range x.parts {
			fields = append(fields, m.fieldNamed(p.field))
		}
		limit(fields)
	}
}

// checkIndexes refuses indexes and checks over what the model does not have.
func (m *model) checkIndexes() []error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, m.mistake("", fmt.Errorf(format, args...))) }
	seen := map[string]bool{}
	once := func(name string) {
		switch {
		case name == "" || len(name) > 63 || strings.ContainsAny(name, "\"\x00"):
			bad("%q cannot be the name of an index or a check", name)
		case seen[name]:
			bad("two indexes or checks are called %s; give one another name", name)
		}
		seen[name] = true
	}
	for _, x := range m.indexes {
		what := "orm.Index"
		if x.unique {
			what = "orm.Unique"
		}
		if len(x.parts) == 0 {
			bad("%s names no field", what)
			continue
		}
		before := len(errs)
		for _, p := range x.parts {
			switch f := m.fieldNamed(p.field); {
			case p.expr != "" && x.name == "":
				bad("%s with the expression %s needs a name; add .Named(...)", what, p.expr)
			case p.expr != "" || f != nil && f.form != formJSON:
			case f != nil:
				bad("%s: the field %s is a JSON document, which cannot be indexed as a whole", what, p.field)
			default:
				bad("%s names the field %q, which it does not have%s", what, p.field, m.suggest(p.field))
			}
		}
		if len(errs) == before {
			name, _ := x.on(m)
			once(name)
		}
	}
	for _, c := range m.checks {
		once(c.Name)
		if c.SQL == "" {
			bad("orm.Check %q has no condition", c.Name)
		}
	}
	return errs
}

// suggest names the field that someone who wrote name may have meant.
func (m *model) suggest(name string) string {
	for _, f := range m.fields {
		if strings.EqualFold(f.name, name) || f.column == name {
			return fmt.Sprintf("; did you mean %s?", f.name)
		}
	}
	return ""
}
