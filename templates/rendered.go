package templates

import (
	"errors"
	"fmt"
	"html/template"
	"reflect"
	"text/template/parse"
)

// page is a composed and escaped page, ready to be executed by many at once.
type page struct {
	name    string
	program *program           // nil when it cannot be compiled
	entry   *template.Template // the same page as html/template executes it
	sources map[string]Source  // the files it may name in errors
}

// newPage has a page escaped and compiles it.
func (c *composition) newPage(name string, sources map[string]Source, standard *standard) (p *page, failure *Error) {
	defer func() {
		// html/template panics on a few trees it does not expect.
		if value := recover(); value != nil {
			p, failure = nil, panicError(name, value)
		}
	}()
	set, err := c.escapeTrees()
	if err != nil {
		return nil, escapeError(name, sources, err)
	}
	p = &page{name: name, entry: set.Lookup(c.entry), sources: sources}
	p.program, err = compilePage(set, c, standard, escaperNamed)
	if err != nil && !errors.Is(err, errNotCompiled) {
		return nil, &Error{Name: name, Message: err.Error(), err: err}
	}
	return p, nil
}

// compilePage compiles the trees of an escaped page.
func compilePage(set *template.Template, c *composition, standard *standard, escaper func(string) escaper) (*program, error) {
	compiler := &compiler{
		lookup: func(name string) *parse.Tree {
			if t := set.Lookup(name); t != nil {
				return t.Tree
			}
			return nil
		},
		functions: c.b.functions, standard: standard, escaper: escaper, programs: make(map[string]*program),
	}
	p, err := compiler.compile(c.entry)
	if err != nil {
		return nil, err
	}
	return p, nil
}

// execute renders the page. Nothing it calls can make it panic.
func (p *page) execute(x *execution, data any) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = p.panicked(x, value)
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
	if err == nil && x.dest != nil {
		err = x.flush()
	}
	var failed *failure
	var unsent *writeError
	switch {
	case err == nil, errors.Is(err, errStopped), errors.As(err, &unsent):
		return err
	case errors.As(err, &failed):
		return failed.report(p.sources)
	}
	return execError(p.name, p.sources, err)
}

// panicked is a panic that left the page, as that of an iterator does; those
// of methods and functions come as errors. It is reported with the place that
// was executed last.
func (p *page) panicked(x *execution, value any) error {
	if x.at == nil {
		return panicError(p.name, value)
	}
	cause, _ := value.(error)
	f := &failure{at: *x.at, message: fmt.Sprintf("panic: %v", value), cause: cause}
	return f.report(p.sources)
}

// standardWriter takes what html/template writes.
type standardWriter struct{ x *execution }

func (w standardWriter) Write(text []byte) (int, error) {
	w.x.out = append(w.x.out, text...)
	return len(text), w.x.tick()
}
