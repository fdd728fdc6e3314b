package schema_test

import (
	"testing"

	"github.com/volaweb/vola/schema"
)

func TestConvert(t *testing.T) {
	t.Parallel()
	i16, i32, i64 := schema.Type{Kind: schema.Int16}, schema.Type{Kind: schema.Int32}, schema.Type{Kind: schema.Int64}
	short, long, any := schema.Type{Kind: schema.Text, Size: 5}, schema.Type{Kind: schema.Text, Size: 50}, schema.Type{Kind: schema.Text}
	date := schema.Type{Kind: schema.Date}
	decimal := func(digits, places int) schema.Type {
		return schema.Type{Kind: schema.Decimal, Precision: digits, Scale: places}
	}
	tests := []struct {
		from, to schema.Type
		want     schema.Conversion
	}{
		{i16, i16, schema.Widening}, {i16, i64, schema.Widening}, {i64, i32, schema.Narrowing},
		{short, long, schema.Widening}, {short, any, schema.Widening}, {any, long, schema.Narrowing}, {long, short, schema.Narrowing},
		{i64, any, schema.Widening}, {i64, long, schema.Widening}, {i64, short, schema.Narrowing}, {any, i32, schema.Narrowing},
		{date, any, schema.Foreign}, {any, date, schema.Foreign}, {date, date, schema.Widening},
		{decimal(5, 0), decimal(6, 0), schema.Widening}, {decimal(6, 2), decimal(5, 2), schema.Narrowing},
		{decimal(6, 2), decimal(7, 3), schema.Widening}, {decimal(6, 2), decimal(6, 3), schema.Narrowing}, {decimal(6, 2), decimal(8, 1), schema.Narrowing},
		{decimal(6, 2), i64, schema.Foreign}, {i64, decimal(6, 2), schema.Foreign}, {any, decimal(6, 2), schema.Foreign},
	}
	for _, tt := range tests {
		if got := schema.Convert(tt.from, tt.to); got != tt.want {
			t.Errorf("Convert(%v, %v) = %d, want %d", tt.from, tt.to, got, tt.want)
		}
	}
}

func TestIntRange(t *testing.T) {
	t.Parallel()
	if least, greatest, ok := schema.Int16.IntRange(); least != -32768 || greatest != 32767 || !ok {
		t.Errorf("Int16: %d, %d, %v", least, greatest, ok)
	}
	if _, _, ok := schema.Text.IntRange(); ok {
		t.Error("text has a range of numbers")
	}
}

// Same passes over the name, Equal does not.
func TestSameAndEqual(t *testing.T) {
	t.Parallel()
	a := book()
	a.ForeignKeys = []schema.ForeignKey{{Name: "f", Columns: []string{"id"}, RefTable: "x", RefColumns: []string{"id"}}}
	a.Checks = []schema.Check{{Name: "c", SQL: "id > 0"}}
	b := a.Clone()
	b.Uniques[0].Name, b.Indexes[0].Name, b.ForeignKeys[0].Name, b.Checks[0].Name = "u2", "i2", "f2", "c2"
	for name, got := range map[string][2]bool{
		"unique":      {a.Uniques[0].Same(b.Uniques[0]), a.Uniques[0].Equal(b.Uniques[0])},
		"index":       {a.Indexes[0].Same(b.Indexes[0]), a.Indexes[0].Equal(b.Indexes[0])},
		"foreign key": {a.ForeignKeys[0].Same(b.ForeignKeys[0]), a.ForeignKeys[0].Equal(b.ForeignKeys[0])},
		"check":       {a.Checks[0].Same(b.Checks[0]), a.Checks[0].Equal(b.Checks[0])},
	} {
		if got != [2]bool{true, false} {
			t.Errorf("%s under another name: same, equal = %v", name, got)
		}
	}
	b.ForeignKeys[0].Deferred, b.Indexes[0].Columns[0].Desc = true, false
	if a.ForeignKeys[0].Same(b.ForeignKeys[0]) || a.Indexes[0].Same(b.Indexes[0]) {
		t.Error("what differs is the same")
	}
	for _, found := range []func() bool{
		func() bool { _, ok := a.Unique("u"); return ok }, func() bool { _, ok := a.Index("i"); return ok },
		func() bool { _, ok := a.ForeignKey("f"); return ok }, func() bool { _, ok := a.Check("c"); return ok },
	} {
		if !found() {
			t.Error("a constraint was not found by its name")
		}
	}
}
