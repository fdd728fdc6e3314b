package templates

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"text/template/parse"
)

// program is a compiled tree.
type program struct {
	name  string
	body  []step
	slots int // variables, without $
}

// step is a compiled action or piece of text.
type step func(x *execution, dot reflect.Value) error

// expr is a compiled operand, command or pipeline.
type expr func(x *execution, dot reflect.Value) (reflect.Value, error)

// place is a node with the tree to which it belongs, for errors.
type place struct {
	node parse.Node
	tree *parse.Tree
}

// execution is one rendering of a compiled page. It is used by one goroutine.
type execution struct {
	out  []byte
	dest io.Writer // takes the page in pieces; nil when it is wanted whole
	size int       // of a piece
	sent bool      // something has been written to dest
	done <-chan struct{}

	at   *place          // the node that is being executed, for errors
	vars []reflect.Value // of the programs being run, $ first in each
	base int             // where those of the current one begin
	args []reflect.Value // of the predefined functions being called

	nonce   string
	scratch [2][]byte
}

// maxPooled is the largest page whose memory is kept for the next one.
const maxPooled = 1 << 20

var (
	errBreak    = errors.New("break")
	errContinue = errors.New("continue")

	// errStopped marks the end of a rendering whose context is done.
	errStopped = errors.New("rendering stopped")
)

// writeError is a failure to send the page.
type writeError struct{ err error }

func (e *writeError) Error() string { return e.err.Error() }
func (e *writeError) Unwrap() error { return e.err }

// failure is what went wrong at a place.
type failure struct {
	at      place
	message string
	cause   error // what a function or method returned
}

func (f *failure) Error() string { return f.message }

func (x *execution) fail(format string, args ...any) error {
	return &failure{at: *x.at, message: fmt.Sprintf(format, args...)}
}

// failCall reports the error of a function or method.
func (x *execution) failCall(at *place, name string, cause error) error {
	return &failure{at: *at, message: fmt.Sprintf("error calling %s: %v", name, cause), cause: cause}
}

// tick is called wherever a template could go on for long: before each round
// of a range, and before each call of a template, a function or a method.
func (x *execution) tick() error {
	select {
	case <-x.done:
		return errStopped
	default:
	}
	return x.send()
}

// send writes out what there is when it is enough for a piece.
func (x *execution) send() error {
	if x.dest == nil || len(x.out) < x.size {
		return nil
	}
	return x.flush()
}

// flush writes out what there is.
func (x *execution) flush() error {
	if len(x.out) == 0 {
		return nil
	}
	x.sent = true
	n, err := x.dest.Write(x.out)
	if err == nil && n < len(x.out) {
		err = io.ErrShortWrite
	}
	if err != nil {
		return &writeError{err}
	}
	x.out = x.out[:0]
	if f, ok := x.dest.(interface{ Flush() }); ok {
		f.Flush()
	}
	return nil
}

// run executes a program with its data, in variables of its own.
func (x *execution) run(p *program, dot reflect.Value) error {
	if err := x.tick(); err != nil {
		return err
	}
	base, length := x.base, len(x.vars)
	x.base = length
	x.vars = append(x.vars, dot)
	for range p.slots {
		x.vars = append(x.vars, reflect.Value{})
	}
	err := x.steps(p.body, dot)
	clear(x.vars[length:])
	x.base, x.vars = base, x.vars[:length]
	return err
}

func (x *execution) steps(body []step, dot reflect.Value) error {
	for _, s := range body {
		if err := s(x, dot); err != nil {
			return err
		}
	}
	return nil
}

// reset makes an execution fit for another page.
func (x *execution) reset() {
	clear(x.vars[:cap(x.vars)])
	clear(x.args[:cap(x.args)])
	*x = execution{out: x.out[:0], vars: x.vars[:0], args: x.args[:0], scratch: x.scratch}
}

// stopped says why a rendering did not go on.
func stopped(ctx context.Context, page string) error {
	return fmt.Errorf("render %s: %w", page, context.Cause(ctx))
}
