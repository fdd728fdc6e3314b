package sqlite_test

import (
	"strings"
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
)

// call is an expression, and the value of it as SQLite writes that, or a part of
// the error.
type call struct{ expr, want string }

func evaluate(t *testing.T, db *database.DB, calls []call) {
	t.Helper()
	for _, c := range calls {
		rows, err := db.Query(t.Context(), "SELECT quote("+c.expr+")")
		var got string
		if err == nil {
			for rows.Next() {
				err = rows.Scan(&got)
			}
			if err2 := rows.Close(); err == nil {
				err = err2
			}
		}
		if err != nil && (c.want == "" || !strings.Contains(err.Error(), c.want)) || err == nil && got != c.want {
			t.Errorf("%s = %s, %v; want %s", c.expr, got, err, c.want)
		}
	}
}

// Letters of all scripts, as PostgreSQL's collation und-x-icu maps them.
func TestCaseFunctions(t *testing.T) {
	t.Parallel()
	evaluate(t, databasetest.SQLite(t), []call{
		{"vola_lower('ÄÖÜ ẞ Σίσυφος ΟΔΟΣ İ')", "'äöü ß σίσυφος οδος i̇'"},
		{"vola_upper('straße ﬁ ŉ äöü')", "'STRASSE FI ʼN ÄÖÜ'"},
		{"vola_fold('ΟΔΟΣ') = vola_fold('οδοσ')", "1"},
		{"vola_fold('ΌΣΣΟΣ') = vola_fold('όσσος')", "1"},
		{"vola_fold('ÉCOLE') = vola_fold('école')", "1"},
		{"vola_fold('e') = vola_fold('é')", "0"},
		{"vola_fold('ASCII only [\\]^_`{|}')", "'ascii only [\\]^_`{|}'"},
		// NUL is a character like others.
		{"hex(vola_upper('a' || char(0) || 'ä'))", "'4100C384'"},
		{"vola_fold('A' || char(0)) = vola_fold('a')", "0"},
		{"vola_lower('')", "''"},
		{"vola_fold(NULL)", "NULL"},
		{"vola_fold(12.5)", "'12.5'"},
		{"vola_fold(CAST('ÄB' AS blob))", "'äb'"},
		{"length(vola_fold(CAST(x'C3' AS text)))", "1"}, // half a letter is no reason to fail
	})
}

func TestClockFunction(t *testing.T) {
	t.Parallel()
	evaluate(t, databasetest.SQLite(t), []call{
		{"vola_clock('2024-01-31 23:30:00', 'UTC')", "'2024-01-31 23:30:00'"},
		{"vola_clock('2024-01-31 23:30:00', 'Europe/Berlin')", "'2024-02-01 00:30:00'"},
		{"vola_clock('2024-07-31 22:30:00', 'Europe/Berlin')", "'2024-08-01 00:30:00'"},
		{"vola_clock('2024-03-31 00:59:59', 'Europe/Berlin')", "'2024-03-31 01:59:59'"},
		{"vola_clock('2024-03-31 01:00:00', 'Europe/Berlin')", "'2024-03-31 03:00:00'"},
		{"vola_clock('2024-01-01 00:00:00.999999', 'Asia/Kathmandu')", "'2024-01-01 05:45:00'"},
		{"vola_clock('9999-12-31 23:59:59', 'Asia/Tokyo')", "'0000-01-01 08:59:59'"},
		{"vola_clock('0001-01-01 00:00:00', 'America/New_York')", "'0000-12-31 19:03:58'"},
		{"vola_clock(NULL, 'UTC')", "NULL"},
		{"vola_clock('2024-01-01 00:00:00', 'Nowhere/Else')", "unknown time zone Nowhere/Else"},
		{"vola_clock('yesterday', 'UTC')", "cannot parse"},
		{"vola_clock('2024-02-30 00:00:00', 'UTC')", "out of range"},
	})
}

func TestTruncFunction(t *testing.T) {
	t.Parallel()
	evaluate(t, databasetest.SQLite(t), []call{
		{"vola_trunc('2024-08-15 13:45:59.123456', 'year', 'UTC')", "'2024-01-01 00:00:00'"},
		{"vola_trunc('2024-08-15 13:45:59.123456', 'quarter', 'UTC')", "'2024-07-01 00:00:00'"},
		{"vola_trunc('2024-12-31 13:45:59', 'quarter', 'UTC')", "'2024-10-01 00:00:00'"},
		{"vola_trunc('2024-08-15 13:45:59.123456', 'month', 'UTC')", "'2024-08-01 00:00:00'"},
		{"vola_trunc('2024-08-15 13:45:59.123456', 'week', 'UTC')", "'2024-08-12 00:00:00'"}, // a Monday
		{"vola_trunc('2024-08-12 00:00:00', 'week', 'UTC')", "'2024-08-12 00:00:00'"},
		{"vola_trunc('2024-08-18 23:59:59', 'week', 'UTC')", "'2024-08-12 00:00:00'"}, // a Sunday
		{"vola_trunc('2024-08-15 13:45:59.123456', 'day', 'UTC')", "'2024-08-15 00:00:00'"},
		{"vola_trunc('2024-08-15 13:45:59.123456', 'hour', 'UTC')", "'2024-08-15 13:00:00'"},
		{"vola_trunc('2024-08-15 13:45:59.123456', 'minute', 'UTC')", "'2024-08-15 13:45:00'"},
		{"vola_trunc('2024-08-15 13:45:59.123456', 'second', 'UTC')", "'2024-08-15 13:45:59'"},
		// By the clocks of the zone, told in UTC.
		{"vola_trunc('2023-12-31 23:30:00', 'year', 'Europe/Berlin')", "'2023-12-31 23:00:00'"},
		{"vola_trunc('2024-04-01 12:00:00', 'month', 'Europe/Berlin')", "'2024-03-31 22:00:00'"},
		{"vola_trunc('2024-01-01 00:20:00', 'hour', 'Asia/Kathmandu')", "'2024-01-01 00:15:00'"},
		// Each of the two hours from 2 to 3 is one of its own.
		{"vola_trunc('2024-10-27 00:30:00', 'hour', 'Europe/Berlin')", "'2024-10-27 00:00:00'"},
		{"vola_trunc('2024-10-27 01:30:00', 'hour', 'Europe/Berlin')", "'2024-10-27 01:00:00'"},
		// A day that has no midnight begins an hour later.
		{"vola_trunc('2018-11-04 12:00:00', 'day', 'America/Sao_Paulo')", "'2018-11-04 03:00:00'"},
		// Dates stay dates.
		{"vola_trunc('2024-08-15', 'month', 'UTC')", "'2024-08-01'"},
		{"vola_trunc('2024-08-15', 'week', 'UTC')", "'2024-08-12'"},
		// What lies before all times is none.
		{"vola_trunc('0001-01-01 00:00:00', 'day', 'America/New_York')", "NULL"},
		{"vola_trunc('0001-01-01 00:00:00', 'year', 'UTC')", "'0001-01-01 00:00:00'"},
		{"vola_trunc('9999-12-31 23:30:00', 'day', 'Europe/Berlin')", "'9999-12-31 23:00:00'"},
		{"vola_trunc('2024-08-15', 'fortnight', 'UTC')", `vola_trunc: "fortnight" is no part of a time`},
		{"vola_trunc('2024-08-15', NULL, 'UTC')", "NULL"},
	})
}

func TestFitFunction(t *testing.T) {
	t.Parallel()
	const int16 = ", 'Hits', 'integer', -32768, 32767, 'an int16')"
	const number = ", 'Hits', 'number', -32768, 32767, 'an int16')"
	const int64 = ", 'Hits', 'integer', -9223372036854775808, 9223372036854775807, 'an int64')"
	const decimal = ", 'Price', 'decimal', 5, 2, 'a decimal')"
	evaluate(t, databasetest.SQLite(t), []call{
		{"vola_fit(NULL" + int16, "NULL"},
		{"vola_fit(32767" + int16, "32767"},
		{"vola_fit(32768" + int16, "vola_fit(Hits): 32768 is out of the range of an int16;"},
		{"vola_fit(-32768" + int16, "-32768"},
		{"vola_fit(-32769" + int16, "out of the range of an int16;"},
		{"vola_fit('12'" + int16, "12"},
		{"vola_fit('12.0'" + int16, `"12.0" is no whole number of 64 bits;`},
		{"vola_fit(1.0" + int16, "what was computed is out of the range of an int16;"},
		{"vola_fit(x'31'" + int16, "out of the range of an int16;"},
		{"vola_fit(9223372036854775807" + int64, "9223372036854775807"},
		{"vola_fit(9223372036854775807 + 1" + int64, "what was computed is out of the range of an int64;"},
		{"vola_fit(12.0" + number, "12"},
		{"vola_fit(12.5" + number, "12.5 is no whole number;"},
		{"vola_fit(1e300" + number, "1e+300 is out of the range of an int16;"},
		{"vola_fit(9007199254740994.0, 'N', 'number', 0, 9223372036854775807, 'an int64')", "out of the range of an int64;"},
		// A float32 is read as it is written.
		{"vola_fit(0.1, 'F', 'float', 32, 0, 'a float32') = 0.1", "0"},
		{"vola_fit(0.1, 'F', 'float', 64, 0, 'a float64') = 0.1", "1"},
		{"vola_fit(7, 'F', 'float', 64, 0, 'a float64')", "7.0"},
		{"vola_fit(1e39, 'F', 'float', 32, 0, 'a float32')", "1e+39 is out of the range of a float32;"},
		{"vola_fit(9e999, 'F', 'float', 64, 0, 'a float64')", "out of the range of a float64;"},
		{"vola_fit('x', 'F', 'float', 64, 0, 'a float64')", "a string is no number;"},
		{"vola_fit(12.345" + decimal, "12.35"},
		{"vola_fit(12.344" + decimal, "12.34"},
		{"vola_fit(-0.001" + decimal, "0"},
		{"vola_fit(999.99" + decimal, "999.99"},
		{"vola_fit(999.995" + decimal, "more than 3 digits before the point;"},
		{"vola_fit(1e200" + decimal, "1e+200 has more than 3 digits before the point;"},
		{"vola_fit('many'" + decimal, `"many" is no decimal number;`},
		{"vola_fit('äöü', 'T', 'text', 3, 0, 'a text')", "'äöü'"},
		{"vola_fit('äöüx', 'T', 'text', 3, 0, 'a text')", "the text has 4 characters, and at most 3 are allowed;"},
		{"vola_fit('äöü', 'T', 'text', 3, 5, 'a text')", "the value has 6 bytes, and at most 5 can be indexed;"},
		{"vola_fit(hex(zeroblob(999)), 'T', 'text', 0, 0, 'a text') = hex(zeroblob(999))", "1"},
		{"vola_fit(12, 'T', 'text', 3, 0, 'a text')", "'12'"},
		{"hex(vola_fit('a' || char(0) || 'b', 'T', 'text', 3, 0, 'a text'))", "'610062'"},
		{"vola_fit('a' || char(0) || 'bc', 'T', 'text', 3, 0, 'a text')", "the text has 4 characters"},
		{`vola_fit('b', 'C', 'choice', 0, 0, '["a","b"]')`, "'b'"},
		{`vola_fit('c', 'C', 'choice', 0, 0, '["a","b"]')`, "c is not one of the choices;"},
		{`vola_fit(2, 'C', 'choice', 0, 0, '["1","2"]')`, "2"},
		{`vola_fit('c', 'C', 'choice', 0, 0, 'a')`, "invalid character"},
		{"vola_fit(1, 'X', 'colour', 0, 0, '')", `vola_fit(X): "colour" is no kind of column;`},
	})
}

func TestRefuseFunction(t *testing.T) {
	t.Parallel()
	evaluate(t, databasetest.SQLite(t), []call{
		{"vola_refuse('abc', 't.n', 'an int16')", `t.n: "abc" does not fit an int16`},
		{"vola_refuse(70000, 't.n', 'an int16')", `t.n: 70000 does not fit an int16`},
		{"vola_refuse(CAST('abc' AS blob), 't.n', 'an int16')", `t.n: "abc" does not fit an int16`},
		{"vola_refuse(hex(zeroblob(99)), 't.n', 'x')", `"` + strings.Repeat("0", 40) + `" does not`},
	})
}

func TestSumFunctions(t *testing.T) {
	t.Parallel()
	values := func(list string) string {
		return "(SELECT column1 AS v, row_number() OVER () AS n FROM (VALUES " + list + "))"
	}
	evaluate(t, databasetest.SQLite(t), []call{
		{"(SELECT sum(v) = 0.3 FROM " + values("(0.1), (0.2)") + ")", "0"}, // what this is about
		{"(SELECT vola_sum(v, 2) FROM " + values("(0.1), (0.2)") + ")", "0.3"},
		{"(SELECT vola_sum(v, 2) FROM " + values("(0.1), (NULL), (-0.1)") + ")", "0"},
		{"(SELECT vola_sum(v, 2) FROM " + values("(NULL)") + ")", "0"},
		{"(SELECT vola_avg(v, 2) FROM " + values("(NULL)") + ")", "NULL"},
		{"(SELECT vola_avg(v, 2) FROM " + values("(1), (2), (NULL)") + ")", "1.5"},
		{"(SELECT vola_avg(v, 0) FROM " + values("(1), (1), (2)") + ")", "1.3333333333333333"},
		// Sums that no longer fit 64 bits on the way.
		{"(SELECT vola_sum(v, 0) FROM " + values("(9223372036854775807), (1), (-2)") + ")", "9223372036854775806"},
		{"(SELECT vola_sum(v, 0) FROM " + values("(-9223372036854775808), (-1), (2)") + ")", "-9223372036854775807"},
		{"(SELECT vola_sum(v, 2) FROM " + values("(9223372036854775807), (0.25)") + ")", "9.2233720368547758e+18"},
		// More places than said, and decimals stored as text.
		{"(SELECT vola_sum(v, 1) FROM " + values("(0.25), (0.25)") + ")", "0.5"},
		{"(SELECT vola_sum(v, 2) FROM " + values("('p00000000000000012.50'), ('n99999999999999998.49'), ('0.5')") + ")", "11.5"},
		{"(SELECT vola_sum(v, 20) FROM " + values("(0.5), (1)") + ")", "1.5"},
		{"(SELECT vola_sum(v, 2) FROM " + values("('1/2')") + ")", "is no decimal number"},
		{"(SELECT vola_sum(v, 2) FROM " + values("('1' || char(0) || '5')") + ")", "is no decimal number"},
		{"(SELECT vola_sum(v, 2) FROM " + values("('..')") + ")", "is no decimal number"},
		// In a window values go as well.
		{"(SELECT group_concat(s, ' ') FROM (SELECT vola_sum(v, 1) OVER (ORDER BY n ROWS 1 PRECEDING) AS s FROM " +
			values("(0.1), (0.2), (NULL), (0.3), ('0.25'), (9)") + "))", "'0.1 0.3 0.2 0.3 0.6 9.3'"},
		{"(SELECT group_concat(s, ' ') FROM (SELECT vola_avg(v, 1) OVER (ORDER BY n ROWS 1 PRECEDING) AS s FROM " +
			values("(1), (2), (NULL), (4)") + "))", "'1.0 1.5 2.0 4.0'"},
	})
}
