package sqlite

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/internal/ddl"
	"github.com/volaweb/vola/schema"
)

// AlterTable changes the table in place where SQLite can
// (https://www.sqlite.org/lang_altertable.html), which is at once however
// many rows there are, and rebuilds it where it cannot. Rebuilding needs
// a transaction begun with TxOptions.NoForeignKeys, or dropping the old table
// would take the rows that refer to it along.
func (editor) AlterTable(ctx context.Context, h database.Handle, a database.Alteration) ([]string, error) {
	live, err := look(ctx, h, a.From.Name)
	if err != nil {
		return nil, err
	}
	if reason := needsRebuild(a, live); reason != "" {
		return rebuild(a, live, reason)
	}
	return alterInPlace(a)
}

// needsRebuild returns why SQLite cannot make the change in place, or "".
func needsRebuild(a database.Alteration, live live) string {
	if !slices.Equal(a.From.PrimaryKey, a.To.PrimaryKey) {
		return "another primary key"
	}
	for _, f := range a.From.ForeignKeys {
		if !slices.ContainsFunc(a.To.ForeignKeys, f.Same) {
			return "dropped foreign key " + f.Name
		}
	}
	for _, f := range a.To.ForeignKeys {
		if !slices.ContainsFunc(a.From.ForeignKeys, f.Same) && !inColumn(a, f) {
			return "new foreign key " + f.Name
		}
	}
	for _, u := range a.From.Uniques {
		if !slices.ContainsFunc(a.To.Uniques, u.Equal) && live.known && !live.index(u.Name) {
			return "dropped unique constraint " + u.Name + " of the table itself"
		}
	}
	for _, c := range a.From.Checks {
		if !slices.Contains(a.To.Checks, c) && live.known && !live.constraint(c.Name) {
			return "dropped check " + c.Name + " of a column"
		}
	}
	for _, c := range a.From.Columns {
		if _, ok := a.To.Column(c.Name); !ok && c.Generated != "" {
			return "dropped generated column " + c.Name
		}
	}
	for _, c := range a.To.Columns {
		if reason := columnNeedsRebuild(a, c); reason != "" {
			return reason
		}
	}
	return ""
}

func columnNeedsRebuild(a database.Alteration, c schema.Column) string {
	filled := a.Fill(c.Name).Value != ""
	old, existed := a.From.Column(c.Name)
	switch {
	case existed && old == c:
		return ""
	case existed:
		old.Null = c.Null
		if old == c {
			return ""
		}
		return "changed column " + c.Name
	case c.Generated != "", c.Auto:
		return "new column " + c.Name + " that the database fills"
	case filled:
		return "new column " + c.Name + " with values of its own"
	case c.Default.SQL != "":
		return "new column " + c.Name + " with an expression as its default"
	case !c.Null && c.Default.IsZero():
		return "new column " + c.Name + " that may not be NULL"
	}
	return ""
}

// inColumn reports whether the foreign key can be added as part of a column
// that is new: only then SQLite takes one without rebuilding the table.
func inColumn(a database.Alteration, f schema.ForeignKey) bool {
	if len(f.Columns) != 1 {
		return false
	}
	_, existed := a.From.Column(f.Columns[0])
	c, _ := a.To.Column(f.Columns[0])
	return !existed && c.Null && c.Default.IsZero()
}

func alterInPlace(a database.Alteration) ([]string, error) {
	from, to := a.From, a.To
	table := "ALTER TABLE " + database.Quote(to.Name) + " "
	var out []string
	add := func(parts ...string) { out = append(out, strings.Join(parts, "")) }
	for _, u := range from.Uniques {
		if !slices.ContainsFunc(to.Uniques, u.Equal) {
			add("DROP INDEX ", database.Quote(u.Name))
		}
	}
	for _, x := range from.Indexes {
		if !slices.ContainsFunc(to.Indexes, x.Equal) {
			add("DROP INDEX ", database.Quote(x.Name))
		}
	}
	for _, c := range from.Checks {
		if !slices.Contains(to.Checks, c) {
			add(table, "DROP CONSTRAINT ", database.Quote(c.Name))
		}
	}
	for _, c := range to.Columns {
		old, existed := from.Column(c.Name)
		switch {
		case !existed:
			def, err := words.Column(to, c)
			if err != nil {
				return nil, err
			}
			for _, f := range to.ForeignKeys {
				if len(f.Columns) == 1 && f.Columns[0] == c.Name {
					def += ddl.ColumnForeignKey(f)
				}
			}
			add(table, "ADD COLUMN ", def)
		case old.Null && !c.Null:
			if sql, err := insteadOfNull(a, c); err != nil {
				return nil, err
			} else if sql != "" {
				add("UPDATE ", database.Quote(to.Name), " SET ", database.Quote(c.Name), " = ", sql, " WHERE ", database.Quote(c.Name), " IS NULL")
			}
			add(table, "ALTER COLUMN ", database.Quote(c.Name), " SET NOT NULL")
		case !old.Null && c.Null:
			add(table, "ALTER COLUMN ", database.Quote(c.Name), " DROP NOT NULL")
		}
	}
	for _, c := range from.Columns {
		if _, ok := to.Column(c.Name); !ok {
			add(table, "DROP COLUMN ", database.Quote(c.Name))
		}
	}
	for _, c := range to.Checks {
		if !slices.Contains(from.Checks, c) {
			add(table, "ADD ", ddl.Check(c))
		}
	}
	return append(out, newIndexes(from, to)...), nil
}

// newIndexes returns the statements for the indexes that from does not have.
func newIndexes(from, to schema.Table) []string {
	var out []string
	for _, u := range to.Uniques {
		if !slices.ContainsFunc(from.Uniques, u.Equal) {
			out = append(out, ddl.UniqueIndex(to.Name, u))
		}
	}
	for _, x := range to.Indexes {
		if !slices.ContainsFunc(from.Indexes, x.Equal) {
			out = append(out, words.Index(to, x))
		}
	}
	return out
}

// insteadOfNull returns what takes the place of NULL in a column that may no
// longer be NULL: its fill or its default, or "" when there is neither.
func insteadOfNull(a database.Alteration, c schema.Column) (string, error) {
	if value := a.Fill(c.Name).Value; value != "" {
		return withDigits("("+value+")", c.Type), nil
	}
	if c.Default.IsZero() {
		return "", nil
	}
	lit, err := words.Literal(c.Default)
	if err != nil {
		return "", fmt.Errorf("column %s.%s: %w", a.To.Name, c.Name, err)
	}
	return lit, nil
}

// Validate returns nothing: SQLite checks all rows at once.
func (editor) Validate(table, constraint string) []string { return nil }
