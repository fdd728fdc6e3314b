package migrate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/schema"
)

// Drift returns in what the tables of a database, as they were read from it,
// are not those that a program expects: one line for each difference, none
// when there is none. Tables that only the database has are passed over, and so
// is what makes no difference to a program: the order and further columns that
// may be left out, further indexes, the names and texts of constraints, types
// that the database stores alike, a key of 32 bits where the program has 64,
// and whether a row that is still referred to is kept at once or at the end of
// the transaction.
func Drift(d database.Dialect, live, want schema.Schema) []string {
	var out []string
	for _, t := range want.Tables {
		have, ok := live.Table(t.Name)
		if !ok {
			out = append(out, fmt.Sprintf("table %s is missing", t.Name))
			continue
		}
		out = append(out, driftOfColumns(d, have, t)...)
		out = append(out, driftOfConstraints(have, t)...)
	}
	return out
}

func driftOfColumns(d database.Dialect, have, want schema.Table) []string {
	var out []string
	for _, c := range want.Columns {
		old, ok := have.Column(c.Name)
		switch {
		case !ok:
			out = append(out, fmt.Sprintf("column %s.%s is missing", want.Name, c.Name))
		case !storedAlike(d, have, old, c):
			out = append(out, fmt.Sprintf("column %s.%s is a %v and should be a %v", want.Name, c.Name, old.Type, c.Type))
		case old.Null && !c.Null:
			out = append(out, fmt.Sprintf("column %s.%s may be NULL and should not", want.Name, c.Name))
		case !old.Null && c.Null:
			out = append(out, fmt.Sprintf("column %s.%s may not be NULL and should", want.Name, c.Name))
		case c.Auto && !old.Auto:
			out = append(out, fmt.Sprintf("column %s.%s is not numbered by the database", want.Name, c.Name))
		}
	}
	for _, c := range have.Columns {
		if _, ok := want.Column(c.Name); !ok && !c.Null && c.Default.IsZero() && c.Generated == "" && !c.Auto {
			out = append(out, fmt.Sprintf("column %s.%s is not known and needs a value in every row", want.Name, c.Name))
		}
	}
	if !slices.Equal(have.PrimaryKey, want.PrimaryKey) {
		out = append(out, fmt.Sprintf("the primary key of %s is (%s) and should be (%s)", want.Name, strings.Join(have.PrimaryKey, ", "), strings.Join(want.PrimaryKey, ", ")))
	}
	return out
}

// storedAlike reports whether the database stores both columns the same way.
func storedAlike(d database.Dialect, t schema.Table, a, b schema.Column) bool {
	if a.Type == b.Type {
		return true
	}
	whole := func(k schema.Kind) bool { _, _, ok := k.IntRange(); return ok || k == schema.Duration }
	isKey := a.Auto || slices.Contains(t.PrimaryKey, a.Name) || refersFrom(t, a.Name) != ""
	if whole(a.Type.Kind) && whole(b.Type.Kind) && (isKey || d.Features().LooseTypes) {
		return true
	}
	// Where the statements are the same, so is what they make.
	text := func(c schema.Column) string {
		stmts, err := d.Editor().CreateTable(schema.Table{Name: "t", Columns: []schema.Column{{Name: "c", Type: c.Type, Null: true}}})
		if err != nil {
			return err.Error()
		}
		return strings.Join(stmts, ";")
	}
	return text(a) == text(b)
}

func driftOfConstraints(have, want schema.Table) []string {
	var out []string
	for _, u := range want.Uniques {
		if !slices.ContainsFunc(have.Uniques, u.Same) && !slices.Equal(have.PrimaryKey, u.Columns) {
			out = append(out, fmt.Sprintf("table %s does not see to it that %s is unique", want.Name, strings.Join(u.Columns, ", ")))
		}
	}
	for _, x := range want.Indexes {
		ok := slices.ContainsFunc(have.Indexes, func(y schema.Index) bool {
			return x.Unique == y.Unique && (x.Where == "") == (y.Where == "") && len(x.Columns) == len(y.Columns) &&
				slices.EqualFunc(x.Columns, y.Columns, func(a, b schema.IndexColumn) bool {
					return a.Column == b.Column && a.Desc == b.Desc && (a.Expr == "") == (b.Expr == "")
				})
		})
		if !ok {
			out = append(out, fmt.Sprintf("table %s lacks the index %s", want.Name, x.Name))
		}
	}
	for _, c := range want.Checks {
		if _, ok := have.Check(c.Name); !ok && !slices.ContainsFunc(have.Checks, c.Same) {
			out = append(out, fmt.Sprintf("table %s lacks the check %s", want.Name, c.Name))
		}
	}
	for _, f := range want.ForeignKeys {
		if !slices.ContainsFunc(have.ForeignKeys, func(g schema.ForeignKey) bool { return actsAlike(f, g) }) {
			out = append(out, fmt.Sprintf("table %s lacks the foreign key %s, or it does something else when a row is deleted", want.Name, f.Name))
		}
	}
	return out
}

// actsAlike reports whether two foreign keys refer to the same and do the same
// when the row referred to is deleted.
func actsAlike(f, g schema.ForeignKey) bool {
	refuses := func(a schema.Action) bool { return a == schema.NoAction || a == schema.Restrict }
	return f.RefTable == g.RefTable && slices.Equal(f.Columns, g.Columns) && slices.Equal(f.RefColumns, g.RefColumns) &&
		(f.OnDelete == g.OnDelete || refuses(f.OnDelete) && refuses(g.OnDelete))
}
