package fault_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/volaweb/vola/fault"
)

func ExampleWrap() {
	cause := errors.New("disk quota exceeded on /srv")
	err := fmt.Errorf("save photo: %w", fault.Wrap(fault.Unavailable, cause, "The photo could not be stored; please try again."))
	fmt.Println(fault.KindOf(err))
	fmt.Println(fault.Message(err))
	// Output:
	// unavailable
	// The photo could not be stored; please try again.
}

type gone struct{}

func (gone) Error() string         { return "gone" }
func (gone) FaultKind() fault.Kind { return fault.NotFound }

func TestKindOf(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		err  error
		want fault.Kind
	}{
		{"nil", nil, fault.Internal},
		{"plain", errors.New("x"), fault.Internal},
		{"new", fault.New(fault.Conflict, "x"), fault.Conflict},
		{"wrapped", fmt.Errorf("a: %w", fault.New(fault.Forbidden, "x")), fault.Forbidden},
		{"outermost wins", fault.Wrap(fault.NotFound, fault.New(fault.Forbidden, "x"), ""), fault.NotFound},
		{"other package", fmt.Errorf("a: %w", gone{}), fault.NotFound},
		{"deadline", fmt.Errorf("a: %w", context.DeadlineExceeded), fault.Timeout},
		{"canceled", context.Canceled, fault.Canceled},
		{"joined", errors.Join(errors.New("x"), fault.New(fault.TooLarge, "y")), fault.TooLarge},
	}
	for _, tt := range tests {
		if got := fault.KindOf(tt.err); got != tt.want {
			t.Errorf("%s: KindOf = %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestMessageIsOnlyWhatWasMeantForUsers(t *testing.T) {
	t.Parallel()
	secret := errors.New("password is hunter2")
	tests := []struct {
		err  error
		want string
	}{
		{secret, ""},
		{fault.Wrap(fault.Invalid, secret, ""), ""},
		{fault.Wrap(fault.Invalid, secret, "Wrong."), "Wrong."},
		{fault.Wrap(fault.Invalid, fmt.Errorf("x: %w", fault.New(fault.NotFound, "No such post.")), ""), "No such post."},
		{nil, ""},
	}
	for _, tt := range tests {
		if got := fault.Message(tt.err); got != tt.want {
			t.Errorf("Message(%v) = %q, want %q", tt.err, got, tt.want)
		}
	}
	if fault.Wrap(fault.Invalid, nil, "x") != nil {
		t.Error("Wrap of nil is not nil")
	}
	if got := fault.Wrap(fault.Invalid, secret, "Wrong.").Error(); got != "Wrong: password is hunter2" {
		t.Errorf("operator text = %q", got)
	}
	if fault.Kind(200).String() != "kind 200" || fault.NotFound.String() != "not found" {
		t.Error("Kind.String")
	}
}
