package database_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
)

func TestErrorText(t *testing.T) {
	t.Parallel()
	cause := errors.New("driver says so")
	for _, tt := range []struct {
		err  database.Error
		want string
	}{
		{database.Error{Kind: database.Unique}, "a row with the same values exists"},
		{database.Error{Kind: database.Unique, Columns: []string{"a", "b"}, Table: "t", Constraint: "k", Cause: cause},
			"a row with the same a, b exists in table t (constraint k): driver says so"},
		{database.Error{Kind: database.ForeignKey, Table: "t"}, "a row that is referred to is missing or still needed in table t"},
		{database.Error{Kind: database.NotNull, Columns: []string{"a"}}, "a value is missing for a"},
		{database.Error{Kind: database.NotNull}, "a value is missing"},
		{database.Error{Kind: database.Check, Constraint: "c"}, "a check refused the row (constraint c)"},
		{database.Error{Kind: database.Serialization, Cause: cause}, "another transaction was in the way: driver says so"},
		{database.Error{Kind: database.Connection}, "no connection to the database"},
		{database.Error{Kind: database.NoRows}, "no such row"},
		{database.Error{Kind: database.OutOfRange}, "a value does not fit"},
	} {
		if got := tt.err.Error(); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}

// An error is of its kind and of no other, however it is wrapped, and of the
// kind of fault that callers act on.
func TestErrorKinds(t *testing.T) {
	t.Parallel()
	kinds := []struct {
		is   error
		kind database.ErrorKind
		want fault.Kind
	}{
		{database.ErrUnique, database.Unique, fault.Conflict},
		{database.ErrForeignKey, database.ForeignKey, fault.Conflict},
		{database.ErrNotNull, database.NotNull, fault.Invalid},
		{database.ErrCheck, database.Check, fault.Invalid},
		{database.ErrSerialization, database.Serialization, fault.Conflict},
		{database.ErrConnection, database.Connection, fault.Unavailable},
		{database.ErrNoRows, database.NoRows, fault.NotFound},
		{database.ErrOutOfRange, database.OutOfRange, fault.Invalid},
	}
	for _, k := range kinds {
		e := &database.Error{Kind: k.kind, Table: "t", Columns: []string{"a"}, Cause: io.EOF}
		err := fmt.Errorf("store it: %w", errors.Join(errStop, e))
		for _, other := range kinds {
			if errors.Is(err, other.is) != (other.kind == k.kind) {
				t.Errorf("%v: errors.Is %v is wrong", err, other.is)
			}
		}
		if fault.KindOf(fmt.Errorf("store it: %w", e)) != k.want || !errors.Is(err, io.EOF) {
			t.Errorf("%v: %v, want %v, with its cause", k.is, fault.KindOf(e), k.want)
		}
		// Only the bare error of a kind is one to compare with.
		if errors.Is(err, &database.Error{Kind: k.kind, Table: "t"}) {
			t.Errorf("%v is an error with details", err)
		}
	}
	if got := fault.KindOf(&database.Error{Cause: io.EOF}); got != fault.Internal {
		t.Errorf("an error without a kind is %v", got)
	}
}
