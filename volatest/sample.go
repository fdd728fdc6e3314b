package volatest

import (
	"database/sql"
	"encoding"
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/volaweb/vola/civil"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/schema"
)

// fill gives a field, which cannot be NULL and is no reference, the value of
// the n-th row.
func fill(field reflect.Value, f orm.FieldInfo, n int) error {
	varies := f.Unique || f.UniqueIn
	switch {
	case f.DefaultValue != nil && !varies:
		field.Set(reflect.ValueOf(f.DefaultValue))
		return nil
	case f.Choices != nil && !varies:
		field.Set(reflect.ValueOf(f.Choices[0].Value))
		return nil
	case f.Kind == schema.JSON, f.Kind == schema.Bool && !varies:
		return nil
	}
	n, err := within(n, room(f), f.Unique)
	if err != nil {
		return err
	}
	if f.Choices != nil {
		field.Set(reflect.ValueOf(f.Choices[n-1].Value))
		return nil
	}
	value := sample(f, n)
	if v := reflect.ValueOf(value); v.CanConvert(field.Type()) && sameForm(v, field) {
		field.Set(v.Convert(field.Type()))
		return nil
	}
	return receive(field, value, f.Unique)
}

// sameForm reports whether a value can be set as it is: a conversion from a
// number to text would be one of a code point, and types that scan know their
// own form.
func sameForm(v, field reflect.Value) bool {
	if v.Kind() == reflect.Struct || v.Kind() == reflect.Array {
		return true
	}
	if _, ok := field.Addr().Interface().(sql.Scanner); ok {
		return false
	}
	number := func(k reflect.Kind) bool { return k >= reflect.Int && k <= reflect.Float64 }
	return v.Kind() == field.Kind() || number(v.Kind()) && number(field.Kind())
}

// receive gives a field whose type reads itself a value.
func receive(field reflect.Value, value any, unique bool) error {
	read := reflect.New(field.Type())
	err := fmt.Errorf("a value of type %v cannot be made up", field.Type())
	switch r := read.Interface().(type) {
	case sql.Scanner:
		err = r.Scan(value)
	case encoding.TextUnmarshaler:
		err = r.UnmarshalText([]byte(fmt.Sprint(value)))
	}
	switch {
	case err == nil:
		field.Set(read.Elem())
	case unique:
		return fmt.Errorf("%w; set it in the function of Make, or in Defaults", err)
	}
	return nil
}

// within returns n, or where there are fewer values and they may repeat, the
// number of one of them.
func within(n, count int, unique bool) (int, error) {
	if n > count && unique {
		return 0, fmt.Errorf("it is unique and has room for only %d values that are made up; set it in the function of Make, or in Defaults", count)
	}
	return (n-1)%count + 1, nil
}

// room is how many values sample has for a field.
func room(f orm.FieldInfo) int {
	if f.Choices != nil {
		return len(f.Choices)
	}
	switch f.Kind {
	case schema.Bool:
		return 2
	case schema.Int16, schema.Int32, schema.Int64:
		most := map[schema.Kind]int{schema.Int16: math.MaxInt16, schema.Int32: math.MaxInt32, schema.Int64: math.MaxInt64}[f.Kind]
		switch f.Type.Kind() {
		case reflect.Int8:
			most = math.MaxInt8
		case reflect.Uint8:
			most = math.MaxUint8
		}
		return most
	case schema.Float64:
		return 1 << 24 // what a float32 counts to
	case schema.Text:
		if f.Size > 0 && f.Size < 10 {
			return power(36, f.Size) - 1
		}
	case schema.Decimal:
		whole, _ := decimalDigits(f)
		if whole == 0 {
			return power(10, f.Scale) - 1
		}
		return power(10, whole) - 1
	case schema.Clock:
		return 24 * 60 * 60
	case schema.Date, schema.Time, schema.Duration:
		return 2_000_000
	}
	return math.MaxInt
}

func decimalDigits(f orm.FieldInfo) (whole, places int) { return f.Precision - f.Scale, f.Scale }

// power is base to the exponent, at most a billion.
func power(base, exponent int) int {
	out := 1
	for range exponent {
		if out *= base; out >= 1_000_000_000 {
			return 1_000_000_000
		}
	}
	return out
}

// sample returns the n-th value for a field, n from 1 to room: a bool, an int64, a
// float64, a string, a []byte, a [16]byte, or a type of time or civil.
func sample(f orm.FieldInfo, n int) any {
	start := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	switch f.Kind {
	case schema.Bool:
		return n == 2
	case schema.Int16, schema.Int32, schema.Int64:
		return int64(n)
	case schema.Float64:
		return float64(n)
	case schema.Bytes:
		return []byte(text(f, n))
	case schema.Time:
		return start.Add(time.Duration(n) * time.Hour)
	case schema.Date:
		return civil.DateOf(start.AddDate(0, 0, n))
	case schema.Clock:
		return civil.ClockOf(start.Add(time.Duration(n) * time.Second))
	case schema.Duration:
		return time.Duration(n) * time.Second
	case schema.Decimal:
		if whole, places := decimalDigits(f); whole == 0 {
			return fmt.Sprintf("0.%0*d", places, n)
		}
		return strconv.Itoa(n)
	case schema.UUID:
		id := [16]byte{6: 0x80, 8: 0x80} // version 8 of RFC 9562: of one's own making
		binary.BigEndian.PutUint32(id[12:], uint32(n))
		return id
	}
	return text(f, n)
}

// text returns the n-th text for a field.
func text(f orm.FieldInfo, n int) string {
	s := strings.ReplaceAll(f.Column, "_", "-") + "-" + strconv.Itoa(n)
	if f.Size > 0 && len([]rune(s)) > f.Size {
		return strconv.FormatInt(int64(n), 36)
	}
	return s
}
