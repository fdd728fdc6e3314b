package ormsql

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/schema"
)

// postgres is the grammar of PostgreSQL. Its dates are in postgres_dates.go, and
// its guards in postgres_guard.go.
type postgres struct{}

func (postgres) Traits() Traits {
	return Traits{
		SumDigits:       1000, // the most that a column has
		Cursors:         true,
		Lateral:         true,
		KeysEndWithNull: true,
	}
}

// ListArg makes an array.
func (postgres) ListArg(values []any) (any, error) {
	if len(values) == 0 {
		return []string{}, nil
	}
	slice := reflect.MakeSlice(reflect.SliceOf(reflect.TypeOf(values[0])), len(values), len(values))
	for i, v := range values {
		slice.Index(i).Set(reflect.ValueOf(v))
	}
	return slice.Interface(), nil
}

func (postgres) Spreads(schema.Kind) bool { return false }

func (postgres) InList(t *Text, wide bool, x func()) {
	x()
	if wide {
		t.Str(" = ANY(CAST(")
		t.Arg()
		t.Str(" AS bigint[]))")
		return
	}
	t.Str(" = ANY(")
	t.Arg()
	t.Str(")")
}

func (postgres) Whole(t *Text, wide bool) {
	if !wide {
		t.Arg()
		return
	}
	t.Str("CAST(")
	t.Arg()
	t.Str(" AS bigint)")
}

func (postgres) ByCodePoint(t *Text) { t.Str(` COLLATE "C"`) }

func (postgres) Match(t *Text, m Match, x func()) { postgresMatch(t, m, x, t.Arg) }

// MatchFold compares in lower case. That maps letters as SQLite's vola_fold does,
// but for the two forms of the small sigma.
func (postgres) MatchFold(t *Text, m Match, x func()) {
	fold := func(x func()) func() {
		return func() {
			t.Str("replace(lower(")
			x()
			t.Str(` COLLATE "und-x-icu"), 'ς', 'σ')`)
		}
	}
	arg := func() {
		t.Str("CAST(")
		t.Arg()
		t.Str(" AS text)")
	}
	postgresMatch(t, m, fold(x), fold(arg))
}

func postgresMatch(t *Text, m Match, x, arg func()) {
	switch m {
	case Equal:
		x()
		t.Str(" = ")
		arg()
	case Contains:
		t.Str("strpos(")
		x()
		t.Str(", ")
		arg()
		t.Str(") > 0")
	case Prefix:
		t.Str("starts_with(")
		x()
		t.Str(", ")
		arg()
		t.Str(")")
	case Suffix: // as many characters from the end as the argument has
		t.Str("right(")
		x()
		t.Str(", length(")
		arg()
		t.Str(")) = ")
		arg()
	}
}

func (postgres) MatchTwice(m Match) bool { return m == Suffix }

func (postgres) Call(fn Function, k schema.Kind) string {
	switch fn {
	case Lower:
		return `(lower(§ COLLATE "und-x-icu") COLLATE "C")`
	case Upper:
		return `(upper(§ COLLATE "und-x-icu") COLLATE "C")`
	case Trim:
		return "btrim(§, ' ')"
	case Length:
		return "CAST(length(§) AS bigint)"
	}
	if k == schema.Float64 {
		return arithmetic(fn, "§")
	}
	return arithmetic(fn, "CAST(§ AS bigint)") // so that small integers do not overflow
}

func (postgres) Widened(k schema.Kind) string {
	if k == schema.Int16 || k == schema.Int32 {
		return "CAST(§ AS bigint)"
	}
	return "§"
}

func (postgres) JSON(t *Text, fn Function, document func()) {
	at := func() {
		t.Str("jsonb_path_query_first(")
		document()
		t.Str(", CAST(CAST(")
		t.Arg()
		t.Str(" AS text) AS jsonpath), '{}', true)")
	}
	if fn == JSONHas {
		t.Str("((")
		at()
		t.Str(") IS NOT NULL)")
		return
	}
	name, cast := "string", "text"
	switch fn {
	case JSONNumber:
		name, cast = "number", "double precision"
	case JSONBool:
		name, cast = "boolean", "boolean"
	}
	t.Str("(CASE jsonb_typeof(")
	at()
	t.Str(") WHEN '" + name + "' THEN CAST((")
	at()
	t.Str(") #>> '{}' AS " + cast + ") END")
	if fn == JSONText {
		postgres{}.ByCodePoint(t)
	}
	t.Str(")")
}

func (postgres) JSONTwice(fn Function) bool { return fn != JSONHas }

// JSONPath is strict, so that a number is not taken for a list of one.
func (postgres) JSONPath(path string) string { return "strict " + path }

func (postgres) Aggregate(fn Function, of schema.Type) (before, name, within, after string) {
	name = aggregateName(fn)
	switch {
	case fn == Sum && wholeNumber(of.Kind):
		before, after = "CAST(coalesce(", ", 0) AS bigint)"
	case fn == Sum:
		before, after = "coalesce(", ", '0')"
	case fn == Avg && of.Kind != schema.Float64:
		// So many places that the nearest float is that of the exact mean.
		before, within, after = "CAST(", " + 0."+strings.Repeat("0", 30), " AS double precision)"
	}
	return before, name, within, after
}

func (postgres) Round(t *Text, scale int, x func()) {
	t.Str("round(CAST(")
	x()
	t.Str(" AS numeric), " + strconv.Itoa(scale) + ")")
}

// sequenceStep is up to how many numbers are taken out of a sequence one by one,
// which goes well with others who take numbers at the same time. To jump over
// more, it is set: others cannot take so many meanwhile.
const sequenceStep = 1000

// sequenceLock is the first number of the advisory locks of JumpKey; the second is
// the sequence.
const sequenceLock = 1986817121

// PassKey is needed because a sequence knows nothing of rows that were stored with
// a key of their own: in time it gives out their numbers too. It keeps what it is
// told also when the rows are not stored after all, as it keeps every number that
// it gave out.
func (postgres) PassKey(table, column string) string {
	return fmt.Sprintf("SELECT CASE WHEN "+sequenceLast+" >= q.v THEN false WHEN q.v - "+sequenceLast+" > %d THEN true "+
		"ELSE (SELECT count(CASE WHEN g.n > 0 THEN nextval(q.s) END) FROM generate_series(1, q.v - "+sequenceLast+") AS g(n)) < 0 END FROM %s",
		sequenceStep, sequenceOf(table, column))
}

// JumpKey takes a lock of its own, because two who read the last number of a
// sequence at once and set it one after the other can set it back.
func (postgres) JumpKey(table, column string) (lock, jump string) {
	from := sequenceOf(table, column)
	return fmt.Sprintf("SELECT pg_advisory_xact_lock(%d, CAST(CAST(CAST(q.s AS oid) AS bigint) - 2147483648 AS integer)) FROM %s", sequenceLock, from),
		"SELECT CASE WHEN " + sequenceLast + " < q.v THEN setval(q.s, q.v) END FROM " + from
}

const sequenceLast = "greatest(pg_sequence_last_value(q.s), 0)"

// sequenceOf returns what follows FROM in a statement about the sequence q.s of a
// column and the key $1, q.v; it has no row if the sequence is not ours to move.
func sequenceOf(table, column string) string {
	return fmt.Sprintf("(SELECT CAST(seqrelid AS regclass) AS s, least(CAST($1 AS bigint), seqmax) AS v FROM pg_sequence "+
		"WHERE seqrelid = CAST(pg_get_serial_sequence(%s, %s) AS regclass) AND seqincrement > 0) AS q "+
		"WHERE has_sequence_privilege(CAST(q.s AS oid), 'UPDATE')", Literal(database.Quote(table)), Literal(column))
}

func (postgres) Offset(*Text) {}

func (postgres) Lock(l Lock) string {
	return [...]string{NoLock: "", LockAndWait: " FOR UPDATE", LockAndSkip: " FOR UPDATE SKIP LOCKED", LockOrFail: " FOR UPDATE NOWAIT", LockNoKey: " FOR NO KEY UPDATE"}[l]
}

func (postgres) Null(t *Text, table, column string) {
	t.Str("(SELECT ")
	t.Name(column)
	t.Str(" FROM ")
	t.Name(table)
	t.Str(" WHERE 1=0)")
}

func (postgres) Explain() (before string, read func(database.Rows) (string, error)) {
	return "EXPLAIN ", func(rows database.Rows) (line string, err error) {
		err = rows.Scan(&line)
		return line, err
	}
}

func (postgres) Estimate() string { return "EXPLAIN (FORMAT JSON) " }
