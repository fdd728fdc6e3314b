package orm

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/schema"
)

// What an UPDATE computes is not known before, and a column may hold less: an
// int16 on SQLite is as large as any integer, and no database knows of a uint8.
// So that nothing is stored which cannot be read again, a statement computes
// with a guard around the expression, which makes it fail with a text of the
// form "vola_fit(Field): sentence;".
const (
	misfitMark = "vola_fit("
	misfitEnd  = ";"
)

// limit is what a column holds of the values that can be computed for it.
type limit struct {
	kind        limitKind
	least, most int64 // of limitInteger, in the units of the database
	size, bytes int   // of limitText, each 0 for none
	choices     []any // of limitChoice
	name        string
}

type limitKind byte

const (
	limitNone limitKind = iota
	limitInteger
	limitDuration
	limitFloat32
	limitFloat64
	limitDecimal
	limitText
	limitChoice
)

// limit returns the field's limit.
func (f *field) limit() limit {
	if f.choices != nil {
		return limit{kind: limitChoice, choices: f.choices}
	}
	switch f.store.Kind {
	case schema.Int16, schema.Int32, schema.Int64:
		l := limit{kind: limitInteger}
		l.least, l.most, l.name = f.integerRange()
		return l
	case schema.Duration:
		return limit{kind: limitDuration, least: math.MinInt64 / 1000, most: math.MaxInt64 / 1000, name: "a duration"}
	case schema.Float64:
		if f.form == formFloat && f.base.Kind() == reflect.Float32 {
			return limit{kind: limitFloat32, name: "a float32"}
		}
		return limit{kind: limitFloat64, name: "a float64"}
	case schema.Decimal:
		return limit{kind: limitDecimal}
	case schema.Text:
		if f.store.Size > 0 || f.indexed > 0 {
			l := limit{kind: limitText, size: f.store.Size, bytes: f.indexed}
			if l.size > 0 && utf8.UTFMax*l.size <= l.bytes {
				l.bytes = 0
			}
			return l
		}
	}
	return limit{}
}

// integerRange returns what both the field and its column hold.
func (f *field) integerRange() (least, most int64, name string) {
	least, most, name = math.MinInt64, math.MaxInt64, "an int64"
	if f.form == formInt {
		bits := f.base.Bits()
		name = "an " + f.base.Kind().String()
		if f.base.Kind() >= reflect.Uint {
			least, name = 0, "a "+f.base.Kind().String()
			if bits < 64 {
				most = 1<<bits - 1
			}
		} else {
			least, most = -1<<(bits-1), 1<<(bits-1)-1
		}
	}
	switch column := f.columnType(); {
	case column.Kind == schema.Int16 && most > math.MaxInt16:
		return max(least, math.MinInt16), math.MaxInt16, "16 bits"
	case column.Kind == schema.Int32 && most > math.MaxInt32:
		return max(least, math.MinInt32), math.MaxInt32, "32 bits"
	}
	return least, most, name
}

// guards reports whether the database must be told of the limit: PostgreSQL
// itself refuses what goes beyond the types that it computes with.
func (w *writer) guards(l limit) bool {
	switch l.kind {
	case limitNone:
		return false
	case limitInteger:
		return w.sqlite() || l.least != math.MinInt64 || l.most != math.MaxInt64
	case limitFloat64:
		return w.sqlite()
	}
	return true
}

// guarded writes the expression that inner writes so that the statement fails
// where the i-th field does not hold its value. own says that some of the
// expression is the program's own SQL.
func (w *writer) guarded(p *plan, i int, own bool, inner func()) {
	f := p.fields[i]
	l := f.limit()
	switch {
	case !w.guards(l):
		inner()
	case w.sqlite():
		w.str("vola_fit(")
		inner()
		w.str(", " + literal(f.name) + ", " + l.sqlite(f.store, own) + ")")
	default:
		l.postgres(w, f, p.codecs[i].Cast, inner)
	}
}

// sqlite returns the last arguments of the function vola_fit.
func (l limit) sqlite(t schema.Type, own bool) string {
	kind, name := "", l.name
	var a, b int64
	switch l.kind {
	case limitInteger, limitDuration:
		kind, a, b = "integer", l.least, l.most
		if own {
			kind = "number"
		}
	case limitFloat32:
		kind, a = "float", 32
	case limitFloat64:
		kind, a = "float", 64
	case limitDecimal:
		kind, a, b = "decimal", int64(t.Precision), int64(t.Scale)
	case limitText:
		kind, a, b = "text", int64(l.size), int64(l.bytes)
	case limitChoice:
		kind = "choice"
		texts := make([]string, len(l.choices))
		for i, c := range l.choices {
			texts[i] = fmt.Sprint(c)
		}
		list, _ := json.Marshal(texts) // texts always have a form in JSON
		name = string(list)
	}
	return fmt.Sprintf("%s, %d, %d, %s", literal(kind), a, b, literal(name))
}

// Between these, float64s have a nearest float32; from the first on there is
// none but infinity, and up to the second it is 0, for which PostgreSQL has an
// error.
const (
	beyondFloat32 = "3.4028235677973366e38"
	zeroFloat32   = "7.006492321624085e-46"
)

// postgres writes a CASE that casts a sentence to a number where the value v
// does not fit. The value is computed once, in a subquery.
func (l limit) postgres(w *writer, f *field, cast string, inner func()) {
	if l.kind == limitText && l.size > 0 && l.bytes > 0 {
		chars, bytes := l, l
		chars.bytes, bytes.size = 0, 0
		chars.postgres(w, f, cast, func() { bytes.postgres(w, f, cast, inner) })
		return
	}
	bad, good, what, why := "", "v", "left(CAST(v AS text), 40)", " is out of the range of "+l.name
	switch l.kind {
	case limitInteger:
		bad = fmt.Sprintf("v NOT BETWEEN %d AND %d", l.least, l.most)
	case limitDuration:
		bad = fmt.Sprintf("v NOT BETWEEN interval '%d microseconds' AND interval '%d microseconds'", l.least, l.most)
	case limitFloat32:
		bad = "abs(v) >= " + beyondFloat32
		good = "CASE WHEN abs(v) <= " + zeroFloat32 + " THEN 0 ELSE CAST(CAST(v AS real) AS double precision) END"
	case limitDecimal:
		whole := f.store.Precision - f.store.Scale
		good = fmt.Sprintf("round(CAST(v AS numeric), %d)", f.store.Scale)
		bad = fmt.Sprintf("abs(%s) >= 1e%d", good, whole)
		what, why = good, fmt.Sprintf(" has more than %d digits before the point", whole)
	case limitText:
		if l.bytes > 0 {
			bad = fmt.Sprintf("octet_length(v) > %d", l.bytes)
			what, why = "'the value has ' || octet_length(v)", fmt.Sprintf(" bytes, and at most %d can be indexed", l.bytes)
			break
		}
		bad = fmt.Sprintf("char_length(v) > %d", l.size)
		what, why = "'the text has ' || char_length(v)", fmt.Sprintf(" characters, and at most %d are allowed", l.size)
	case limitChoice:
		list := make([]string, len(l.choices))
		for i, c := range l.choices {
			list[i] = fmt.Sprint(c)
			if text, ok := c.(string); ok {
				list[i] = literal(text)
			}
		}
		bad, why = "v NOT IN ("+strings.Join(list, ", ")+")", " is not one of the choices"
	}
	w.str("(SELECT CASE WHEN " + bad + " THEN CAST(CAST(CAST(" + literal(misfitMark+f.name+"): ") + " || " + what + " || " +
		literal(why+misfitEnd) + " AS bigint) AS text) AS " + cast + ") ELSE " + good + " END FROM (SELECT ")
	inner()
	w.str(" AS v) AS " + w.alias() + ")")
}

// literal returns a text as SQL.
func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// blameUpdate says which field an UPDATE computed a value for that it does not
// hold, as far as that is known.
func (p *plan) blameUpdate(err error, set []assignedField, where []*node) error {
	if err == nil {
		return nil
	}
	if f, sentence := p.misfit(err.Error()); f != nil {
		return fieldError(p.model, f, &database.Error{Kind: database.OutOfRange, Cause: fault.New(fault.Invalid, sentence)})
	}
	if !errors.Is(err, database.ErrOutOfRange) || anyComputes(where) {
		return err
	}
	// One of the numbers on the way was too large for the database itself.
	var names []string
	var last *field
	for _, s := range set {
		f := p.fields[s.at]
		if f != p.version && (s.op == assignAdd || s.op == assignExpr) {
			names, last = append(names, f.name), f
		}
	}
	switch len(names) {
	case 0:
		return err
	case 1:
		return fieldError(p.model, last, err)
	}
	return fmt.Errorf("%s, one of the fields %s: %w", p.model, strings.Join(names, ", "), err)
}

// misfit finds what a guard says in the text of an error.
func (p *plan) misfit(text string) (f *field, sentence string) {
	_, rest, _ := strings.Cut(text, misfitMark)
	name, rest, ok := strings.Cut(rest, "): ")
	end := strings.LastIndex(rest, misfitEnd)
	if !ok || end < 0 {
		return nil, ""
	}
	return p.fieldNamed(name), rest[:end]
}

// anyComputes reports whether one of the conditions is on an expression.
func anyComputes(conditions []*node) bool {
	for _, n := range conditions {
		if n.left() != nil || anyComputes(n.kids()) {
			return true
		}
	}
	return false
}

// hasSQL reports whether some of the expression is the program's own SQL.
func (e *expr) hasSQL() bool {
	if e.kind == exprRaw {
		return true
	}
	args := e.args
	if e.kind == exprSelection {
		args = e.sel.items
	}
	for _, a := range args {
		if a.hasSQL() {
			return true
		}
	}
	return false
}
