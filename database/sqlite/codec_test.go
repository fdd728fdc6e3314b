package sqlite_test

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/civil"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/database/sqlite"
	"github.com/volaweb/vola/schema"
)

func codec(t *testing.T, typ schema.Type) database.Codec {
	t.Helper()
	c, err := sqlite.Driver.Dialect().Codec(typ)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func decimal(precision, scale int) schema.Type {
	return schema.Type{Kind: schema.Decimal, Precision: precision, Scale: scale}
}

// read reads an expression as a column of the type, into a variable like zero.
func read(t *testing.T, db *database.DB, typ schema.Type, expr string, zero any) (any, error) {
	t.Helper()
	c := codec(t, typ)
	dest := reflect.New(reflect.TypeOf(zero))
	into := dest.Interface()
	if c.NewScanner != nil {
		s := c.NewScanner()
		s.Reset(into)
		into = s
	}
	err := database.QueryRow(t.Context(), db, []any{into}, "SELECT "+expr)
	return dest.Elem().Interface(), err
}

// What is stored of a value, as Django stores it, and what is refused.
func TestEncode(t *testing.T) {
	t.Parallel()
	berlin := time.FixedZone("", 2*60*60)
	kind := func(k schema.Kind) schema.Type { return schema.Type{Kind: k} }
	for _, tt := range []struct {
		typ  schema.Type
		v    any
		want any // or the error, as an error
	}{
		{kind(schema.Time), time.Date(2024, 1, 1, 1, 30, 0, 0, berlin), "2023-12-31 23:30:00"},
		{kind(schema.Time), time.Date(2024, 1, 1, 0, 0, 0, 1000, time.UTC), "2024-01-01 00:00:00.000001"},
		{kind(schema.Time), time.Date(2024, 1, 1, 0, 0, 0, 999, time.UTC), "2024-01-01 00:00:00"},
		{kind(schema.Time), time.Date(1, 1, 1, 1, 30, 0, 0, berlin), fmt.Errorf("year 0 is not between 1 and 9999")},
		{kind(schema.Time), time.Date(10000, 1, 1, 1, 0, 0, 0, berlin), "9999-12-31 23:00:00"},
		{kind(schema.Time), time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), fmt.Errorf("year 10000 is not between 1 and 9999")},
		{kind(schema.Date), civil.NewDate(33, 4, 3), "0033-04-03"},
		{kind(schema.Clock), civil.Clock{}.Add(13*time.Hour + time.Microsecond), "13:00:00.000001"},
		{kind(schema.Duration), -1500 * time.Microsecond, int64(-1500)},
		{kind(schema.Duration), 1500 * time.Nanosecond, fmt.Errorf("1.5µs is not a whole number of microseconds")},
		{kind(schema.UUID), [16]byte{0: 0xab, 15: 1}, "ab000000000000000000000000000001"},
		{decimal(10, 2), "-12.50", -12.5},
		{decimal(10, 2), "12.00", int64(12)},
		{decimal(10, 2), "-0.00", int64(0)},
		{decimal(15, 0), "999999999999999", int64(999999999999999)},
		{decimal(16, 2), "12.50", "p00000000000012.50"},
		{decimal(16, 2), "-12.50", "n99999999999987.49"},
		{decimal(16, 16), "0.0000000000000001", "p.0000000000000001"},
		{decimal(16, 0), "-1", "n9999999999999998"},
	} {
		got, err := codec(t, tt.typ).Encode(tt.v)
		if want, fails := tt.want.(error); fails && (err == nil || err.Error() != want.Error()) || !fails && (err != nil || got != tt.want) {
			t.Errorf("%v %v: %#v, %v, want %#v", tt.typ, tt.v, got, err, tt.want)
		}
	}
	if _, err := sqlite.Driver.Dialect().Codec(schema.Type{Kind: 99}); err == nil {
		t.Error("a type that there is not has a codec")
	}
}

// What other programs stored is read in all the forms that SQLite knows, or is
// an error that shows it.
func TestDecode(t *testing.T) {
	t.Parallel()
	db := databasetest.SQLite(t)
	noon := time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)
	kind := func(k schema.Kind) schema.Type { return schema.Type{Kind: k} }
	uuid := [16]byte{0xab, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}
	for _, tt := range []struct {
		typ  schema.Type
		expr string
		want any // or the error, as an error, of a value like zero
		zero any
	}{
		{kind(schema.Time), "'2024-02-29 12:00:00'", noon, nil},
		{kind(schema.Time), "'2024-02-29 12:00:00.000000'", noon, nil},
		{kind(schema.Time), "'2024-02-29 12:00:00.5'", noon.Add(time.Second / 2), nil},
		{kind(schema.Time), "'2024-02-29T12:00:00'", noon, nil},
		{kind(schema.Time), "'2024-02-29T14:00:00+02:00'", noon, nil},
		{kind(schema.Time), "'2024-02-29 12:00:00Z'", noon, nil},
		{kind(schema.Time), "'2024-02-29 12:00'", noon, nil},
		{kind(schema.Time), "'2024-02-29'", noon.Add(-12 * time.Hour), nil},
		{kind(schema.Time), "CAST('2024-02-29 12:00:00' AS blob)", noon, nil},
		{kind(schema.Time), "1709208000", noon, nil},
		{kind(schema.Time), "1709208000.5", fmt.Errorf("a float64 is no time"), noon},
		{kind(schema.Time), "'2023-02-29 12:00:00'", fmt.Errorf(`"2023-02-29 12:00:00" is no time`), noon},
		{kind(schema.Time), "'2024-02-29 24:00:00'", fmt.Errorf("is no time"), noon},
		{kind(schema.Time), "'2024-02-29 12:00:0x'", fmt.Errorf("is no time"), noon},
		{kind(schema.Time), "'2024-02-29 12:00:00,000000'", noon, nil},
		{kind(schema.Time), "'2024-13-01 12:00:00'", fmt.Errorf("is no time"), noon},
		{kind(schema.Time), "'2024-02-29 12:00:00.00000/'", fmt.Errorf("is no time"), noon},
		{kind(schema.Time), "''", fmt.Errorf("is no time"), noon},
		{kind(schema.Time), "NULL", (*time.Time)(nil), nil},
		{kind(schema.Time), "NULL", fmt.Errorf("NULL"), noon},
		{kind(schema.Date), "'2024-02-29'", civil.NewDate(2024, 2, 29), nil},
		{kind(schema.Date), "CAST('2024-02-29' AS blob)", civil.NewDate(2024, 2, 29), nil},
		{kind(schema.Date), "'2023-02-29'", fmt.Errorf("2023-02-29"), civil.Date{}},
		{kind(schema.Date), "20240229", fmt.Errorf("a int64 is no date"), civil.Date{}},
		{kind(schema.Clock), "'13:05:00'", civil.Clock{}.Add(13*time.Hour + 5*time.Minute), nil},
		{kind(schema.Clock), "'25:00:00'", fmt.Errorf("25:00:00"), civil.Clock{}},
		{kind(schema.Clock), "13.5", fmt.Errorf("a float64 is no time of day"), civil.Clock{}},
		{kind(schema.Duration), "-1500", -1500 * time.Microsecond, nil},
		{kind(schema.Duration), "9223372036854775", 9223372036854775 * time.Microsecond, nil},
		{kind(schema.Duration), "9223372036854776", fmt.Errorf("more than a duration can hold"), time.Second},
		{kind(schema.Duration), "-9223372036854776", fmt.Errorf("more than a duration can hold"), time.Second},
		{kind(schema.Duration), "'1s'", fmt.Errorf("a string is no duration"), time.Second},
		{kind(schema.UUID), "'ab0102030405060708090a0b0c0d0e0f'", uuid, nil},
		{kind(schema.UUID), "'AB010203-0405-0607-0809-0A0B0C0D0E0F'", uuid, nil},
		{kind(schema.UUID), "x'ab0102030405060708090a0b0c0d0e0f'", uuid, nil},
		{kind(schema.UUID), "'ab0102030405060708090a0b0c0d0e'", fmt.Errorf("is no uuid"), uuid},
		{kind(schema.UUID), "'ab0102030405060708090a0b0c0d0e0f00'", fmt.Errorf("is no uuid"), uuid},
		{kind(schema.UUID), "'ab010203-0405-0607-0809_0a0b0c0d0e0f'", fmt.Errorf("is no uuid"), uuid},
		{kind(schema.UUID), "'zz0102030405060708090a0b0c0d0e0f'", fmt.Errorf("is no uuid"), uuid},
		{kind(schema.UUID), "7", fmt.Errorf("a int64 is no uuid"), uuid},
		{kind(schema.Bytes), "x''", []byte{}, nil},
		{kind(schema.Bytes), "x'00ff'", []byte{0, 255}, nil},
		{kind(schema.Bytes), "'text'", []byte("text"), nil},
		{kind(schema.Bytes), "7", fmt.Errorf("a int64 is no bytes"), []byte{}},
		{decimal(10, 2), "12", "12", nil},
		{decimal(10, 2), "12.5", "12.50", nil},
		{decimal(10, 2), "'12.50'", "12.50", nil},
		{decimal(10, 2), "9e999", fmt.Errorf("+Inf is no decimal number"), ""},
		{decimal(10, 2), "x'00'", fmt.Errorf("is no decimal number"), ""},
		{decimal(16, 2), "'p00000000000012.50'", "00000000000012.50", nil},
		{decimal(16, 2), "'n99999999999987.49'", "-00000000000012.50", nil},
		{decimal(16, 2), "12.5", fmt.Errorf("declare the field with at most 15 digits"), ""},
		{decimal(16, 2), "'12.5'", fmt.Errorf("declare the field with at most 15 digits"), ""},
		{decimal(16, 2), "''", fmt.Errorf("declare the field with at most 15 digits"), ""},
	} {
		zero := tt.zero
		if zero == nil {
			zero = tt.want
		}
		got, err := read(t, db, tt.typ, tt.expr, zero)
		if want, fails := tt.want.(error); fails && (err == nil || !strings.Contains(err.Error(), want.Error())) || !fails && (err != nil || !reflect.DeepEqual(got, tt.want)) {
			t.Errorf("%v %s: %#v, %v, want %#v", tt.typ, tt.expr, got, err, tt.want)
		}
	}
}

// Values that are stored as text stand in the order of what they are.
func TestStoredOrder(t *testing.T) {
	t.Parallel()
	db := databasetest.SQLite(t)
	at := func(year int, d time.Duration) time.Time { return time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).Add(d) }
	for _, tt := range []struct {
		typ    schema.Type
		values []any // in order
	}{
		{schema.Type{Kind: schema.Time}, []any{at(1, 0), at(999, 0), at(1969, time.Hour), at(2024, 0), at(2024, time.Microsecond), at(2024, time.Second), at(9999, 0)}},
		{schema.Type{Kind: schema.Duration}, []any{time.Duration(math.MinInt64 / 1000 * 1000), -time.Second, time.Duration(0), time.Microsecond, time.Hour}},
		{decimal(16, 2), []any{"-99999999999999.99", "-12.51", "-12.50", "-0.01", "0.00", "0.01", "9.99", "10.00", "99999999999999.99"}},
		{decimal(15, 2), []any{"-9999999999999.99", "-12.51", "-12.50", "-0.01", "0.00", "0.01", "9.99", "10.00", "9999999999999.99"}},
	} {
		c := codec(t, tt.typ)
		run(t, db, "DROP TABLE IF EXISTS t", "CREATE TABLE t (n integer, v)")
		order := []int{3, 0, 2, 1, 4, 5, 6, 7, 8}
		order = slices.DeleteFunc(order, func(i int) bool { return i >= len(tt.values) })
		for _, i := range order {
			v, err := c.Encode(tt.values[i])
			if err != nil {
				t.Fatal(err)
			}
			if _, err := db.Exec(t.Context(), "INSERT INTO t VALUES (?, ?)", i, v); err != nil {
				t.Fatal(err)
			}
		}
		var got string
		if err := database.QueryRow(t.Context(), db, []any{&got}, "SELECT group_concat(n, '') FROM (SELECT n FROM t ORDER BY v)"); err != nil {
			t.Fatal(err)
		}
		if want := "012345678"[:len(tt.values)]; got != want {
			t.Errorf("%v: the values stand as %s", tt.typ, got)
		}
	}
}

// Adding to a decimal column leaves a decimal; to a long one is refused.
func TestDecimalAdd(t *testing.T) {
	t.Parallel()
	db := databasetest.SQLite(t)
	run(t, db, "CREATE TABLE t (v decimal)", "INSERT INTO t VALUES (0.1)")
	sum, err := codec(t, decimal(10, 2)).Add("v", "?")
	if err != nil {
		t.Fatal(err)
	}
	var got float64
	if err := database.QueryRow(t.Context(), db, []any{&got}, "SELECT "+sum+" FROM t", 0.2); err != nil || got != 0.3 {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := codec(t, decimal(16, 2)).Add("v", "?"); err == nil || !strings.Contains(err.Error(), "15 digits") {
		t.Error(err)
	}
}
