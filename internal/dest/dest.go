// Package dest stores values in the variables that a row is scanned into. A
// variable is given as a pointer to it, and comes in the three forms in which
// a field can be declared: as the value, as a pointer that is nil for NULL, or
// as a [sql.Null].
package dest

import (
	"database/sql"
	"fmt"
)

// Set stores v in the variable that dst points to: a T, a *T or a sql.Null[T].
// Any other that is a [sql.Scanner] is handed v as it is.
func Set[T any](dst any, v T) error {
	switch d := dst.(type) {
	case *T:
		*d = v
	case **T:
		p := new(T) // &v would move v to the heap in every case
		*p = v
		*d = p
	case *sql.Null[T]:
		*d = sql.Null[T]{V: v, Valid: true}
	case sql.Scanner:
		return d.Scan(v)
	default:
		return fmt.Errorf("a %T does not fit a %T", v, dst)
	}
	return nil
}

// SetNull stores NULL in the variable that dst points to. The error says that
// it is one that cannot hold it.
func SetNull[T any](dst any) error {
	switch d := dst.(type) {
	case **T:
		*d = nil
	case *sql.Null[T]:
		*d = sql.Null[T]{}
	case sql.Scanner:
		return d.Scan(nil)
	default:
		return fmt.Errorf("the column is NULL, and a %T cannot be", *new(T))
	}
	return nil
}
