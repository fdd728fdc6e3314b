package orm

import (
	"fmt"
	"reflect"
	"strings"
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
func Raw[M, V any](sql string, args ...any) *Expr[*M, V] {
	e := &expr{kind: exprRaw, typ: reflect.TypeFor[V]()}
	var err error
	if e.raw, err = splitRaw(sql); err == nil && len(e.raw)-1 != len(args) {
		err = fmt.Errorf("has %d question marks, and %d args are given", len(e.raw)-1, len(args))
	}
	if err != nil {
		// The binder meets it, and reports it when the query runs.
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
