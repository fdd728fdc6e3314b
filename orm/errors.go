package orm

import "github.com/volaweb/vola/fault"

// What queries that must find one row return otherwise. Errors that carry
// more, such as the model's name, are found with errors.Is.
var (
	ErrNotFound error = &sentinel{"no row matches", fault.NotFound}
	ErrMultiple error = &sentinel{"more than one row matches", fault.Internal}
)

// ErrNotStored is the error of a row that the database left out, or left as it
// was, without an error of its own: a trigger of the table did so (RAISE(IGNORE)
// on SQLite, RETURN NULL on PostgreSQL).
var ErrNotStored error = &sentinel{"the database left out the row without an error; a trigger of its table must do so", fault.Conflict}

type sentinel struct {
	text string
	kind fault.Kind
}

func (e *sentinel) Error() string         { return "orm: " + e.text }
func (e *sentinel) FaultKind() fault.Kind { return e.kind }

// FieldError says which field of which model a value could not be stored in,
// and why.
type FieldError struct {
	Model string // such as "blog.Post"
	Field string // the Go name
	Err   error
}

// Error returns "blog.Post, field Title: ...".
func (e *FieldError) Error() string { return e.Model + ", field " + e.Field + ": " + e.Err.Error() }

// Unwrap returns the reason.
func (e *FieldError) Unwrap() error { return e.Err }

// FaultKind is Invalid.
func (e *FieldError) FaultKind() fault.Kind { return fault.Invalid }
