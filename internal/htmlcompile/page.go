// Package htmlcompile compiles the trees of a page that html/template has
// escaped. What a compiled page writes, and which errors it reports where, is
// what html/template would have written and reported; it takes about a
// sixteenth of the time.
//
//	escaped, err := trees.Escape()
//	page, err := compiler.Compile(escaped)
//	err = page.Execute(x, data)
//
// A page with something that the compiler does not know is executed by
// html/template. The package leans on names and texts that html/template does
// not document: they are in private.go.
package htmlcompile

import (
	"errors"
	"fmt"
	"html/template"
	"reflect"
	"text/template/parse"

	"github.com/volaweb/vola/internal/parsetree"
)

// Compiler compiles pages. The zero value is ready; it may be used by several
// goroutines and must not be copied.
type Compiler struct {
	// Without is the name of an escaper that does nothing, for tests that
	// check whether the loss of it is noticed. Defaults to "".
	Without string
	// Constant names functions whose result depends on their arguments alone as
	// long as the page lives: called with constants, they are called once.
	Constant map[string]bool
	standard standard
}

// Page is a page that is ready to be executed, by many at once.
type Page struct {
	program *program           // nil if it cannot be compiled
	entry   *template.Template // the same page as html/template executes it
	// Fallback says why html/template executes the page; it is nil if it is
	// compiled.
	Fallback error
}

// Compile compiles an escaped page.
func (c *Compiler) Compile(e *Escaped) (*Page, error) {
	compiler := &compiler{
		lookup: func(name string) *parse.Tree {
			if t := e.set.Lookup(name); t != nil {
				return t.Tree
			}
			return nil
		},
		functions: e.trees.Functions, constant: c.Constant, standard: &c.standard, escaper: c.escaper, programs: make(map[string]*program),
	}
	p := &Page{entry: e.set.Lookup(e.trees.Entry)}
	program, err := compiler.compile(e.trees.Entry)
	switch {
	case errors.Is(err, errNotCompiled):
		if name := e.inContext(); name != "" {
			return nil, fmt.Errorf("%w, so html/template would execute the page, which does not give %s the context that it takes", err, name)
		}
		p.Fallback = err
	case err != nil:
		return nil, err
	default:
		p.program = program
	}
	return p, nil
}

// inContext returns the name of a function that takes a context and that the page
// calls, "" for none.
func (e *Escaped) inContext() (name string) {
	for _, tree := range reached(e.set, e.trees.Entry) {
		parsetree.Inspect(e.set.Lookup(tree).Tree.Root, func(n parse.Node) bool {
			if ident, ok := n.(*parse.IdentifierNode); ok {
				if fn := e.trees.Functions[ident.Ident]; fn != nil && TakesContext(reflect.TypeOf(fn)) {
					name = ident.Ident
				}
			}
			return name == ""
		})
	}
	return name
}

// escaper returns the escaper that html/template calls by a name.
func (c *Compiler) escaper(name string) escaper {
	e := escaperNamed(name)
	if c.Without != "" && name == c.Without {
		e.escape = func(dst, text []byte, _ content) []byte { return append(dst, text...) }
		e.verbatim, e.delegated = func(byte) bool { return true }, noContent
		e.name = ""
	}
	return e
}

// Standard returns the page as html/template executes it.
func (p *Page) Standard() *template.Template { return p.entry }

// Execute renders the page into x. What it calls cannot make it panic. The error
// is a [*Failure] with its place, [ErrStopped], a [*Panic], or one of
// html/template.
func (p *Page) Execute(x *Execution, data any) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = panicked(x, value)
		}
	}()
	if p.program == nil {
		err = p.entry.Execute(standardWriter{x}, data)
	} else {
		dot, ok := data.(reflect.Value)
		if !ok {
			dot = reflect.ValueOf(data)
		}
		err = x.run(p.program, dot)
	}
	return err
}

// Panic is a panic at a place that is not known.
type Panic struct{ Value any }

// Error returns the value of the panic as text.
func (p *Panic) Error() string { return fmt.Sprintf("panic: %v", p.Value) }

// panicked is a panic that left the page, as that of an iterator does; those
// of methods and functions come as errors. It is reported with the place that
// was executed last.
func panicked(x *Execution, value any) error {
	if x.at == nil {
		return &Panic{value}
	}
	cause, _ := value.(error)
	return x.at.failure(fmt.Sprintf("panic: %v", value), cause)
}

// standardWriter takes what html/template writes.
type standardWriter struct{ x *Execution }

func (w standardWriter) Write(text []byte) (int, error) {
	w.x.Out = append(w.x.Out, text...)
	return len(text), w.x.tick()
}
