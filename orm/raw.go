package orm

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/volaweb/vola/schema"
)

// Raw is an expression of the program's own SQL, for what this package has no
// function for, such as a window:
//
//	orm.Raw[Post, int64]("row_number() OVER (PARTITION BY ? ORDER BY ? DESC)", Posts.Author, Posts.Hits)
//
// Each ? stands for the next of args: an expression on the same row, such as a
// column, or a value, which is passed as an argument and never as SQL. A
// literal question mark is written ??. Text between quotes and comments is left
// as it is. The SQL must mean the same on all databases that the program uses.
// Text is compared by code point.
//
// What is stored in the form that a field's tag says (decimal, duration, json,
// type) has the Go type of that field: where V, or the type of a value, is that
// of such a column among args, it is stored as in the column. A decimal is
// rounded to the column's digits. On SQLite decimals of more than 15 digits are
// refused in SQL, which cannot compute with them there.
func Raw[M, V any](sql string, args ...any) *Expr[*M, V] {
	e := &expr{kind: exprRaw, typ: reflect.TypeFor[V]()}
	var err error
	if e.raw, err = splitRaw(sql); err == nil && len(e.raw)-1 != len(args) {
		err = fmt.Errorf("has %d question marks, and %d args are given", len(e.raw)-1, len(args))
	}
	if err != nil {
		// sqlArgs meets it, and reports it when the query runs.
		return (*Expr[*M, V])(&expr{kind: exprRaw, typ: e.typ, value: fmt.Errorf("orm: the SQL %.60q %w", sql, err)})
	}
	for i, a := range args {
		switch a := a.(type) {
		case nil:
			e.value = fmt.Errorf("orm: argument %d of the SQL %.60q is nil; write NULL into the SQL", i+1, sql)
		case Selected[M]:
			e.args = append(e.args, a.selected(nil))
		default:
			e.args = append(e.args, &expr{kind: exprValue, value: a, typ: reflect.TypeOf(a)})
		}
	}
	return (*Expr[*M, V])(e)
}

// splitRaw takes SQL apart at its question marks, other than those in quotes
// and comments. Doubled ones are one of the SQL.
func splitRaw(sql string) ([]string, error) {
	var pieces []string
	var piece strings.Builder
	for i := 0; i < len(sql); {
		switch c := sql[i]; {
		case c == 0:
			return nil, fmt.Errorf("holds a NUL character")
		case c == '?' && strings.HasPrefix(sql[i+1:], "?"):
			piece.WriteByte('?')
			i += 2
		case c == '?':
			pieces = append(pieces, piece.String())
			piece.Reset()
			i++
		default:
			n, err := quoted(sql[i:])
			if err != nil {
				return nil, err
			}
			piece.WriteString(sql[i : i+n])
			i += n
		}
	}
	return append(pieces, piece.String()), nil
}

// quoted returns the length of the quoted text or comment that s begins with,
// and 1 when it begins with neither.
func quoted(s string) (int, error) {
	for _, q := range [...]struct{ open, end, name string }{
		{"'", "'", "a text"}, {`"`, `"`, "a name"}, {"/*", "*/", "a comment"}, {"--", "\n", ""},
	} {
		if !strings.HasPrefix(s, q.open) {
			continue
		}
		n := strings.Index(s[len(q.open):], q.end)
		switch {
		case n >= 0:
			return len(q.open) + n + len(q.end), nil
		case q.name == "":
			return len(s), nil
		}
		return 0, fmt.Errorf("does not end %s that it begins", q.name)
	}
	return 1, nil
}

// storedLike returns the kind of the first expression among the arguments of the
// program's own SQL that has values of the Go type t, if t by itself is stored in
// another form.
func (p *plan) storedLike(e *expr, t reflect.Type) (kind, bool) {
	base := t
	switch {
	case t == nil:
		return kind{}, false
	case t.Kind() == reflect.Pointer:
		base = t.Elem()
	case isNull(t):
		base = t.Field(0).Type
	}
	for _, a := range e.args {
		if a == nil || a.isValue() {
			continue
		}
		k, err := p.kindOf(a)
		if err != nil || k.f.base != base {
			continue
		}
		own, err := p.b.kindOfType(t)
		return k, err != nil || own.f.store.Kind != k.f.store.Kind
	}
	return kind{}, false
}

// kindOfRaw returns the kind of the program's own SQL.
func (p *plan) kindOfRaw(e *expr) (kind, error) {
	if k, ok := p.storedLike(e, e.typ); ok {
		return p.b.sumOf(k), nil // of a decimal it may have more digits
	}
	return p.b.kindOfType(e.typ)
}

// computable refuses values in the program's own SQL that SQLite stores as a text
// of which no SQL makes a number.
func (p *plan) computable(x *expr) error {
	k, err := p.kindOf(x)
	if err != nil || k.f.store.Kind != schema.Decimal || k.codec.Add == nil {
		return nil // sqlArgs has the same error
	}
	if _, err := k.codec.Add("", ""); err != nil {
		return fmt.Errorf("%s is a decimal of %d digits, which %s stores as text, and SQL cannot compute with that", k.f.name, k.f.store.Precision, p.b.dialect.Name())
	}
	return nil
}

// raw writes the program's own SQL.
func (w *sqlText) raw(p *plan, alias string, e *expr) {
	k, err := p.kindOf(e)
	decimal := err == nil && k.f.store.Kind == schema.Decimal
	text := func() {
		w.Str("(")
		for i, piece := range e.raw {
			w.Str(piece)
			if i < len(e.args) {
				like := kind{}
				if x := e.args[i]; x.kind == exprValue {
					if k, ok := p.storedLike(e, x.typ); ok {
						like = k
					}
				}
				w.expr(p, alias, e.args[i], like)
			}
		}
		w.Str(")")
	}
	if decimal {
		w.Round(&w.Text, k.f.store.Scale, text)
		return
	}
	text()
	if err == nil && k.f.store.Kind == schema.Text {
		w.ByCodePoint(&w.Text)
	}
}
