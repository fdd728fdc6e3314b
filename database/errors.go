package database

import (
	"strings"

	"github.com/volaweb/vola/fault"
)

// ErrorKind sorts the errors of a database.
type ErrorKind uint8

// The kinds of errors.
const (
	_             ErrorKind = iota
	Unique                  // a row with these values exists
	ForeignKey              // the row referred to does not exist, or is referred to
	NotNull                 // a column that must have a value got NULL
	Check                   // a check constraint refused the row
	Serialization           // another transaction was in the way; the transaction may be tried again
	Connection              // the database does not answer, or the connection broke
	NoRows                  // a query that should return a row returned none
	OutOfRange              // a value was computed, or given, that the database or the column cannot hold
)

// Error is an error of which the database told more than a text. Compare with
// [errors.Is] to one of ErrUnique and so on, or take the details with
// [errors.As].
type Error struct {
	Kind ErrorKind
	// Constraint, Table and Columns are the names concerned, as far as the
	// database tells them: SQLite tells the columns of a unique constraint,
	// PostgreSQL its name and its columns.
	Constraint string
	Table      string
	Columns    []string
	// Cause is the driver's error.
	Cause error
}

// What errors.Is finds in an error of the kind.
var (
	ErrUnique        error = &Error{Kind: Unique}
	ErrForeignKey    error = &Error{Kind: ForeignKey}
	ErrNotNull       error = &Error{Kind: NotNull}
	ErrCheck         error = &Error{Kind: Check}
	ErrSerialization error = &Error{Kind: Serialization}
	ErrConnection    error = &Error{Kind: Connection}
	ErrNoRows        error = &Error{Kind: NoRows}
	ErrOutOfRange    error = &Error{Kind: OutOfRange}
)

// Error returns a sentence that names the constraint, followed by the
// driver's own text.
func (e *Error) Error() string {
	var b strings.Builder
	switch e.Kind {
	case Unique:
		b.WriteString("a row with the same ")
		if len(e.Columns) > 0 {
			b.WriteString(strings.Join(e.Columns, ", "))
		} else {
			b.WriteString("values")
		}
		b.WriteString(" exists")
	case ForeignKey:
		b.WriteString("a row that is referred to is missing or still needed")
	case NotNull:
		b.WriteString("a value is missing")
		if len(e.Columns) > 0 {
			b.WriteString(" for " + strings.Join(e.Columns, ", "))
		}
	case Check:
		b.WriteString("a check refused the row")
	case Serialization:
		b.WriteString("another transaction was in the way")
	case Connection:
		b.WriteString("no connection to the database")
	case NoRows:
		b.WriteString("no such row")
	case OutOfRange:
		b.WriteString("a value does not fit")
	}
	if e.Table != "" {
		b.WriteString(" in table " + e.Table)
	}
	if e.Constraint != "" {
		b.WriteString(" (constraint " + e.Constraint + ")")
	}
	if e.Cause != nil {
		b.WriteString(": " + e.Cause.Error())
	}
	return b.String()
}

// Unwrap returns the driver's error.
func (e *Error) Unwrap() error { return e.Cause }

// Is reports whether target is an *Error of the same kind without details.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Kind == e.Kind && t.Constraint == "" && t.Table == "" && t.Columns == nil && t.Cause == nil
}

// FaultKind sorts the error for callers that do not know databases.
func (e *Error) FaultKind() fault.Kind {
	switch e.Kind {
	case Unique, ForeignKey, Serialization:
		return fault.Conflict
	case NotNull, Check, OutOfRange:
		return fault.Invalid
	case Connection:
		return fault.Unavailable
	case NoRows:
		return fault.NotFound
	}
	return fault.Internal
}
