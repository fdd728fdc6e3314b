package ormsql

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/internal/zone"
	"github.com/volaweb/vola/schema"
)

// sqlite is the grammar of SQLite. The functions whose names begin with vola_
// are those that package database/sqlite adds to it.
type sqlite struct{}

func (sqlite) Traits() Traits {
	return Traits{
		SumDigits:        15, // what a float64, in which SQLite adds, holds without doubt
		PrefixRange:      true,
		JoinsReferences:  true,
		ShortLists:       16,
		ReturningByTable: true,
		SortsSlowly:      true,
		ShallowCascades:  true,
	}
}

// ListArg makes a JSON array.
func (sqlite) ListArg(values []any) (any, error) {
	text, err := json.Marshal(values)
	return string(text), err
}

// Spreads lists what JSON does not hold: it has no bytes, and SQLite does not read
// all floats from it exactly.
func (sqlite) Spreads(k schema.Kind) bool { return k == schema.Float64 || k == schema.Bytes }

func (sqlite) InList(t *Text, _ bool, x func()) {
	x()
	t.Str(" IN (SELECT value FROM json_each(")
	t.Arg()
	t.Str("))")
}

func (sqlite) Whole(t *Text, _ bool) { t.Arg() }

func (sqlite) ByCodePoint(*Text) {}

func (sqlite) Match(t *Text, m Match, x func()) { sqliteMatch(t, m, x, t.Arg) }

func (sqlite) MatchFold(t *Text, m Match, x func()) {
	fold := func(x func()) func() {
		return func() {
			t.Str("vola_fold(")
			x()
			t.Str(")")
		}
	}
	sqliteMatch(t, m, fold(x), fold(t.Arg))
}

// sqliteMatch compares as many characters as the argument has.
func sqliteMatch(t *Text, m Match, x, arg func()) {
	switch m {
	case Equal:
		x()
		t.Str(" = ")
		arg()
	case Contains:
		t.Str("instr(")
		x()
		t.Str(", ")
		arg()
		t.Str(") > 0")
	case Prefix:
		t.Str("substr(")
		x()
		t.Str(", 1, length(")
		arg()
		t.Str(")) = ")
		arg()
	case Suffix: // substr(x, -0) would be the whole of x
		t.Str("substr(")
		x()
		t.Str(" || '|', -length(")
		arg()
		t.Str(") - 1) = ")
		arg()
		t.Str(" || '|'")
	}
}

func (sqlite) MatchTwice(m Match) bool { return m == Prefix || m == Suffix }

func (sqlite) Call(fn Function, _ schema.Kind) string {
	switch fn {
	case Lower:
		return "vola_lower(§)"
	case Upper:
		return "vola_upper(§)"
	case Trim:
		return "trim(§)"
	case Length:
		return "length(§)"
	}
	return arithmetic(fn, "§")
}

func (sqlite) Widened(schema.Kind) string { return "§" }

func (sqlite) DatePart(p DatePart, zone string, _ schema.Kind) string {
	x := "§"
	if zone != "" {
		x = "vola_clock(§, '" + zone + "')"
	}
	if p == Quarter {
		return "((CAST(strftime('%m', " + x + ") AS INTEGER) + 2) / 3)"
	}
	code := [...]string{Year: "%Y", Month: "%m", Day: "%d", Hour: "%H", Minute: "%M", Second: "%S", Weekday: "%w", YearDay: "%j"}[p]
	x = "CAST(strftime('" + code + "', " + x + ") AS INTEGER)"
	if p == Year && zone != "" {
		x = "nullif(" + x + ", 0)" // what vola_clock shows beyond either end
	}
	return x
}

func (sqlite) Trunc(_ DatePart, name, zone string, _ schema.Kind, _ func() []zone.Unusual) string {
	return "vola_trunc(§, '" + name + "', '" + orUTC(zone) + "')"
}

func (sqlite) JSON(t *Text, fn Function, document func()) {
	at := func() {
		document()
		t.Str(", ")
		t.Arg()
	}
	switch fn {
	case JSONHas:
		t.Str("(json_type(")
		at()
		t.Str(") IS NOT NULL)")
	case JSONBool:
		t.Str("(CASE json_type(")
		at()
		t.Str(") WHEN 'true' THEN 1 WHEN 'false' THEN 0 END)")
	case JSONNumber:
		t.Str("(CASE WHEN json_type(")
		at()
		t.Str(") IN ('integer', 'real') THEN CAST(json_extract(")
		at()
		t.Str(") AS REAL) END)")
	default:
		t.Str("(CASE json_type(")
		at()
		t.Str(") WHEN 'text' THEN json_extract(")
		at()
		t.Str(") END)")
	}
}

func (sqlite) JSONTwice(fn Function) bool { return fn != JSONHas && fn != JSONBool }

func (sqlite) JSONPath(path string) string { return path }

func (sqlite) Aggregate(fn Function, of schema.Type) (before, name, within, after string) {
	name = aggregateName(fn)
	switch {
	case of.Kind == schema.Decimal && (fn == Sum || fn == Avg):
		name = map[Function]string{Sum: "vola_sum(", Avg: "vola_avg("}[fn]
		within = ", " + strconv.Itoa(of.Scale)
	case fn == Sum && of.Kind == schema.Float64:
		before, after = "coalesce(", ", 0.0)"
	case fn == Sum:
		before, after = "coalesce(", ", 0)"
	}
	return before, name, within, after
}

func (sqlite) Round(t *Text, scale int, x func()) {
	t.Str("round(")
	x()
	t.Str(", " + strconv.Itoa(scale) + ")")
}

// Guards is true of all: SQLite has no sizes of numbers.
func (sqlite) Guards(l Limit) bool { return l.Kind != NoLimit }

func (sqlite) Guard(t *Text, l Limit, x func()) {
	kind, name := "", l.Range
	var a, b int64
	switch l.Kind {
	case LimitInteger, LimitDuration:
		kind, a, b = "integer", l.Least, l.Most
		if l.OwnSQL {
			kind = "number"
		}
	case LimitFloat32:
		kind, a = "float", 32
	case LimitFloat64:
		kind, a = "float", 64
	case LimitDecimal:
		kind, a, b = "decimal", int64(l.Type.Precision), int64(l.Type.Scale)
	case LimitText:
		kind, a, b = "text", int64(l.Size), int64(l.Bytes)
	case LimitChoice:
		kind = "choice"
		texts := make([]string, len(l.Choices))
		for i, c := range l.Choices {
			texts[i] = fmt.Sprint(c)
		}
		list, _ := json.Marshal(texts) // texts always have a form in JSON
		name = string(list)
	}
	t.Str("vola_fit(")
	x()
	t.Str(fmt.Sprintf(", %s, %s, %d, %d, %s)", Literal(l.Field), Literal(kind), a, b, Literal(name)))
}

// PassKey is not needed: the numbers go on after the largest key there is.
func (sqlite) PassKey(_, _ string) string { return "" }

// JumpKey is not needed either.
func (sqlite) JumpKey(_, _ string) (lock, jump string) { return "", "" }

func (sqlite) Offset(t *Text) { t.Str(" LIMIT -1") }

// Lock is not needed: the transaction has locked the whole database.
func (sqlite) Lock(Lock) string { return "" }

func (sqlite) Null(t *Text, _, _ string) { t.Str("NULL") }

func (sqlite) Explain() (before string, read func(database.Rows) (string, error)) {
	depth := map[int64]int{}
	return "EXPLAIN QUERY PLAN ", func(rows database.Rows) (string, error) {
		var id, parent, unused int64
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			return "", err
		}
		depth[id] = depth[parent] + 1
		return strings.Repeat("  ", depth[id]-1) + detail, nil
	}
}

func (sqlite) Estimate() string { return "" }

// orUTC returns the name of a zone.
func orUTC(zone string) string {
	if zone == "" {
		return "UTC"
	}
	return zone
}
