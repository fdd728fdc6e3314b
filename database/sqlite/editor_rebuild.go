package sqlite

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/internal/ddl"
	"github.com/volaweb/vola/schema"
)

// rebuilt goes before the name of the table that takes the place of another.
const rebuilt = "vola_new_"

// rowsPerStep is how many rows are copied by one statement, so that the
// progress can be told, and maxSteps how many such statements there are at
// most.
const (
	rowsPerStep = 50_000
	maxSteps    = 100
)

// live is what of a table only the database knows.
type live struct {
	known    bool
	sql      string // CREATE TABLE as the database keeps it
	columns  []string
	indexes  []object
	triggers []object
	// users are the views and other tables' triggers that may use the table.
	users []object
	// settable are, by table or view, the columns that an UPDATE may set, of
	// those that have triggers among users.
	settable map[string][]string
	// numbered says that rows have numbers, first and last are the least and
	// the greatest of them.
	numbered    bool
	first, last int64
	rows        bool // there are rows
}

// object is an index, a trigger or a view.
type object struct{ kind, name, table, sql string }

func (l live) index(name string) bool {
	return slices.ContainsFunc(l.indexes, func(o object) bool { return o.name == name })
}

func (l live) constraint(name string) bool {
	return strings.Contains(l.sql, "CONSTRAINT "+database.Quote(name)+" ")
}

// look reads what the database knows of the table; nothing when h is nil.
func look(ctx context.Context, h database.Handle, table string) (l live, err error) {
	if h == nil {
		return l, nil
	}
	rows, err := h.Query(ctx, `SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid`)
	if err != nil {
		return l, err
	}
	defer rows.Close()
	for rows.Next() {
		var o object
		if err := rows.Scan(&o.kind, &o.name, &o.table, &o.sql); err != nil {
			return l, err
		}
		mine := strings.EqualFold(o.table, table)
		switch {
		case mine && o.kind == "table":
			l.known, l.sql = true, o.sql
		case mine && o.kind == "index":
			l.indexes = append(l.indexes, o)
		case mine && o.kind == "trigger":
			l.triggers = append(l.triggers, o)
		case o.kind == "view", o.kind == "trigger":
			if strings.Contains(strings.ToLower(o.sql), strings.ToLower(table)) {
				l.users = append(l.users, o)
			}
		}
	}
	if err := rows.Close(); err != nil {
		return l, err
	}
	if l.settable, err = settable(ctx, h, l.users); err != nil {
		return l, err
	}
	if !l.known {
		return l, fmt.Errorf("table %q is not in the database", table)
	}
	err = ddl.Each(ctx, h, `SELECT name FROM pragma_table_xinfo(?)`, []any{table}, func(scan func(...any) error) error {
		var name string
		err := scan(&name)
		l.columns = append(l.columns, name)
		return err
	})
	if err != nil {
		return l, err
	}
	if l.numbered = !strings.Contains(strings.ToUpper(l.sql), "WITHOUT ROWID"); !l.numbered {
		l.rows = true
		return l, nil
	}
	var first, last *int64
	if err := database.QueryRow(ctx, h, []any{&first, &last}, "SELECT (SELECT min(_rowid_) FROM "+database.Quote(table)+"), (SELECT max(_rowid_) FROM "+database.Quote(table)+")"); err != nil {
		return l, err
	}
	if first != nil && last != nil {
		l.first, l.last, l.rows = *first, *last, true
	}
	return l, nil
}

// settable returns the columns of the tables and views that the triggers belong
// to.
func settable(ctx context.Context, h database.Handle, users []object) (map[string][]string, error) {
	out := map[string][]string{}
	for _, o := range users {
		if _, done := out[o.table]; done || o.kind != "trigger" {
			continue
		}
		out[o.table] = nil
		err := ddl.Each(ctx, h, `SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0`, []any{o.table}, func(scan func(...any) error) error {
			var name string
			err := scan(&name)
			out[o.table] = append(out[o.table], name)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// rebuild makes the table again next to the old one, copies the rows and puts it
// in the old one's place, in the order that SQLite's documentation gives
// (https://www.sqlite.org/lang_altertable.html, section 7). Views stay as they
// are, because with legacy_alter_table the last renaming does not look at
// them; triggers go with the old table and are made again.
func rebuild(a database.Alteration, l live, reason string) ([]string, error) {
	to := a.To
	for _, name := range l.columns {
		known := func(c schema.Column) bool { return strings.EqualFold(c.Name, name) }
		if !slices.ContainsFunc(a.From.Columns, known) {
			return nil, fmt.Errorf("table %s has a column %q that no migration made, and must be rebuilt (%s), which would lose it; add the column to the model or drop it", a.From.Name, name, reason)
		}
	}
	table := database.Quote(to.Name)
	next := to.Clone()
	next.Name = rebuilt + to.Name
	create, err := words.Table(next)
	if err != nil {
		return nil, err
	}
	out := []string{"-- rebuilding table " + to.Name + ": " + reason + "\n" + create}
	copies, err := copyRows(a, l)
	if err != nil {
		return nil, err
	}
	out = append(out, copies...)
	if hasAuto(a.From) && hasAuto(to) {
		// Numbers of rows that are gone are not given again.
		out = append(out,
			"DELETE FROM sqlite_sequence WHERE name = "+ddl.Text(next.Name),
			"INSERT INTO sqlite_sequence (name, seq) SELECT "+ddl.Text(next.Name)+", seq FROM sqlite_sequence WHERE name = "+ddl.Text(to.Name))
	}
	out = append(out,
		"DROP TABLE "+table,
		"PRAGMA legacy_alter_table = ON",
		"ALTER TABLE "+database.Quote(next.Name)+" RENAME TO "+table,
		"PRAGMA legacy_alter_table = OFF")
	out = append(out, words.Indexes(to)...)
	for _, x := range l.indexes {
		// Those made by hand go with the old table too.
		_, isIndex := a.From.Index(x.name)
		if _, isUnique := a.From.Unique(x.name); !isIndex && !isUnique {
			out = append(out, x.sql)
		}
	}
	for _, t := range l.triggers {
		out = append(out, t.sql)
	}
	return append(out, tryUsers(to, l)...), nil
}

// copyRows returns the statements that copy the rows of the old table.
func copyRows(a database.Alteration, l live) ([]string, error) {
	var columns, values []string
	rowid := l.numbered || !l.known
	for _, c := range a.To.Columns {
		if strings.EqualFold(c.Name, "_rowid_") {
			rowid = false
		}
		value, err := copiedValue(a, c)
		if err != nil {
			return nil, err
		}
		if value != "" {
			columns, values = append(columns, database.Quote(c.Name)), append(values, value)
		}
	}
	// Rows keep their hidden numbers too: full-text indexes know them by these.
	if rowid && !hasAuto(a.To) {
		columns, values = append([]string{"_rowid_"}, columns...), append([]string{"_rowid_"}, values...)
	}
	insert := "INSERT INTO " + database.Quote(rebuilt+a.To.Name) + " (" + strings.Join(columns, ", ") + ") SELECT " +
		strings.Join(values, ", ") + " FROM " + database.Quote(a.From.Name)
	switch {
	case l.known && !l.rows:
		return nil, nil
	case !l.known || !rowid:
		return []string{insert}, nil
	}
	span := uint64(l.last) - uint64(l.first) // right also where the signed difference is not
	steps := min(span/rowsPerStep+1, maxSteps)
	var out []string
	for i := range steps {
		upto := l.last
		if i < steps-1 {
			upto = int64(uint64(l.first) + span/steps*(i+1))
		}
		where := " WHERE _rowid_ <= " + strconv.FormatInt(upto, 10)
		if i > 0 {
			where = " WHERE _rowid_ > " + strconv.FormatInt(int64(uint64(l.first)+span/steps*i), 10) + " AND _rowid_ <= " + strconv.FormatInt(upto, 10)
		}
		out = append(out, fmt.Sprintf("-- copying the rows of table %s, part %d of %d\n%s%s", a.From.Name, i+1, steps, insert, where))
	}
	return out, nil
}

// copiedValue returns the expression for a column of the new table, or "" when
// the database fills it.
func copiedValue(a database.Alteration, c schema.Column) (string, error) {
	old, existed := a.From.Column(c.Name)
	fill := a.Fill(c.Name)
	name := database.Quote(c.Name)
	switch {
	case c.Generated != "":
		return "", nil
	case !existed && fill.Value != "":
		return withDigits("("+fill.Value+")", c.Type), nil
	case !existed && (c.Null || !c.Default.IsZero()), c.Auto && !existed:
		return "", nil
	case !existed:
		// A table without rows takes this, one with rows refuses it.
		return "NULL", nil
	}
	value, err := converted(old.Type, c.Type, name, fill.Convert, a.To.Name+"."+c.Name)
	if err != nil {
		return "", fmt.Errorf("column %s.%s: %w", a.To.Name, c.Name, err)
	}
	if old.Null && !c.Null {
		instead, err := insteadOfNull(a, c)
		if err != nil {
			return "", err
		}
		if instead != "" {
			value = "coalesce(" + value + ", " + instead + ")"
		}
	}
	return value, nil
}

// converted returns the expression that turns a value of one type into
// another: the one given, or else one that keeps the value and refuses those
// that do not fit, as PostgreSQL does by itself; the error names the column.
func converted(from, to schema.Type, name, expression, column string) (string, error) {
	switch value, ok := convertDecimal(from, to, name); {
	case expression != "" && longDecimal(from) && to.Kind == schema.Decimal:
		return decimalCall("("+expression+")", "NULL", to), nil
	case expression != "":
		return withDigits("("+expression+")", to), nil
	case ok:
		return value, nil
	}
	least, greatest, whole := to.Kind.IntRange()
	fits := ""
	value := name
	switch conversion := schema.Convert(from, to); {
	case conversion == schema.Foreign:
		return "", fmt.Errorf("what becomes of a %v as a %v must be said with an expression", from, to)
	case from.Kind != schema.Text && to.Kind == schema.Text:
		value = "CAST(" + name + " AS text)"
		if conversion == schema.Narrowing {
			fits = "length(" + value + ") <= " + strconv.Itoa(to.Size)
		}
	case conversion == schema.Widening:
	case to.Kind == schema.Text:
		fits = "length(" + name + ") <= " + strconv.Itoa(to.Size)
	case from.Kind == schema.Text && whole:
		value = "CAST(" + name + " AS integer)"
		fits = "CAST(" + value + " AS text) = " + name + " AND " + value + " BETWEEN " + strconv.FormatInt(least, 10) + " AND " + strconv.FormatInt(greatest, 10)
	case whole:
		fits = name + " BETWEEN " + strconv.FormatInt(least, 10) + " AND " + strconv.FormatInt(greatest, 10)
	}
	if fits == "" {
		return value, nil
	}
	refuse := refuseFunction + "(" + name + ", " + ddl.Text(column) + ", " + ddl.Text(inWords(to)) + ")"
	return "CASE WHEN " + name + " IS NULL THEN NULL WHEN " + fits + " THEN " + value + " ELSE " + refuse + " END", nil
}

// inWords names a type for an error.
func inWords(t schema.Type) string {
	if _, _, whole := t.Kind.IntRange(); whole {
		return "an " + strings.ToLower(t.Kind.String())
	}
	return fmt.Sprintf("a text of %d characters", t.Size)
}

// tryUsers returns statements that fail when a view or trigger uses what the
// table no longer has: SQLite itself would say so only at its next use.
func tryUsers(t schema.Table, l live) []string {
	var out []string
	columns := map[string][]string{t.Name: nil}
	for _, c := range t.Columns {
		if c.Generated == "" {
			columns[t.Name] = append(columns[t.Name], c.Name)
		}
	}
	maps.Copy(columns, l.settable)
	for _, o := range slices.Concat(l.triggers, l.users) {
		q := "-- trying view " + o.name + "\nSELECT * FROM " + database.Quote(o.name) + " LIMIT 0"
		if o.kind == "trigger" {
			table := o.table
			if strings.EqualFold(table, t.Name) {
				table = t.Name
			}
			q = "-- trying the triggers of " + table + "\n" + fire(o.event(), table, columns[table])
		}
		if !slices.Contains(out, q) {
			out = append(out, q)
		}
	}
	return out
}

// event returns what the trigger waits for: INSERT, UPDATE or DELETE
// (https://www.sqlite.org/lang_createtrigger.html).
func (o object) event() string {
	for _, token := range tokenize(o.sql) {
		switch event := strings.ToUpper(token); event {
		case "INSERT", "UPDATE", "DELETE":
			return event
		}
	}
	return ""
}

// fire returns a statement that makes SQLite read the triggers of the event, of
// a table or a view, and does nothing.
func fire(event, table string, columns []string) string {
	q := database.Quote(table)
	switch event {
	case "INSERT":
		return "EXPLAIN INSERT INTO " + q + " DEFAULT VALUES"
	case "UPDATE":
		var sets []string
		for _, c := range columns {
			sets = append(sets, database.Quote(c)+" = "+database.Quote(c))
		}
		return "EXPLAIN UPDATE " + q + " SET " + strings.Join(sets, ", ")
	}
	return "EXPLAIN DELETE FROM " + q
}

func hasAuto(t schema.Table) bool {
	return slices.ContainsFunc(t.Columns, func(c schema.Column) bool { return c.Auto })
}
