package ormsql

import (
	"fmt"
	"math"
	"strings"
)

// Guards leaves out what PostgreSQL itself refuses: what goes beyond the types
// that it computes with.
func (postgres) Guards(l Limit) bool {
	switch l.Kind {
	case NoLimit, LimitFloat64:
		return false
	case LimitInteger:
		return l.Least != math.MinInt64 || l.Most != math.MaxInt64
	}
	return true
}

// Between these, float64s have a nearest float32; from the first on there is
// none but infinity, and up to the second it is 0, for which PostgreSQL has an
// error.
const (
	beyondFloat32 = "3.4028235677973366e38"
	zeroFloat32   = "7.006492321624085e-46"
)

// Guard writes a CASE that casts a sentence to a number where the value v does
// not fit. The value is computed once, in a subquery.
func (g postgres) Guard(t *Text, l Limit, x func()) {
	if l.Kind == LimitText && l.Size > 0 && l.Bytes > 0 {
		chars, bytes := l, l
		chars.Bytes, bytes.Size = 0, 0
		g.Guard(t, chars, func() { g.Guard(t, bytes, x) })
		return
	}
	bad, good, what, why := "", "v", "left(CAST(v AS text), 40)", " is out of the range of "+l.Range
	switch l.Kind {
	case LimitInteger:
		bad = fmt.Sprintf("v NOT BETWEEN %d AND %d", l.Least, l.Most)
	case LimitDuration:
		bad = fmt.Sprintf("v NOT BETWEEN interval '%d microseconds' AND interval '%d microseconds'", l.Least, l.Most)
	case LimitFloat32:
		bad = "abs(v) >= " + beyondFloat32
		good = "CASE WHEN abs(v) <= " + zeroFloat32 + " THEN 0 ELSE CAST(CAST(v AS real) AS double precision) END"
	case LimitDecimal:
		whole := l.Type.Precision - l.Type.Scale
		good = fmt.Sprintf("round(CAST(v AS numeric), %d)", l.Type.Scale)
		bad = fmt.Sprintf("abs(%s) >= 1e%d", good, whole)
		what, why = good, fmt.Sprintf(" has more than %d digits before the point", whole)
	case LimitText:
		if l.Bytes > 0 {
			bad = fmt.Sprintf("octet_length(v) > %d", l.Bytes)
			what, why = "'the value has ' || octet_length(v)", fmt.Sprintf(" bytes, and at most %d can be indexed", l.Bytes)
			break
		}
		bad = fmt.Sprintf("char_length(v) > %d", l.Size)
		what, why = "'the text has ' || char_length(v)", fmt.Sprintf(" characters, and at most %d are allowed", l.Size)
	case LimitChoice:
		list := make([]string, len(l.Choices))
		for i, c := range l.Choices {
			list[i] = fmt.Sprint(c)
			if text, ok := c.(string); ok {
				list[i] = Literal(text)
			}
		}
		bad, why = "v NOT IN ("+strings.Join(list, ", ")+")", " is not one of the choices"
	}
	t.Str("(SELECT CASE WHEN " + bad + " THEN CAST(CAST(CAST(" + Literal(misfitMark+l.Field+"): ") + " || " + what + " || " +
		Literal(why+misfitEnd) + " AS bigint) AS text) AS " + l.Cast + ") ELSE " + good + " END FROM (SELECT ")
	x()
	t.Str(" AS v) AS " + t.Alias() + ")")
}
