package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"

	"github.com/volaweb/vola/web"
)

// Nothing is the input or the output of a handler that has none.
type Nothing struct{}

// Operation describes a route: [web.RouteInfo] has it as its Description.
type Operation struct {
	Summary string // a line
	Help    string // more about it, as text
	Tag     string // groups operations; defaults to the namespace of the route's name
	Status  int    // of a success
	// Input and Output are structs, or other types for Output; those of [Nothing] have no fields.
	Input, Output reflect.Type
	// Unread leaves the body to the handler, which reads it by a [web.JSONReader].
	Unread bool
	// Partial says that the body has only what is to change.
	Partial bool
	// Names are what types without a name are called in the document, such as those made when the
	// program runs.
	Names map[reflect.Type]string
	// Hidden leaves the route out of the document.
	Hidden bool
}

// Option says something of an operation.
type Option func(*Operation)

// Summary is a line about what the operation does.
func Summary(line string) Option { return func(o *Operation) { o.Summary = line } }

// Help is more about the operation than its summary.
func Help(text string) Option { return func(o *Operation) { o.Help = text } }

// Tag puts the operation into a group of the document.
func Tag(name string) Option { return func(o *Operation) { o.Tag = name } }

// Answers sets the status of a success, such as 202.
func Answers(status int) Option { return func(o *Operation) { o.Status = status } }

// Hidden leaves the operation out of the document.
func Hidden() Option { return func(o *Operation) { o.Hidden = true } }

// Get registers h for GET and HEAD.
func Get[In, Out any](r *web.Router, pattern string, h func(context.Context, In) (Out, error), options ...Option) *web.Route {
	return Handle(r, http.MethodGet, pattern, h, options...)
}

// Post registers h for POST. Its success is 201 Created, unless [Answers] says otherwise.
func Post[In, Out any](r *web.Router, pattern string, h func(context.Context, In) (Out, error), options ...Option) *web.Route {
	return Handle(r, http.MethodPost, pattern, h, options...)
}

// Put registers h for PUT.
func Put[In, Out any](r *web.Router, pattern string, h func(context.Context, In) (Out, error), options ...Option) *web.Route {
	return Handle(r, http.MethodPut, pattern, h, options...)
}

// Patch registers h for PATCH.
func Patch[In, Out any](r *web.Router, pattern string, h func(context.Context, In) (Out, error), options ...Option) *web.Route {
	return Handle(r, http.MethodPatch, pattern, h, options...)
}

// Delete registers h for DELETE.
func Delete[In, Out any](r *web.Router, pattern string, h func(context.Context, In) (Out, error), options ...Option) *web.Route {
	return Handle(r, http.MethodDelete, pattern, h, options...)
}

// Handle registers h for a method. The route is declared with [web.Route.API]. An input that
// cannot be read is an error of Build.
func Handle[In, Out any](r *web.Router, method, pattern string, h func(context.Context, In) (Out, error), options ...Option) *web.Route {
	op := Operation{Input: reflect.TypeFor[In](), Output: reflect.TypeFor[Out]()}
	switch {
	case op.Output == reflect.TypeFor[Nothing]():
		op.Status = http.StatusNoContent
	case method == http.MethodPost:
		op.Status = http.StatusCreated
	}
	for _, option := range options {
		option(&op)
	}
	var serve func(w http.ResponseWriter, r *http.Request, in any) (any, error)
	if h != nil {
		serve = func(_ http.ResponseWriter, r *http.Request, in any) (any, error) { return h(r.Context(), *in.(*In)) }
	}
	return Untyped(r, method, pattern, op, serve).For(h)
}

// Untyped is [Handle] for types that are known only when the program runs: h is given a
// pointer to a new value of op.Input, and what it returns is sent with op.Status, which defaults to
// 200. It may set the header.
func Untyped(r *web.Router, method, pattern string, op Operation, h func(w http.ResponseWriter, r *http.Request, in any) (any, error)) *web.Route {
	if op.Status == 0 {
		op.Status = http.StatusOK
	}
	in, err := inputOf(op.Input, method)
	in.unread = op.Unread
	var handler web.HandlerFunc
	if h != nil {
		handler = func(w http.ResponseWriter, r *http.Request) error {
			value := reflect.New(op.Input)
			if err := in.read(r, value.Elem()); err != nil {
				return err
			}
			out, err := h(w, r, value.Interface())
			if err != nil {
				return err
			}
			if op.Status == http.StatusNoContent {
				w.WriteHeader(op.Status)
				return nil
			}
			return web.JSON(w, op.Status, out)
		}
	}
	route := r.Method(method, pattern, handler).API().Describe(op).For(h)
	if err == nil && (op.Status < 200 || op.Status > 299) {
		err = fmt.Errorf("the status of a success is %d; use 200 to 299", op.Status)
	}
	if err == nil && op.Output == nil {
		err = errors.New("the operation has no Output; api.Nothing is none")
	}
	if err == nil {
		err = in.checkPattern(pattern)
	}
	if err != nil {
		route.Invalid(fmt.Errorf("input %v: %w", op.Input, err))
	}
	return route
}
