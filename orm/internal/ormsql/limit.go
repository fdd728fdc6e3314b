package ormsql

import (
	"strings"

	"github.com/volaweb/vola/schema"
)

// Limit is what a column holds of the values that an UPDATE can compute for it.
// What is computed is not known before, and a column may hold less: an int16 on
// SQLite is as large as any integer, and no database knows of a uint8. So that
// nothing is stored which cannot be read again, a statement computes with a
// guard around the expression.
type Limit struct {
	Kind        LimitKind
	Least, Most int64       // of LimitInteger and LimitDuration, in the units of the database
	Size, Bytes int         // of LimitText, each 0 for none
	Choices     []any       // of LimitChoice
	Range       string      // what has the range, such as "an int16"
	Field       string      // the name of the field
	Type        schema.Type // of the column
	Cast        string      // the SQL type of the column, if the database has to be told
	// OwnSQL says that some of what is computed is the program's own SQL.
	OwnSQL bool
}

// LimitKind is a kind of limit.
type LimitKind byte

// The kinds of limits.
const (
	NoLimit LimitKind = iota
	LimitInteger
	LimitDuration
	LimitFloat32
	LimitFloat64
	LimitDecimal
	LimitText
	LimitChoice
)

// A guard makes the statement fail with a text of the form
// "vola_fit(Field): sentence;". Package sqlite writes it in its function
// vola_fit.
const (
	misfitMark = "vola_fit("
	misfitEnd  = ";"
)

// Misfit returns the field and the sentence that a guard has put into the text of
// an error.
func Misfit(text string) (field, sentence string, ok bool) {
	_, rest, _ := strings.Cut(text, misfitMark)
	field, rest, ok = strings.Cut(rest, "): ")
	end := strings.LastIndex(rest, misfitEnd)
	if !ok || end < 0 {
		return "", "", false
	}
	return field, rest[:end], true
}
