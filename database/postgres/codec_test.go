package postgres_test

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/civil"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/database/postgres"
	"github.com/volaweb/vola/schema"
)

// eachMode runs fn on a database in each of pgx's modes.
func eachMode(t *testing.T, fn func(t *testing.T, db *database.DB)) {
	url := databasetest.PostgresURL(t)
	for _, mode := range append(databasetest.PostgresModes(), "cache_statement") {
		t.Run(mode, func(t *testing.T) { fn(t, openMode(t, url, mode)) })
	}
}

func codec(t *testing.T, k schema.Kind) database.Codec {
	t.Helper()
	c, err := postgres.Driver.Dialect().Codec(schema.Type{Kind: k, Precision: 10, Scale: 2})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// read reads an expression as a column of the kind, into a variable like zero.
func read(t *testing.T, db *database.DB, k schema.Kind, zero any, expr string, args ...any) (any, error) {
	t.Helper()
	c := codec(t, k)
	dest := reflect.New(reflect.TypeOf(zero))
	into := dest.Interface()
	if c.NewScanner != nil {
		s := c.NewScanner()
		s.Reset(into)
		into = s
	}
	err := database.QueryRow(t.Context(), db, []any{into}, "SELECT "+expr, args...)
	return dest.Elem().Interface(), err
}

// Values go to the server and come back the same, alone, as NULL and in an array,
// in every mode.
func TestValuesComeBack(t *testing.T) {
	t.Parallel()
	values := map[schema.Kind][]any{
		schema.Bool:     {true, false},
		schema.Int64:    {int64(0), int64(math.MinInt64), int64(math.MaxInt64)},
		schema.Float64:  {0.1, -1e300, 5e-324, math.Inf(1)},
		schema.Text:     {"", "it's \"é\" \\ \n", "{a,b}", "NULL"},
		schema.Bytes:    {[]byte{}, []byte{0, 255, '\\'}},
		schema.Time:     {time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 999999000, time.UTC), time.Date(1969, 1, 1, 0, 0, 0, 1000, time.UTC)},
		schema.Date:     {civil.NewDate(1, 1, 1), civil.NewDate(2024, 2, 29), civil.NewDate(9999, 12, 31)},
		schema.Clock:    {civil.NewClock(0, 0, 0, 0), civil.NewClock(23, 59, 59, 999999)},
		schema.Duration: {time.Duration(0), -time.Microsecond, 50 * time.Hour, time.Duration(math.MaxInt64 / 1000 * 1000), time.Duration(math.MinInt64 / 1000 * 1000)},
		schema.UUID:     {[16]byte{}, [16]byte{0xab, 15: 1}},
	}
	eachMode(t, func(t *testing.T, db *database.DB) {
		for kind, list := range values {
			c := codec(t, kind)
			encoded := make([]any, len(list), len(list)+1)
			for i, v := range list {
				encoded[i] = v
				var err error
				if c.Encode != nil {
					if encoded[i], err = c.Encode(v); err != nil {
						t.Fatal(err)
					}
				}
				got, err := read(t, db, kind, v, "$1::"+c.Cast, encoded[i])
				if err != nil || !reflect.DeepEqual(got, v) {
					t.Errorf("%v %v: %v, %v", kind, v, got, err)
				}
			}
			for i := range list {
				got, err := read(t, db, kind, list[i], fmt.Sprintf("($1::%s[])[%d]", c.Cast, i+1), encoded)
				if err != nil || !reflect.DeepEqual(got, list[i]) {
					t.Errorf("%v %v in an array: %v, %v", kind, list[i], got, err)
				}
			}
			withNull := append(encoded, nil)
			pointer := reflect.Zero(reflect.PointerTo(reflect.TypeOf(list[0]))).Interface()
			got, err := read(t, db, kind, pointer, fmt.Sprintf("($1::%s[])[%d]", c.Cast, len(withNull)), withNull)
			if err != nil || !reflect.ValueOf(got).IsNil() {
				t.Errorf("%v NULL in an array: %v, %v", kind, got, err)
			}
			if got, err := read(t, db, kind, pointer, "$1::"+c.Cast, nil); err != nil || !reflect.ValueOf(got).IsNil() {
				t.Errorf("%v NULL: %v, %v", kind, got, err)
			}
			if _, err := read(t, db, kind, list[0], "NULL::"+c.Cast); err == nil && kind != schema.Bytes {
				t.Errorf("%v: NULL in a variable that cannot be", kind)
			}
			var n int64
			if err := database.QueryRow(t.Context(), db, []any{&n}, "SELECT cardinality($1::"+c.Cast+"[])", []any{nil, nil}); err != nil || n != 2 {
				t.Errorf("%v, all NULL: %d, %v", kind, n, err)
			}
			if err := database.QueryRow(t.Context(), db, []any{&n}, "SELECT cardinality($1::"+c.Cast+"[])", []any{}); err != nil || n != 0 {
				t.Errorf("%v, none: %d, %v", kind, n, err)
			}
		}
	})
}

// What a variable cannot hold is an error that says so, not another value.
func TestValuesThatDoNotFit(t *testing.T) {
	t.Parallel()
	eachMode(t, func(t *testing.T, db *database.DB) {
		for _, tt := range []struct {
			kind schema.Kind
			zero any
			expr string
			want string
		}{
			{schema.Time, time.Time{}, "'infinity'::timestamptz", "infinity"},
			{schema.Time, time.Time{}, "'-infinity'::timestamptz", "infinity"},
			{schema.Time, time.Time{}, "'10000-01-01Z'::timestamptz", "year 10000 is not between 1 and 9999"},
			{schema.Time, time.Time{}, "'0044-03-15Z BC'::timestamptz", "year -43 is not between 1 and 9999"},
			{schema.Time, time.Time{}, "7", "time"},
			{schema.Date, civil.Date{}, "'infinity'::date", "infinity"},
			{schema.Date, civil.Date{}, "'10000-01-01'::date", "year 10000"},
			{schema.Date, civil.Date{}, "'x'::text", "date"},
			{schema.Clock, civil.Clock{}, "'24:00'::time", "24:00 is no time of day"},
			{schema.Clock, civil.Clock{}, "true", "time of day"},
			{schema.Duration, time.Second, "'1 month'::interval", "an interval of 1 months is no duration"},
			{schema.Duration, time.Second, "'1 year'::interval", "an interval of 12 months is no duration"},
			{schema.Duration, time.Second, "'106752 days'::interval", "more than a duration can hold"},
			{schema.Duration, time.Second, "'-106752 days'::interval", "more than a duration can hold"},
			{schema.Duration, time.Second, "'106751 days 23:47:16.854776'::interval", "more than a duration can hold"},
			{schema.Duration, time.Second, "'2562047788 hours'::interval", "more than a duration can hold"},
			{schema.Duration, time.Second, "true", "duration"},
			{schema.UUID, [16]byte{}, "'x'::text", "UUID"},
		} {
			got, err := read(t, db, tt.kind, tt.zero, tt.expr)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%s: %v, %v, want %q", tt.expr, got, err, tt.want)
			}
		}
		for expr, want := range map[string]time.Duration{
			"'106751 days 23:47:16.854775'::interval": math.MaxInt64 / 1000 * 1000,
			"'1 day -24:00:01'::interval":             -time.Second,
			"'-1 day +24:00:01'::interval":            time.Second,
		} {
			if got, err := read(t, db, schema.Duration, want, expr); err != nil || got != want {
				t.Errorf("%s: %v, %v, want %v", expr, got, err, want)
			}
		}
	})
}

// What is refused before it is sent, and what is cut so that the server does not
// round it up.
func TestEncode(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		kind schema.Kind
		v    any
		want string // of the error
	}{
		{schema.Time, time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), "year 10000 is not between 1 and 9999"},
		{schema.Time, time.Date(1, 1, 1, 0, 0, 0, 0, time.FixedZone("", 3600)), "year 0 is not between 1 and 9999"},
		{schema.Date, civil.NewDate(10000, 1, 1), "year 10000"},
		{schema.Duration, time.Nanosecond, "1ns is not a whole number of microseconds"},
	} {
		if v, err := codec(t, tt.kind).Encode(tt.v); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v: %v, %v, want %q", tt.v, v, err, tt.want)
		}
	}
	got, err := codec(t, schema.Time).Encode(time.Date(2024, 1, 1, 0, 0, 0, 999_999_999, time.FixedZone("", 3600)))
	if want := time.Date(2023, 12, 31, 23, 0, 0, 999_999_000, time.UTC); err != nil || got != want {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
	if _, err := postgres.Driver.Dialect().Codec(schema.Type{Kind: 99}); err == nil {
		t.Error("a type that there is not has a codec")
	}
}

// An array of several types is an error, of the driver or the server, and not a
// value left out.
func TestMixedArrays(t *testing.T) {
	t.Parallel()
	eachMode(t, func(t *testing.T, db *database.DB) {
		for _, list := range [][]any{{int64(1), "x"}, {"x", int64(1)}, {nil, int64(1), "x"}, {true, nil, 1.5}, {[]byte{1}, "x"}} {
			var n int64
			if err := database.QueryRow(t.Context(), db, []any{&n}, "SELECT cardinality($1::bigint[])", list); err == nil {
				t.Errorf("%v: %d values", list, n)
			}
		}
	})
}
