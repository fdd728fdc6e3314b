package htmlcompile

import (
	"context"
	"errors"
	"fmt"
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
type step func(x *Execution, dot reflect.Value) error

// expr is a compiled operand, command or pipeline.
type expr func(x *Execution, dot reflect.Value) (reflect.Value, error)

// place is a node with the tree to which it belongs, for errors.
type place struct {
	node parse.Node
	tree *parse.Tree
}

// Execution is one rendering of a compiled page. It is used by one goroutine.
type Execution struct {
	Out    []byte
	Places []Place // of Out, in order
	Done   <-chan struct{}
	// lifetime: that of the rendering; functions that take a context get it
	Context context.Context

	at   *place          // the node that is being executed, for errors
	vars []reflect.Value // of the programs being run, $ first in each
	base int             // where those of the current one begin
	args []reflect.Value // of the predefined functions being called

	scratch [2][]byte
}

// MaxPooled is the largest page whose memory is kept for the next one.
const MaxPooled = 1 << 20

var (
	errBreak    = errors.New("break")
	errContinue = errors.New("continue")

	// ErrStopped marks the end of a rendering whose context is done.
	ErrStopped = errors.New("rendering stopped")
)

// Failure is what went wrong at a place of a compiled page.
type Failure struct {
	Node    parse.Node
	Tree    *parse.Tree // to which the node belongs
	Message string
	Cause   error // what a function or method returned
}

// Error returns the message.
func (f *Failure) Error() string { return f.Message }

// failure returns what went wrong at a place.
func (p *place) failure(message string, cause error) *Failure {
	return &Failure{Node: p.node, Tree: p.tree, Message: message, Cause: cause}
}

func (x *Execution) fail(format string, args ...any) error {
	return x.at.failure(fmt.Sprintf(format, args...), nil)
}

// failCall reports the error of a function or method.
func (x *Execution) failCall(at *place, name string, cause error) error {
	return at.failure(fmt.Sprintf("error calling %s: %v", name, cause), cause)
}

// tick is called wherever a template could go on for long: before each round
// of a range, and before each call of a template, a function or a method.
func (x *Execution) tick() error {
	select {
	case <-x.Done:
		return ErrStopped
	default:
		return nil
	}
}

// run executes a program with its data, in variables of its own.
func (x *Execution) run(p *program, dot reflect.Value) error {
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

func (x *Execution) steps(body []step, dot reflect.Value) error {
	for _, s := range body {
		if err := s(x, dot); err != nil {
			return err
		}
	}
	return nil
}

// Reset makes an Execution fit for another page.
func (x *Execution) Reset() {
	clear(x.vars[:cap(x.vars)])
	clear(x.args[:cap(x.args)])
	*x = Execution{Out: x.Out[:0], Places: x.Places[:0], vars: x.vars[:0], args: x.args[:0], scratch: x.scratch}
}
