package orm

import (
	"bytes"
	"cmp"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/volaweb/vola/civil"
)

// Statements that write many rows lock them one by one. Two that do so in
// different orders wait for each other, which PostgreSQL ends with an error for
// one of them; so all lock in the order of the key. SQLite has one writer.

// inOrder returns the positions of rows in the order of the values of fields,
// as the database sorts them. Within one statement the database sorts; so it is
// needed only where there are several.
func (b bulk) inOrder(rows, fields []int) ([]int, error) {
	if !b.p.arrays() || len(rows) <= maxArray {
		return rows, nil
	}
	values := make(map[int][]any, len(rows))
	for _, r := range rows {
		for _, f := range fields {
			v, err := b.p.fields[f].get(b.at(r))
			if err != nil {
				return nil, rowError(r, fieldError(b.p.model, b.p.fields[f], err))
			}
			values[r] = append(values[r], v)
		}
	}
	out := slices.Clone(rows)
	slices.SortStableFunc(out, func(x, y int) int {
		for i, f := range fields {
			if d := b.p.fields[f].compare(values[x][i], values[y][i]); d != 0 {
				return d
			}
		}
		return 0
	})
	return out, nil
}

// compare compares two values in canonical form, neither NULL, as the database
// does. What has no order there has none here.
func (f *field) compare(a, b any) int {
	switch a := a.(type) {
	case int64:
		return cmp.Compare(a, b.(int64))
	case float64:
		return cmp.Compare(a, b.(float64))
	case string:
		if f.form != formDecimal {
			return strings.Compare(a, b.(string))
		}
		x, _ := new(big.Rat).SetString(a)
		y, _ := new(big.Rat).SetString(b.(string))
		return x.Cmp(y)
	case []byte:
		return bytes.Compare(a, b.([]byte))
	case [16]byte:
		y := b.([16]byte)
		return bytes.Compare(a[:], y[:])
	case time.Time:
		return a.Compare(b.(time.Time))
	case time.Duration:
		return cmp.Compare(a, b.(time.Duration))
	case civil.Date:
		return strings.Compare(a.String(), b.(civil.Date).String())
	case civil.Clock:
		return cmp.Compare(a.SinceMidnight(), b.(civil.Clock).SinceMidnight())
	case bool:
		if a != b.(bool) {
			if a {
				return 1
			}
			return -1
		}
	}
	return 0
}

// lockTuples writes the beginning of an UPDATE of the rows in tuples: those as a
// table v, and a table locked, which locks the rows with the same values in the
// fields that the tuples begin with. The statement must read locked before it
// writes; see readLocked.
func (w *sqlText) lockTuples(p *plan, fields, by []int, n int) {
	w.Str("WITH v AS (SELECT * FROM ")
	w.tuples(p, fields, n)
	w.Str("), locked AS (SELECT 1 FROM v JOIN ")
	w.Name(p.table)
	w.Str(" t0 ON ")
	w.matchTuples(p, by)
	for i := range by {
		w.item(i, " ORDER BY ")
		w.Str("v." + cell(i))
	}
	w.Str(" FOR NO KEY UPDATE OF t0) ")
}

// readLocked is a condition that is true when all rows have been locked.
const readLocked = "(SELECT count(*) FROM locked) >= 0"

// whereLocked writes conditions on rows in the alias t0 that are to be deleted.
// On PostgreSQL the rows are locked in the order of the key before the first is
// deleted.
func (w *sqlText) whereLocked(p *plan, conditions []*node, single bool) {
	if single || !p.arrays() || p.key == nil {
		w.where(p, "t0", conditions)
		return
	}
	t := w.Alias()
	w.Str(" WHERE ")
	w.Col("t0", p.key.column)
	w.Str(" = ANY(ARRAY(SELECT ")
	w.Col(t, p.key.column)
	w.Str(" FROM ")
	w.Name(p.table)
	w.Str(" " + t)
	w.where(p, t, conditions)
	w.Str(" ORDER BY ")
	w.Col(t, p.key.column)
	w.Str(" FOR UPDATE OF " + t + "))")
}
