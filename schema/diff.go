package schema

import (
	"math"
	"slices"
)

// Equal reports whether both are the same constraint under the same name.
func (u Unique) Equal(v Unique) bool { return u.Name == v.Name && u.Same(v) }

// Same reports whether both say the same, whatever their names.
func (u Unique) Same(v Unique) bool { return slices.Equal(u.Columns, v.Columns) }

// Equal reports whether both are the same index under the same name.
func (x Index) Equal(y Index) bool { return x.Name == y.Name && x.Same(y) }

// Same reports whether both say the same, whatever their names.
func (x Index) Same(y Index) bool {
	return x.Unique == y.Unique && x.Where == y.Where && slices.Equal(x.Columns, y.Columns)
}

// Equal reports whether both are the same foreign key under the same name.
func (f ForeignKey) Equal(g ForeignKey) bool { return f.Name == g.Name && f.Same(g) }

// Same reports whether both say the same, whatever their names.
func (f ForeignKey) Same(g ForeignKey) bool {
	return f.RefTable == g.RefTable && f.OnDelete == g.OnDelete && f.Deferred == g.Deferred &&
		slices.Equal(f.Columns, g.Columns) && slices.Equal(f.RefColumns, g.RefColumns)
}

// Equal reports whether both are the same check under the same name.
func (c Check) Equal(d Check) bool { return c == d }

// Same reports whether both say the same, whatever their names.
func (c Check) Same(d Check) bool { return c.SQL == d.SQL }

// named returns the value of that name, and whether there is one.
func named[T any](list []T, name func(T) string, want string) (T, bool) {
	i := slices.IndexFunc(list, func(v T) bool { return name(v) == want })
	if i < 0 {
		var zero T
		return zero, false
	}
	return list[i], true
}

// Unique returns the unique constraint of that name.
func (t Table) Unique(name string) (Unique, bool) {
	return named(t.Uniques, func(u Unique) string { return u.Name }, name)
}

// Index returns the index of that name.
func (t Table) Index(name string) (Index, bool) {
	return named(t.Indexes, func(x Index) string { return x.Name }, name)
}

// ForeignKey returns the foreign key of that name.
func (t Table) ForeignKey(name string) (ForeignKey, bool) {
	return named(t.ForeignKeys, func(f ForeignKey) string { return f.Name }, name)
}

// Check returns the check of that name.
func (t Table) Check(name string) (Check, bool) {
	return named(t.Checks, func(c Check) string { return c.Name }, name)
}

// Conversion says what it takes to turn the values of one type into another.
type Conversion uint8

// The conversions, from harmless to impossible.
const (
	Widening  Conversion = iota // every value fits as it is
	Narrowing                   // values are kept as they are, those that do not fit are refused
	Foreign                     // only an expression can say what becomes of a value
)

// Convert returns what it takes to turn values of type from into type to, on
// every database. Numbers that are whole turn into each other and into text
// and back; decimals into decimals of other digits and texts into texts of
// another size; anything else is Foreign.
func Convert(from, to Type) Conversion {
	a, b := rank(from.Kind), rank(to.Kind)
	switch {
	case from == to:
		return Widening
	case a > 0 && b > 0:
		if a <= b {
			return Widening
		}
		return Narrowing
	case from.Kind == Decimal && to.Kind == Decimal:
		if from.Scale <= to.Scale && from.Precision-from.Scale <= to.Precision-to.Scale {
			return Widening
		}
		return Narrowing
	case from.Kind == Text && to.Kind == Text:
		if to.Size == 0 || from.Size > 0 && from.Size <= to.Size {
			return Widening
		}
		return Narrowing
	case a > 0 && to.Kind == Text && (to.Size == 0 || to.Size >= len("-9223372036854775808")):
		return Widening
	case a > 0 && to.Kind == Text, from.Kind == Text && b > 0:
		return Narrowing
	}
	return Foreign
}

// rank orders the kinds of whole numbers by size; 0 is none of them.
func rank(k Kind) int {
	switch k {
	case Int16:
		return 1
	case Int32:
		return 2
	case Int64:
		return 3
	}
	return 0
}

// IntRange returns the least and the greatest whole number that the kind
// holds, and whether it is a kind of whole numbers.
func (k Kind) IntRange() (least, greatest int64, ok bool) {
	switch k {
	case Int16:
		return math.MinInt16, math.MaxInt16, true
	case Int32:
		return math.MinInt32, math.MaxInt32, true
	case Int64:
		return math.MinInt64, math.MaxInt64, true
	}
	return 0, 0, false
}
