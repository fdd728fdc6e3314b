package copydata

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/schema"
)

// reader reads the rows of a table.
type reader struct {
	dialect database.Dialect
	table   schema.Table
	columns []schema.Column // those that hold values of their own
	keys    []schema.Column
	cells   []cell
	// at is the key of the row as the database itself has it: on SQLite the
	// value, on PostgreSQL its text. Scanned first, it tells which row it is that
	// holds a value which cannot be read.
	at    []any
	texts []string
	n     int64 // the number of the row that was scanned last
	dest  []any
	vals  []any
	// bad, if set, takes the errors of rows with values that cannot be read, and
	// says whether to go on. PostgreSQL gives no more rows after one.
	bad func(*ValueError) error
}

func newReader(d database.Dialect, t schema.Table) (*reader, error) {
	r := &reader{dialect: d, table: t, columns: stored(t)}
	for _, name := range t.PrimaryKey {
		c, ok := t.Column(name)
		if !ok {
			return nil, fmt.Errorf("table %s: the key names the column %q, which the table does not have", t.Name, name)
		}
		r.keys = append(r.keys, c)
	}
	for _, c := range r.columns {
		cell, err := newCell(d, c.Type)
		if err != nil {
			return nil, fmt.Errorf("column %s.%s: %w", t.Name, c.Name, err)
		}
		r.cells = append(r.cells, cell)
	}
	r.at, r.texts = make([]any, len(r.keys)), make([]string, len(r.keys))
	r.dest, r.vals = make([]any, len(r.keys)+len(r.columns)), make([]any, len(r.columns))
	return r, nil
}

// stored returns the columns that the database does not compute.
func stored(t schema.Table) []schema.Column {
	return slices.DeleteFunc(slices.Clone(t.Columns), func(c schema.Column) bool { return c.Generated != "" })
}

func (r *reader) postgres() bool { return r.dialect.Name() == "postgres" }

// query returns the SELECT, of all rows or of those whose key compares to the
// arguments so ("<=", ">"), and whether they stand in the order of the key.
func (r *reader) query(compare string, ordered bool) string {
	var list, names, args []string
	for i, c := range r.keys {
		name := database.Quote(r.table.Name) + "." + database.Quote(c.Name)
		names = append(names, name)
		arg := string(r.dialect.AppendPlaceholder(nil, i+1))
		if !r.postgres() {
			list, args = append(list, "+"+name), append(args, arg)
			continue
		}
		list = append(list, name+"::text")
		codec, _ := r.dialect.Codec(c.Type) // the cells have one
		args = append(args, "CAST("+arg+"::text AS "+codec.Cast+")")
	}
	key := strings.Join(names, ", ")
	for _, c := range r.columns {
		name := database.Quote(c.Name)
		switch {
		case !r.postgres():
			// An expression comes as the file has it; columns of some declared types
			// would be parsed.
			name = "+" + name
		case c.Type.Kind == schema.Decimal, c.Type.Kind == schema.JSON:
			name += "::text"
		}
		list = append(list, name)
	}
	q := "SELECT " + strings.Join(list, ", ") + " FROM " + database.Quote(r.table.Name)
	if compare != "" {
		q += " WHERE (" + key + ") " + compare + " (" + strings.Join(args, ", ") + ")"
	}
	if ordered && key != "" {
		q += " ORDER BY " + key
	}
	return q
}

// each calls fn for each row that the query finds, with its values in their
// common form. They are valid until fn returns. The error of a value that cannot
// be read is a *[ValueError].
func (r *reader) each(ctx context.Context, h database.Handle, query string, args []any, fn func(values []any) error) error {
	// Rows that are closed early are read to their end, unless the context is.
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	found, err := h.Query(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("read table %s: %w", r.table.Name, err)
	}
	for r.n = 1; found.Next(); r.n++ {
		if err = r.scan(found); err != nil {
			break
		}
		var wrong *ValueError
		if wrong = r.read(); wrong == nil {
			err = fn(r.vals)
		} else if err = wrong; r.bad != nil {
			err = r.bad(wrong)
		}
		if err != nil {
			break
		}
	}
	if err != nil {
		cancel()
		found.Close()
		if wrong, ok := errors.AsType[*ValueError](err); ok && r.bad != nil {
			return r.bad(wrong)
		}
		return err
	}
	if err := found.Close(); err != nil {
		return fmt.Errorf("read table %s: %w", r.table.Name, err)
	}
	return nil
}

// read makes the values of the row that was scanned.
func (r *reader) read() *ValueError {
	for i, cell := range r.cells {
		v, err := cell.value()
		if err == nil {
			v, err = common(v, r.columns[i].Type)
		}
		if err != nil {
			return r.blame(i, err)
		}
		r.vals[i] = v
	}
	return nil
}

func (r *reader) scan(found database.Rows) error {
	n := len(r.keys)
	for i := range r.keys {
		r.at[i], r.texts[i] = nil, ""
		r.dest[i] = &r.at[i]
		if r.postgres() {
			r.dest[i] = &r.texts[i]
		}
	}
	for i, cell := range r.cells {
		r.dest[n+i] = cell.dest()
	}
	err := found.Scan(r.dest...)
	if r.postgres() {
		for i, text := range r.texts {
			r.at[i] = text
		}
	}
	if err == nil {
		return nil
	}
	// The columns are scanned one after the other.
	at := slices.IndexFunc(r.cells, cell.untouched)
	if !r.postgres() || at < 0 {
		return fmt.Errorf("read table %s: %w", r.table.Name, err)
	}
	if why := errors.Unwrap(err); why != nil {
		err = why // the driver's own words only repeat which column it is
	}
	return r.blame(at, err)
}

// blame says which value of the row that was scanned last is wrong.
func (r *reader) blame(column int, err error) *ValueError {
	return &ValueError{Table: r.table.Name, Key: r.key(), Column: r.columns[column].Name, Err: err}
}

// key names the row that was scanned last.
func (r *reader) key() string {
	var names, values []string
	for i, c := range r.keys {
		names = append(names, c.Name)
		switch v := r.at[i].(type) {
		case string:
			if r.postgres() && c.Type.Kind != schema.Text {
				values = append(values, v)
				continue
			}
			values = append(values, fmt.Sprintf("%.60q", v))
		case []byte:
			values = append(values, fmt.Sprintf("%.60x", v))
		default:
			values = append(values, fmt.Sprint(v))
		}
	}
	if len(names) == 0 {
		return fmt.Sprintf("number %d of those without a key", r.n)
	}
	if len(names) == 1 {
		return names[0] + " " + values[0]
	}
	return "(" + strings.Join(names, ", ") + ") = (" + strings.Join(values, ", ") + ")"
}

// cursor returns the key of the row that was scanned last as a text, from which
// parseCursor makes the arguments of a query.
func (r *reader) cursor() string {
	var out []string
	for _, v := range r.at {
		switch v := v.(type) {
		case int64:
			out = append(out, "i"+strconv.FormatInt(v, 10))
		case float64:
			out = append(out, "d"+strconv.FormatFloat(v, 'x', -1, 64))
		case string:
			out = append(out, "s"+url.QueryEscape(v))
		case []byte:
			out = append(out, "b"+hex.EncodeToString(v))
		default:
			out = append(out, "n")
		}
	}
	return strings.Join(out, ",")
}

func parseCursor(text string) ([]any, error) {
	var out []any
	for part := range strings.SplitSeq(text, ",") {
		var v any
		var err error
		tag, rest := "", ""
		if part != "" {
			tag, rest = part[:1], part[1:]
		}
		switch tag {
		case "i":
			v, err = strconv.ParseInt(rest, 10, 64)
		case "d":
			v, err = strconv.ParseFloat(rest, 64)
		case "s":
			v, err = url.QueryUnescape(rest)
		case "b":
			v, err = hex.DecodeString(rest)
		default:
			err = fmt.Errorf("it has a part %q", part)
		}
		if err != nil {
			return nil, fmt.Errorf("the key %.80q in table %s is not one: %w", text, progressTable, err)
		}
		out = append(out, v)
	}
	return out, nil
}
