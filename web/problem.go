package web

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/i18n"
)

// InputProblem is one thing that is wrong with what a program sent.
type InputProblem struct {
	// Pointer says where, as RFC 6901 has it, such as "/items/3/price"; "" is the
	// whole. Of one that a client made longer than 200 bytes it is the beginning and "...". A parameter of the address has its name here, and Parameter set.
	Pointer   string
	Parameter bool
	// Message is a sentence with values in braces, as for [fault.New].
	Message string
	Values  []any // names and values in turn
}

// InputError is an error of kind [fault.Invalid] that says all that is wrong with
// what a program sent. Where JSON is asked for, the answer lists it.
type InputError struct {
	Problems []InputProblem
	// Meaning says that the form of what was sent is right, but not its values:
	// then the status is 422, otherwise 400.
	Meaning bool
}

// Error returns all problems, for the operator.
func (e *InputError) Error() string {
	var list []string
	for _, p := range e.Problems {
		text := fault.New(fault.Invalid, p.Message, p.Values...).Error()
		list = append(list, fmt.Sprintf("%q: %s", p.Pointer, text))
	}
	return "the input is not acceptable: " + strings.Join(list, "; ")
}

// Unwrap returns an error with what the visitor is told, and with the status.
func (e *InputError) Unwrap() error {
	if e.Meaning {
		return WithStatus(http.StatusUnprocessableEntity, fault.New(fault.Invalid, "Some of the values that were sent cannot be used."))
	}
	for _, p := range e.Problems {
		if p.Pointer == "" || strings.Contains(p.Message, "{path}") || strings.Contains(p.Message, "{name}") {
			return fault.New(fault.Invalid, p.Message, p.Values...)
		}
	}
	return fault.New(fault.Invalid, "Some of the values that were sent cannot be used.")
}

// Problem is the answer to a program whose request failed: the members of RFC 9457,
// and some more. It is sent as "application/problem+json".
type Problem struct {
	Type   string `json:"type"`             // "about:blank": what Status says
	Title  string `json:"title"`            // of the status, in the language of the request
	Status int    `json:"status"`           // that of the answer
	Detail string `json:"detail,omitempty"` // what the visitor may know of the cause
	// Instance tells this failure from others: "urn:request:" and the id of the request.
	Instance string         `json:"instance,omitempty"`
	Errors   []ProblemError `json:"errors,omitempty"`
	// RequestID is to be told to the operator.
	RequestID string `json:"request_id,omitempty"`
	// Error and Message are Title in English and Detail, for programs that were
	// written before there was a Problem.
	Error   string `json:"error"`
	Message string `json:"message"`
}

// ProblemError is one thing that is wrong with what a program sent.
type ProblemError struct {
	Pointer   string `json:"pointer"`             // in the JSON that was sent, as RFC 6901 has it
	Parameter string `json:"parameter,omitempty"` // of the address, in place of the pointer
	Message   string `json:"message"`
}

// ProblemOf returns what a program may be told of err, in the language of a context. The id
// of the request is "" if there is none.
func ProblemOf(ctx context.Context, err error, requestID string) Problem {
	status := Status(err)
	p := Problem{
		Type: "about:blank", Title: Title(ctx, status), Status: status, Detail: Message(ctx, err), RequestID: requestID,
		Error: cmp.Or(http.StatusText(status), "Error"),
	}
	p.Message = p.Detail
	if requestID != "" {
		p.Instance = "urn:request:" + requestID
	}
	if input, ok := errors.AsType[*InputError](err); ok {
		l := i18n.From(ctx)
		for _, one := range input.Problems {
			e := ProblemError{Pointer: one.Pointer, Message: l.T(one.Message, one.Values...)}
			if one.Parameter {
				e.Pointer, e.Parameter = "", one.Pointer
			}
			p.Errors = append(p.Errors, e)
		}
	}
	return p
}

// WriteProblem answers with what a program may be told of err. It is what an
// [ErrorHandler] does where [WantsJSON] says so.
func WriteProblem(w http.ResponseWriter, r *http.Request, err error, requestID string) {
	p := ProblemOf(r.Context(), err, requestID)
	text, jsonErr := json.Marshal(p)
	if jsonErr != nil { // strings and numbers: there is nothing that cannot be encoded
		w.WriteHeader(p.Status)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(p.Status)
	_, _ = w.Write(append(text, '\n')) // the client went away: nobody to tell
}
