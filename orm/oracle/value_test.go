package oracle_test

import (
	"cmp"
	"math"
	"math/big"
	"math/bits"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/volaweb/vola/civil"
	"github.com/volaweb/vola/orm"
)

// errDomain is what evaluation panics with where the databases may report an
// error: such questions are not asked.
type errDomain struct{}

// value evaluates an expression for a row: nil for NULL.
func (e evaluator) value(x *expr, r *row) any {
	switch x.op {
	case "column":
		return storedOrNull(x.kind, r.values[x.column.at])
	case "value":
		return storedOrNull(x.kind, x.value)
	case "Is":
		return e.holds(x.conds[0], r) == yes
	case "Case":
		for i, c := range x.conds {
			if t := e.holds(c, r); t == yes || t == unknown && e.wrong == "a case may be unknown" {
				return e.value(x.args[i], r)
			}
		}
		if len(x.args) > len(x.conds) {
			return e.value(x.args[len(x.conds)], r)
		}
		return nil
	case "Coalesce":
		for _, a := range x.args {
			if v := e.value(a, r); v != nil {
				return v
			}
		}
		return nil
	case "Via":
		return e.via(x, r)
	case "Scalar":
		if values := e.selected(x.sel); len(values) > 0 {
			return values[0]
		}
		return nil
	}
	args := make([]any, len(x.args))
	for i, a := range x.args {
		if args[i] = e.value(a, r); args[i] == nil {
			return nil
		}
	}
	return call(x, args)
}

func storedOrNull(k *kind, v any) any {
	if v == nil {
		return nil
	}
	return stored(k, v)
}

// via evaluates an expression on related rows.
func (e evaluator) via(x *expr, r *row) any {
	var rows []*row
	for _, to := range r.related[x.relation] {
		if e.all(x.conds, to) || e.wrong == "via forgets its conditions" {
			rows = append(rows, to)
		}
	}
	if x.args[0].aggregates() {
		return e.aggregate(x.args[0], rows)
	}
	if len(rows) == 0 {
		return nil
	}
	return e.value(x.args[0], rows[0])
}

// selected evaluates a subquery.
func (e evaluator) selected(s *selection) []any {
	var out []any
	for _, r := range e.part(e.rows(s.table.rows, s.where, s.orders), s.limit, 0) {
		out = append(out, e.value(s.item, r))
	}
	return out
}

// call evaluates a function of values that are not NULL.
func call(x *expr, args []any) any {
	switch x.op {
	case "Lower":
		return lower(text(args[0]))
	case "Upper":
		return upper(text(args[0]))
	case "Trim":
		return strings.Trim(text(args[0]), " ")
	case "Length":
		return int64(utf8.RuneCountInString(text(args[0])))
	case "Negated":
		if s, ok := strings.CutPrefix(text(args[0]), "-"); ok {
			return s
		}
		return "-" + text(args[0])
	case "Concat":
		var b strings.Builder
		for _, a := range args {
			b.WriteString(text(a))
		}
		return b.String()
	case "Part", "Trunc":
		return dated(x, args[0])
	case "JSONText", "JSONNumber", "JSONBool":
		v, _ := follow(args[0].(map[string]any), x.path)
		switch v.(type) {
		case string:
			if x.op == "JSONText" {
				return v
			}
		case float64:
			if x.op == "JSONNumber" {
				return v
			}
		case bool:
			if x.op == "JSONBool" {
				return v
			}
		}
		return nil
	}
	switch a := widen(args[0]).(type) {
	case int64:
		return integers(x.op, a, widen(args[1]).(int64))
	case float64:
		return floats(x.op, a, widen(args[1]).(float64))
	}
	panic("no function " + x.op)
}

// widen makes one type of all whole numbers, and one of all others.
func widen(v any) any {
	switch v := v.(type) {
	case int16:
		return int64(v)
	case float32:
		return float64(v)
	}
	return v
}

// integers computes in 64 bits.
func integers(op string, a, b int64) any {
	switch op {
	case "Add":
		if sum := a + b; (sum > a) == (b > 0) {
			return sum
		}
	case "Sub":
		if diff := a - b; (diff < a) == (b > 0) {
			return diff
		}
	case "Mul":
		high, low := bits.Mul64(magnitude(a), magnitude(b))
		if high == 0 && low <= math.MaxInt64 {
			return a * b
		}
	case "Div", "Mod":
		switch {
		case b == 0:
			return nil
		case op == "Mod" && b == -1:
			return int64(0)
		case op == "Mod":
			return a % b
		case a != math.MinInt64 || b != -1:
			return a / b
		}
	}
	panic(errDomain{})
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

func floats(op string, a, b float64) any {
	var out float64
	switch op {
	case "Add":
		out = a + b
	case "Sub":
		out = a - b
	case "Mul":
		out = a * b
	case "Div":
		if b == 0 {
			return nil
		}
		out = a / b
	}
	vanished := math.Abs(out) < 1e-300 && a != 0 && (b != 0 || op == "Div")
	if math.IsInf(out, 0) || (op == "Mul" || op == "Div") && vanished {
		panic(errDomain{})
	}
	return out + 0
}

// dated evaluates Part and Trunc.
func dated(x *expr, v any) any {
	zone := x.zone
	if zone == nil {
		zone = time.UTC
	}
	date, isDate := v.(civil.Date)
	var t time.Time
	if isDate {
		t = date.At(civil.NewClock(0, 0, 0, 0), time.UTC)
	} else {
		t = v.(time.Time).In(zone)
	}
	if y := t.Year(); y < 1 || y > 9999 {
		panic(errDomain{}) // which is no time that can be stored
	}
	if x.op == "Part" {
		return int64([...]int{0, t.Year(), (int(t.Month()) + 2) / 3, int(t.Month()), t.Day(), t.Hour(), t.Minute(), t.Second(), int(t.Weekday()), t.YearDay()}[x.part])
	}
	y, m, d := t.Date()
	switch x.part {
	case orm.Year:
		m, d = 1, 1
	case orm.Quarter:
		m, d = m-(m-1)%3, 1
	case orm.Month:
		d = 1
	case orm.Weekday:
		d -= (int(t.Weekday()) + 6) % 7 // to Monday
	}
	out := begin(y, m, d, zone)
	clock := time.Duration(t.Nanosecond())
	switch x.part {
	case orm.Hour:
		out = t.Add(-clock - time.Duration(t.Second())*time.Second - time.Duration(t.Minute())*time.Minute)
	case orm.Minute:
		out = t.Add(-clock - time.Duration(t.Second())*time.Second)
	case orm.Second:
		out = t.Add(-clock)
	}
	if out.Year() < 1 || out.UTC().Year() < 1 {
		panic(errDomain{}) // before the first that can be stored
	}
	if isDate {
		return civil.DateOf(out)
	}
	return out.UTC()
}

// follow goes a path into a document.
func follow(v any, path []any) (any, bool) {
	if m, ok := v.(map[string]any); ok && m == nil {
		v = nil // the document null
	}
	if len(path) == 0 {
		return v, true
	}
	switch step := path[0].(type) {
	case string:
		if m, ok := v.(map[string]any); ok {
			if next, ok := m[step]; ok {
				return follow(next, path[1:])
			}
		}
	case int:
		if list, ok := v.([]any); ok && step < len(list) {
			return follow(list[step], path[1:])
		}
	}
	return nil, false
}

// begin returns the first moment at which clocks show the date, by looking at
// them time and again.
func begin(y int, m time.Month, d int, zone *time.Location) time.Time {
	date := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	shown := func(t time.Time) bool {
		_, seconds := t.In(zone).Zone()
		return !t.Add(time.Duration(seconds) * time.Second).Before(date)
	}
	t := date.Add(-30 * time.Hour)
	for _, step := range [...]time.Duration{15 * time.Minute, time.Second} {
		for !shown(t.Add(step)) {
			t = t.Add(step)
		}
	}
	return t.Add(time.Second).In(zone)
}

// aggregate evaluates an aggregate of rows.
func (e evaluator) aggregate(x *expr, rows []*row) any {
	if x.op == "IsOf" {
		return e.holdsFor(x.conds[0], rows) == yes
	}
	var values []any
	n := int64(0)
	for _, r := range rows {
		if !e.all(x.conds, r) {
			continue
		}
		n++
		if len(x.args) > 0 {
			if v := e.value(x.args[0], r); v != nil {
				values = append(values, widen(v))
			}
		}
	}
	switch x.op {
	case "Count":
		return n
	case "CountOf":
		if e.wrong == "aggregates count NULL" {
			return n
		}
		return int64(len(values))
	case "Sum":
		return sum(x.kind, values)
	case "Avg":
		if len(values) == 0 {
			return nil
		}
		if x.args[0].kind.name == prices().name {
			mean, _ := new(big.Rat).Quo(total(values), new(big.Rat).SetInt64(int64(len(values)))).Float64()
			return mean
		}
		total, squares := 0.0, 0.0
		for _, v := range values {
			total += number(v)
			squares += number(v) * number(v)
		}
		if math.IsInf(squares, 0) {
			panic(errDomain{}) // PostgreSQL computes the variance as well
		}
		return total / float64(len(values))
	}
	k := x.args[0].kind
	slices.SortStableFunc(values, func(a, b any) int { return e.order(k, a, b) })
	switch {
	case x.op == "CountDistinct":
		return int64(len(slices.CompactFunc(values, func(a, b any) bool { return e.order(k, a, b) == 0 })))
	case len(values) == 0:
		return nil
	case x.op == "Min":
		return values[0]
	}
	return values[len(values)-1]
}

// total adds decimals.
func total(values []any) *big.Rat {
	out := new(big.Rat)
	for _, v := range values {
		r, _ := new(big.Rat).SetString(v.(string))
		out.Add(out, r)
	}
	return out
}

func sum(k *kind, values []any) any {
	if k.name != "int64" && k.name != "int16" && k.name != "key" {
		total := 0.0
		for _, v := range values {
			total += v.(float64)
		}
		if math.IsInf(total, 0) {
			panic(errDomain{})
		}
		return total
	}
	// In any order, no part of the sum may be out of range.
	total, size := int64(0), uint64(0)
	for _, v := range values {
		total += v.(int64)
		if size += magnitude(v.(int64)); size > math.MaxInt64 {
			panic(errDomain{})
		}
	}
	return total
}

func number(v any) float64 {
	if n, ok := v.(int64); ok {
		return float64(n)
	}
	return v.(float64)
}

// compareWide compares numbers whatever their types.
func compareWide(a, b any) (int, bool) {
	switch a := widen(a).(type) {
	case int64:
		b, ok := widen(b).(int64)
		return cmp.Compare(a, b), ok
	case float64:
		b, ok := widen(b).(float64)
		return cmp.Compare(a, b), ok
	}
	return 0, false
}

// upper maps to upper case by Unicode's SpecialCasing, as far as the texts of
// these tests need it.
func upper(s string) string {
	return strings.ToUpper(strings.NewReplacer("ß", "SS", "ﬁ", "FI").Replace(s))
}

// lower maps to lower case by Unicode's SpecialCasing: a capital sigma at the
// end of a word is another letter than elsewhere.
func lower(s string) string {
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == 'İ':
			b.WriteString("i\u0307")
		case r == 'Σ' && cased(s[:i], true) && !cased(s[i+utf8.RuneLen(r):], false):
			b.WriteRune('ς')
		default:
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// fold makes texts equal that differ in case only.
func fold(s string) string { return strings.ReplaceAll(lower(s), "ς", "σ") }

// cased reports whether the first character of s that is not ignored for case,
// or the last one, is a letter with case.
func cased(s string, last bool) bool {
	runes := []rune(s)
	if last {
		slices.Reverse(runes)
	}
	for _, r := range runes {
		switch {
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Lm, unicode.Sk) || strings.ContainsRune("'.:·’‘․", r):
		default:
			return unicode.In(r, unicode.Lu, unicode.Ll, unicode.Lt)
		}
	}
	return false
}
