package schema

import "fmt"

// Kind is what sort of values a column holds, independent of the database.
// How each database stores a kind is fixed and documented: docs/storage.md.
type Kind uint8

// The kinds of columns. The zero value is no kind at all.
const (
	_        Kind = iota
	Bool          // true or false
	Int16         // whole numbers of 16 bits
	Int32         // whole numbers of 32 bits
	Int64         // whole numbers of 64 bits
	Float64       // IEEE 754 double precision, finite
	Text          // Unicode text without NUL, compared by code point
	Bytes         // raw bytes
	Time          // a point in time, stored in UTC to the microsecond
	Date          // a day of the calendar, without a time zone
	Clock         // a time of day to the microsecond, without a day
	Duration      // a length of time in microseconds
	Decimal       // an exact decimal number of Precision digits, Scale of them after the point
	UUID          // 128 bits as in RFC 9562
	JSON          // a JSON document
)

var kindNames = [...]string{
	Bool: "Bool", Int16: "Int16", Int32: "Int32", Int64: "Int64", Float64: "Float64",
	Text: "Text", Bytes: "Bytes", Time: "Time", Date: "Date", Clock: "Clock",
	Duration: "Duration", Decimal: "Decimal", UUID: "UUID", JSON: "JSON",
}

// String returns the name of the constant, such as "Int64".
func (k Kind) String() string {
	if int(k) < len(kindNames) && kindNames[k] != "" {
		return kindNames[k]
	}
	return fmt.Sprintf("Kind(%d)", uint8(k))
}

// Type is the type of a column.
type Type struct {
	Kind Kind
	// Size is the most characters that a Text may have; 0 is no limit.
	Size int
	// Precision is the number of digits of a Decimal, Scale how many of them
	// stand after the point.
	Precision, Scale int
}

// String returns the type as people write it: "text(200)", "decimal(10,2)".
func (t Type) String() string {
	name := fmt.Sprintf("%v", t.Kind)
	switch {
	case t.Kind == Decimal:
		return fmt.Sprintf("%s(%d,%d)", name, t.Precision, t.Scale)
	case t.Size > 0:
		return fmt.Sprintf("%s(%d)", name, t.Size)
	}
	return name
}
