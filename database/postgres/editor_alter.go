package postgres

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/internal/ddl"
	"github.com/volaweb/vola/schema"
)

// AlterTable changes the table in place, in an order in which each statement
// finds what it needs: what goes first goes out of the way of what comes.
func (e editor) AlterTable(ctx context.Context, h database.Handle, a database.Alteration) ([]string, error) {
	b := &alteration{Alteration: a, table: "ALTER TABLE " + database.Quote(a.To.Name) + " "}
	if a.Concurrently {
		var err error
		if b.broken, err = brokenIndexes(ctx, h, a.To.Name); err != nil {
			return nil, err
		}
	}
	b.dropComputed()
	b.dropConstraints()
	if err := b.addColumns(false); err != nil {
		return nil, err
	}
	if err := b.changeColumns(); err != nil {
		return nil, err
	}
	if err := b.addColumns(true); err != nil {
		return nil, err
	}
	b.dropColumns()
	if err := b.changeKey(ctx, h); err != nil {
		return nil, err
	}
	b.addConstraints()
	return b.out, nil
}

// alteration collects the statements of one.
type alteration struct {
	database.Alteration
	table  string // ALTER TABLE "name"
	broken []indexState
	out    []string
}

func (b *alteration) add(parts ...string) { b.out = append(b.out, strings.Join(parts, "")) }

// concurrently returns the word that keeps writers from being kept out.
func (b *alteration) concurrently() string {
	if b.Concurrently {
		return "CONCURRENTLY "
	}
	return ""
}

// dropConstraints drops or renames what To does not have as it is.
func (b *alteration) dropConstraints() {
	from, to := b.From, b.To
	gone(from.ForeignKeys, to.ForeignKeys, schema.ForeignKey.Equal, schema.ForeignKey.Same, func(f schema.ForeignKey) string { return f.Name }, b.dropConstraint, b.renameConstraint)
	gone(from.Checks, to.Checks, schema.Check.Equal, schema.Check.Same, func(c schema.Check) string { return c.Name }, b.dropConstraint, b.renameConstraint)
	gone(from.Uniques, to.Uniques, schema.Unique.Equal, schema.Unique.Same, func(u schema.Unique) string { return u.Name }, b.dropConstraint, b.renameConstraint)
	gone(from.Indexes, to.Indexes, b.equalIndex, b.sameIndex, func(x schema.Index) string { return x.Name },
		func(name string) {
			exists := ""
			if b.Concurrently { // dropped half-way before, perhaps
				exists = "IF EXISTS "
			}
			b.add("DROP INDEX ", b.concurrently(), exists, database.Quote(name))
		},
		func(old, name string) {
			b.add("ALTER INDEX ", database.Quote(old), " RENAME TO ", database.Quote(name))
		})
}

// equalIndex and sameIndex are those of package schema, but that an index is
// another one where a column of it may hold NULL only before or only after.
func (b *alteration) equalIndex(x, y schema.Index) bool { return x.Name == y.Name && b.sameIndex(x, y) }

func (b *alteration) sameIndex(x, y schema.Index) bool {
	return x.Same(y) && words.IndexColumns(b.From, x) == words.IndexColumns(b.To, y)
}

func (b *alteration) dropConstraint(name string) {
	b.add(b.table, "DROP CONSTRAINT ", database.Quote(name))
}

func (b *alteration) renameConstraint(old, name string) {
	b.add(b.table, "RENAME CONSTRAINT ", database.Quote(old), " TO ", database.Quote(name))
}

// gone calls drop for what of from is not in to, or rename where it is there
// under a name that is new.
func gone[T any](from, to []T, equal, same func(a, b T) bool, name func(T) string, drop func(string), rename func(old, name string)) {
	for _, x := range from {
		if slices.ContainsFunc(to, func(y T) bool { return equal(x, y) }) {
			continue
		}
		if y, ok := renamed(x, from, to, same, name); ok {
			rename(name(x), name(y))
			continue
		}
		drop(name(x))
	}
}

// renamed returns what of to is x under another, new name.
func renamed[T any](x T, from, to []T, same func(a, b T) bool, name func(T) string) (T, bool) {
	i := slices.IndexFunc(to, func(y T) bool {
		return same(x, y) && !slices.ContainsFunc(from, func(z T) bool { return name(z) == name(y) })
	})
	// Of two alike, the first one is the one that was renamed.
	first := slices.IndexFunc(from, func(z T) bool {
		return same(x, z) && !slices.ContainsFunc(to, func(y T) bool { return name(z) == name(y) })
	})
	if i < 0 || first < 0 || name(from[first]) != name(x) {
		var zero T
		return zero, false
	}
	return to[i], true
}

// isNew reports whether y is neither in from nor there under another name.
func isNew[T any](y T, from, to []T, equal, same func(a, b T) bool, name func(T) string) bool {
	for _, x := range from {
		if equal(x, y) {
			return false
		}
		if z, ok := renamed(x, from, to, same, name); ok && name(z) == name(y) {
			return false
		}
	}
	return true
}

// constant are the expressions that need not be computed for each row.
var constant = regexp.MustCompile(`^(?i:'([^']|'')*'|-?[0-9]+(\.[0-9]+)?|true|false|null|current_timestamp|now\(\))$`)

// addColumns adds the columns that are new, and those that were dropped to be
// added again: those that are computed, or the others.
func (b *alteration) addColumns(computed bool) error {
	for _, c := range b.To.Columns {
		if _, existed := b.From.Column(c.Name); existed || (c.Generated != "") != computed {
			continue
		}
		value := b.Fill(c.Name).Value
		filled := value != ""
		def := c
		if filled && constant.MatchString(value) && c.Default.IsZero() {
			// A default that is there while the column is added costs nothing,
			// where an UPDATE writes every row.
			def.Default = schema.Default{SQL: value}
			sql, err := words.Column(b.To, def)
			if err != nil {
				return err
			}
			b.add(b.table, "ADD COLUMN ", sql)
			b.add(b.table, "ALTER COLUMN ", database.Quote(c.Name), " DROP DEFAULT")
			continue
		}
		if filled {
			def.Null = true
		}
		sql, err := words.Column(b.To, def)
		if err != nil {
			return err
		}
		b.add(b.table, "ADD COLUMN ", sql)
		if filled {
			b.add("UPDATE ", database.Quote(b.To.Name), " SET ", database.Quote(c.Name), " = (", value, ")")
			b.settle()
			if !c.Null {
				b.add(b.table, "ALTER COLUMN ", database.Quote(c.Name), " SET NOT NULL")
			}
		}
	}
	return nil
}

// settle makes the server look at what deferred constraints put off: it
// refuses to alter a table with such work pending.
func (b *alteration) settle() {
	if slices.ContainsFunc(b.From.ForeignKeys, func(f schema.ForeignKey) bool { return f.Deferred }) {
		b.add("SET CONSTRAINTS ALL IMMEDIATE")
	}
}

func (b *alteration) changeColumns() error {
	for _, c := range b.To.Columns {
		old, existed := b.From.Column(c.Name)
		if !existed || old == c {
			continue
		}
		if old.Generated != "" && c.Generated == "" {
			b.add(b.table, "ALTER COLUMN ", database.Quote(c.Name), " DROP EXPRESSION")
		}
		if err := b.changeColumn(old, c); err != nil {
			return fmt.Errorf("column %s.%s: %w", b.To.Name, c.Name, err)
		}
	}
	return nil
}

func (b *alteration) dropColumns() {
	for _, c := range b.From.Columns {
		if _, ok := b.To.Column(c.Name); !ok {
			b.add(b.table, "DROP COLUMN ", database.Quote(c.Name))
		}
	}
}

func (b *alteration) changeColumn(old, c schema.Column) error {
	column := "ALTER COLUMN " + database.Quote(c.Name) + " "
	if old.Auto && !c.Auto {
		b.add(b.table, column, "DROP IDENTITY")
	}
	if !old.Default.IsZero() && (old.Default != c.Default || old.Type != c.Type) {
		b.add(b.table, column, "DROP DEFAULT")
	}
	if old.Type != c.Type {
		if err := b.changeType(old, c); err != nil {
			return err
		}
	}
	if !c.Default.IsZero() && (old.Default != c.Default || old.Type != c.Type) {
		lit, err := words.Literal(c.Default)
		if err != nil {
			return err
		}
		b.add(b.table, column, "SET DEFAULT ", lit)
	}
	switch {
	case old.Null && !c.Null:
		instead := ""
		if value := b.Fill(c.Name).Value; value != "" {
			instead = "(" + value + ")"
		} else if !c.Default.IsZero() {
			instead = "DEFAULT"
		}
		if instead != "" {
			b.add("UPDATE ", database.Quote(b.To.Name), " SET ", database.Quote(c.Name), " = ", instead, " WHERE ", database.Quote(c.Name), " IS NULL")
			b.settle()
		}
		b.add(b.table, column, "SET NOT NULL")
	case !old.Null && c.Null:
		b.add(b.table, column, "DROP NOT NULL")
	}
	if c.Auto && !old.Auto {
		b.add(b.table, column, "ADD GENERATED BY DEFAULT AS IDENTITY")
		b.add("SELECT setval(pg_get_serial_sequence(", ddl.Text(database.Quote(b.To.Name)), ", ", ddl.Text(c.Name), "), coalesce(max(",
			database.Quote(c.Name), "), 0) + 1, false) FROM ", database.Quote(b.To.Name))
	}
	return nil
}

func (b *alteration) changeType(old, c schema.Column) error {
	typ, err := columnType(c.Type)
	if err != nil {
		return err
	}
	using := ""
	conversion := schema.Convert(old.Type, c.Type)
	switch expression := b.Fill(c.Name).Convert; {
	case expression != "":
		using = " USING (" + expression + ")"
	case conversion == schema.Foreign:
		return fmt.Errorf("what becomes of a %v as a %v must be said with an expression", old.Type, c.Type)
	case old.Type.Kind == schema.Decimal && old.Type.Scale > c.Type.Scale:
		using = " USING " + keepDigits(c)
	case old.Type.Kind == schema.Text && c.Type.Kind != schema.Text:
		using = " USING " + database.Quote(c.Name) + "::" + typ
	}
	// Without USING, text that is too long is refused; a cast would cut it.
	b.add(b.table, "ALTER COLUMN ", database.Quote(c.Name), " TYPE ", typ, using)
	return nil
}

// keepDigits returns the value of a decimal column that is to have fewer digits
// after the point, which the server would round. One that has more is an error
// that tells so: the text that says it is no number.
func keepDigits(c schema.Column) string {
	column := database.Quote(c.Name)
	return fmt.Sprintf("CASE WHEN %s = round(%s, %d) THEN %s ELSE ('more than %d digits after the point: ' || %s)::numeric END",
		column, column, c.Type.Scale, column, c.Type.Scale, column)
}

// changeKey puts another primary key in the old one's place.
func (b *alteration) changeKey(ctx context.Context, h database.Handle) error {
	if slices.Equal(b.From.PrimaryKey, b.To.PrimaryKey) {
		return nil
	}
	if len(b.From.PrimaryKey) > 0 {
		name := b.From.Name + "_pkey"
		if h != nil {
			err := database.QueryRow(ctx, h, []any{&name}, `SELECT conname FROM pg_constraint WHERE contype = 'p' AND conrelid = $1::regclass`, database.Quote(b.From.Name))
			if err != nil && !errors.Is(err, database.ErrNoRows) {
				return err
			}
		}
		b.dropConstraint(name)
	}
	if len(b.To.PrimaryKey) > 0 {
		b.add(b.table, "ADD PRIMARY KEY (", ddl.Names(b.To.PrimaryKey), ")")
	}
	return nil
}

func (b *alteration) addConstraints() {
	from, to := b.From, b.To
	for _, u := range to.Uniques {
		if isNew(u, from.Uniques, to.Uniques, schema.Unique.Equal, schema.Unique.Same, func(u schema.Unique) string { return u.Name }) {
			b.add(b.table, "ADD ", ddl.Unique(u))
		}
	}
	for _, x := range to.Indexes {
		if isNew(x, from.Indexes, to.Indexes, b.equalIndex, b.sameIndex, func(x schema.Index) string { return x.Name }) {
			b.addIndex(x)
		}
	}
	notValid := ""
	if b.NotValid {
		notValid = " NOT VALID"
	}
	for _, c := range to.Checks {
		if isNew(c, from.Checks, to.Checks, schema.Check.Equal, schema.Check.Same, func(c schema.Check) string { return c.Name }) {
			b.add(b.table, "ADD ", ddl.Check(c), notValid)
		}
	}
	for _, f := range to.ForeignKeys {
		if isNew(f, from.ForeignKeys, to.ForeignKeys, schema.ForeignKey.Equal, schema.ForeignKey.Same, func(f schema.ForeignKey) string { return f.Name }) {
			b.add(b.table, "ADD ", ddl.ForeignKey(f), notValid)
		}
	}
}

// addIndex builds an index. One that was being built concurrently when the
// server or the program stopped is there but useless, and goes first.
func (b *alteration) addIndex(x schema.Index) {
	for _, i := range b.broken {
		if i.name == x.Name && i.valid {
			return
		}
		if i.name == x.Name {
			b.add("DROP INDEX CONCURRENTLY ", database.Quote(x.Name))
		}
	}
	sql := words.Index(b.To, x)
	if b.Concurrently {
		sql = strings.Replace(sql, "INDEX ", "INDEX CONCURRENTLY ", 1)
	}
	b.add(sql)
}

// indexState is an index and whether it can be used.
type indexState struct {
	name  string
	valid bool
}

// brokenIndexes returns the indexes of the table and whether they are whole.
func brokenIndexes(ctx context.Context, h database.Handle, table string) ([]indexState, error) {
	if h == nil {
		return nil, nil
	}
	var out []indexState
	err := ddl.Each(ctx, h, `SELECT c.relname, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = $1::regclass`,
		[]any{database.Quote(table)}, func(scan func(...any) error) error {
			var s indexState
			err := scan(&s.name, &s.valid)
			out = append(out, s)
			return err
		})
	return out, err
}

// Validate makes the constraint hold for the rows there already, without
// keeping writers out.
func (editor) Validate(table, constraint string) []string {
	return []string{"ALTER TABLE " + database.Quote(table) + " VALIDATE CONSTRAINT " + database.Quote(constraint)}
}
