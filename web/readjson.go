package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/internal/fieldrules"
	"github.com/volaweb/vola/internal/jsonfields"
)

// The bounds of what [ReadJSON] reads.
const (
	maxJSON      = 32 << 20 // bytes, where the site has no lower limit
	maxJSONDepth = 64       // of lists and objects in each other
	maxProblems  = 20       // that an error names
	maxPointer   = 200      // bytes of the path of a problem
)

// ReadJSON reads the body of a request, which must be one JSON value, as a T:
//
//	in, err := web.ReadJSON[newBook](r)
//
// It is strict, so that a mistake of the client is an error and not a value that
// is silently missing: names that T does not have are refused, and those that are
// there twice; names are compared with case; null is for pointers, maps, slices and
// interfaces only. A field with the tag form has its rules, as package forms has
// them: it must be there unless it is optional, a pointer or a bool, and size, min, max, email and url
// are checked; without that tag a field may be missing, and is then zero. A value of a type with a
// method Choices is one of them. If *T has a method Validate(context.Context) error, as models
// have, its error is one of the input.
//
// What is wrong with the input is an [InputError], which names up to 20 problems, each
// with its path. A body of another kind than application/json, or application/*+json, is 415, and
// one that is larger than the site or the route allows is 413.
func ReadJSON[T any](r *http.Request) (T, error) {
	var v T
	if err := new(JSONReader).Fill(r, &v); err != nil {
		var zero T
		return zero, err
	}
	return v, nil
}

// MergeJSON is [JSONReader.Merge] once.
func MergeJSON(r *http.Request, v any) error { return new(JSONReader).Merge(r, v) }

// JSONReader reads as [ReadJSON] does and keeps what it finds out about types, for the next
// request. The zero value is ready to use, by several goroutines.
type JSONReader struct {
	structs sync.Map // []jsonField by reflect.Type
}

// Fill reads into a value that has defaults: v is a pointer, and a field that the input does not
// name stays as it is. Lists, maps and what pointers lead to are new. After an error v is not for use.
func (j *JSONReader) Fill(r *http.Request, v any) error { return j.read(r, v, false) }

// Merge reads into a value that is there, such as a row to change: v is a
// pointer, and what the input does not name stays as it is, also in objects in it (RFC 7396).
// Lists are replaced as a whole. After an error v holds part of the input and is not for use.
func (j *JSONReader) Merge(r *http.Request, v any) error { return j.read(r, v, true) }

func (j *JSONReader) read(r *http.Request, v any, merge bool) error {
	at := reflect.ValueOf(v)
	if at.Kind() != reflect.Pointer || at.IsNil() {
		return fmt.Errorf("web: JSON is read into a pointer to a value, not into a %T", v)
	}
	text, err := jsonBody(r)
	if err != nil {
		return err
	}
	reading := jsonReading{text: text, merge: merge, reader: j}
	reading.read(at.Elem(), "")
	if problems := reading.problems; len(problems) > 0 {
		return &InputError{Problems: problems, Meaning: !reading.form}
	}
	return Validate(r.Context(), v)
}

// jsonField is a field of a struct with its rules.
type jsonField struct {
	jsonfields.Field
	rules fieldrules.Rules
}

// fieldsOf returns the fields of a struct.
func (j *JSONReader) fieldsOf(t reflect.Type) []jsonField {
	if known, ok := j.structs.Load(t); ok {
		return known.([]jsonField)
	}
	var out []jsonField
	for _, f := range jsonfields.Of(t) {
		out = append(out, jsonField{f, fieldrules.Of(f.StructField)})
	}
	j.structs.Store(t, out)
	return out
}

// Validate asks v whether it is valid, if it has a method Validate(context.Context) error, as [ReadJSON]
// asks what it has read: an error without a kind is about the input, as for models, and its status is 422.
func Validate(ctx context.Context, v any) error {
	own, ok := v.(interface{ Validate(context.Context) error })
	if !ok {
		return nil
	}
	err := own.Validate(ctx)
	var kinded fault.Kinded
	if err == nil || errors.As(err, &kinded) || ctx.Err() != nil {
		return err
	}
	return WithStatus(http.StatusUnprocessableEntity, fault.Wrap(fault.Invalid, err, "Some of the values that were sent cannot be used."))
}

// jsonBody reads a body and checks that it is one JSON value.
func jsonBody(r *http.Request) ([]byte, error) {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	charset := strings.ToLower(params["charset"])
	if err != nil || kind != "application/json" && (!strings.HasPrefix(kind, "application/") || !strings.HasSuffix(kind, "+json")) ||
		charset != "" && charset != "utf-8" || !slices.Contains([]string{"", "identity"}, strings.ToLower(r.Header.Get("Content-Encoding"))) {
		cause := errors.New("the body is " + shorten(r.Header.Get("Content-Type")) + " " + shorten(r.Header.Get("Content-Encoding")) + ", not JSON")
		return nil, WithStatus(http.StatusUnsupportedMediaType, fault.Wrap(fault.Unsupported, cause, "Send JSON in UTF-8, with the header Content-Type: application/json."))
	}
	body := r.Body
	if body == nil {
		body = http.NoBody
	}
	text, err := io.ReadAll(io.LimitReader(body, maxJSON+1))
	switch {
	case err != nil:
		return nil, err
	case len(text) > maxJSON:
		return nil, fault.New(fault.TooLarge, "The JSON that was sent is too large.")
	case len(text) == 0:
		return nil, wholeJSON(i18n.Mark("The request has no body; send JSON."))
	case !utf8.Valid(text):
		return nil, wholeJSON(i18n.Mark("The JSON that was sent is not UTF-8."))
	case jsonDepth(text) > maxJSONDepth:
		return nil, wholeJSON(i18n.Mark("The JSON that was sent has more than {most} lists and objects in each other."), "most", maxJSONDepth)
	}
	var all json.RawMessage
	if err := json.Unmarshal(text, &all); err != nil {
		if damaged, ok := errors.AsType[*json.SyntaxError](err); ok {
			return nil, wholeJSON(i18n.Mark("The JSON that was sent is damaged at byte {offset}."), "offset", damaged.Offset)
		}
		return nil, err
	}
	return text, nil
}

func wholeJSON(message string, values ...any) error {
	return &InputError{Problems: []InputProblem{{Message: message, Values: values}}}
}

// shorten keeps what a client sent from filling the log.
func shorten(text string) string { return text[:min(len(text), 60)] }

// jsonDepth returns how deep lists and objects are in each other.
func jsonDepth(text []byte) int {
	depth, most, quoted := 0, 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
			most = max(most, depth)
		case c == '}' || c == ']':
			depth--
		}
	}
	return most
}
