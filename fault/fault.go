// Package fault sorts errors into the few kinds that a program treats
// differently: a row that is not there, input that is wrong, a caller who may
// not. A kind says what happened, not what to do: package web turns kinds into
// HTTP statuses in one table, commands turn them into exit statuses.
//
// An error may also carry a message for the person who uses the program, apart
// from the text for the person who runs it. Only that message is ever shown to
// a visitor; the rest goes to the log.
package fault

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/volaweb/vola/internal/placeholder"
)

// Kind says what sort of failure an error is. The zero value is Internal.
type Kind uint8

// The kinds. Every error that names none is Internal.
const (
	Internal         Kind = iota // a mistake of ours: a bug, a broken disk
	Invalid                      // the input is not acceptable as it stands
	Unauthenticated              // who is asking must be known first
	Forbidden                    // the asker may not do this
	NotFound                     // the thing named does not exist, or may not be known to exist
	MethodNotAllowed             // the thing exists but this cannot be done to it
	Conflict                     // the thing changed meanwhile, or exists already
	TooLarge                     // the input is larger than the limit
	RateLimited                  // too many attempts in too short a time
	Unavailable                  // a service that is needed does not answer; later it may
	Timeout                      // the work was not finished in time
	Canceled                     // whoever asked went away
	Unsupported                  // asked for in a form that is not offered
)

var kindNames = [...]string{
	Internal: "internal", Invalid: "invalid", Unauthenticated: "unauthenticated",
	Forbidden: "forbidden", NotFound: "not found", MethodNotAllowed: "method not allowed",
	Conflict: "conflict", TooLarge: "too large", RateLimited: "rate limited",
	Unavailable: "unavailable", Timeout: "timeout", Canceled: "canceled",
	Unsupported: "unsupported",
}

// String returns the kind in lower-case words, such as "not found".
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// Kinded is implemented by errors of other packages that know their kind.
type Kinded interface {
	FaultKind() Kind
}

// Error is an error with a kind and, optionally, a message for the user.
// It is made by [New] and [Wrap].
type Error struct {
	kind    Kind
	message string
	values  []any // names and values in turn
	cause   error
}

// New returns an error of the given kind whose text is also its message for
// the user, so write a sentence that a visitor may read. Values are filled in
// as in the texts of package i18n, so that the message can be translated:
//
//	fault.New(fault.NotFound, "There is no page {n}.", "n", 7)
func New(kind Kind, message string, values ...any) error {
	return &Error{kind: kind, message: message, values: values}
}

// Newf is [New] with a format as in [fmt.Sprintf], for errors that only the
// operator meets: its message cannot be translated.
func Newf(kind Kind, format string, args ...any) error {
	return &Error{kind: kind, message: fmt.Sprintf(format, args...)}
}

// Wrap gives cause a kind and a message for the user; an empty message shows
// the user nothing but the kind. Wrap(kind, nil, message) is nil. Values are as
// for [New].
func Wrap(kind Kind, cause error, message string, values ...any) error {
	if cause == nil {
		return nil
	}
	return &Error{kind: kind, message: message, values: values, cause: cause}
}

// Error returns the text for the operator: the cause where there is one.
func (e *Error) Error() string {
	switch {
	case e.cause == nil:
		return fill(e.message, e.values...)
	case e.message == "":
		return e.cause.Error()
	}
	return strings.TrimSuffix(fill(e.message, e.values...), ".") + ": " + e.cause.Error() // a sentence for the visitor ends there
}

// Unwrap returns the cause, which may be nil.
func (e *Error) Unwrap() error { return e.cause }

// FaultKind returns the kind given to [New] or [Wrap].
func (e *Error) FaultKind() Kind { return e.kind }

// KindOf returns the kind of the outermost error in err's tree that knows
// one. Context errors are Timeout and Canceled; everything else, nil included,
// is Internal.
func KindOf(err error) Kind {
	var k Kinded
	switch {
	case errors.As(err, &k):
		return k.FaultKind()
	case errors.Is(err, context.DeadlineExceeded):
		return Timeout
	case errors.Is(err, context.Canceled):
		return Canceled
	}
	return Internal
}

// fill returns a message with its values as it was written.
func fill(message string, values ...any) string { return placeholder.Fill(message, "", values, nil) }

// Message returns what the user may be told of err: the message of the
// outermost [Error] in its tree that has one, or "".
func Message(err error) string { return MessageIn(err, fill) }

// MessageIn is [Message] in another language: translate returns a message with
// its values as the method T of [i18n.Language] does.
//
// [i18n.Language]: https://pkg.go.dev/github.com/volaweb/vola/i18n#Language
func MessageIn(err error, translate func(message string, values ...any) string) string {
	for err != nil {
		var e *Error
		if !errors.As(err, &e) {
			return ""
		}
		if e.message != "" {
			return translate(e.message, e.values...)
		}
		err = e.cause
	}
	return ""
}
