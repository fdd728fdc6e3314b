package templates

import (
	"errors"
	"maps"

	"github.com/volaweb/vola/internal/htmlcompile"
)

// page is a composed and compiled page, ready to be executed by many at once.
type page struct {
	name     string
	compiled *htmlcompile.Page
	sources  map[string]Source // the files it may name in errors
}

// newPage has a page escaped and compiles it.
func (c *composition) newPage(name string, sources map[string]Source, compiler *htmlcompile.Compiler) (p *page, failure *Error) {
	defer func() {
		// html/template panics on a few trees it does not expect.
		if value := recover(); value != nil {
			p, failure = nil, panicError(name, value)
		}
	}()
	escaped, err := c.htmlTrees().Escape()
	if err != nil {
		return nil, escapeError(name, sources, err)
	}
	compiled, err := compiler.Compile(escaped)
	if err != nil {
		return nil, &Error{Name: name, Message: err.Error(), err: err}
	}
	return &page{name: name, compiled: compiled, sources: sources}, nil
}

// htmlTrees returns the trees of the page, which html/template has not escaped
// yet.
func (c *composition) htmlTrees() *htmlcompile.Trees {
	functions := maps.Clone(c.b.functions)
	maps.Copy(functions, map[string]any{"_enter": enter, "_once": once})
	return &htmlcompile.Trees{
		Entry: c.entry, Order: c.order, Trees: c.trees, Functions: functions, Contexts: c.b.contexts,
	}
}

// execute renders the page. Nothing it calls can make it panic.
func (p *page) execute(x *htmlcompile.Execution, data any) error {
	err := p.compiled.Execute(x, data)
	var failed *htmlcompile.Failure
	var panicked *htmlcompile.Panic
	switch {
	case err == nil, errors.Is(err, htmlcompile.ErrStopped):
		return err
	case errors.As(err, &panicked):
		return panicError(p.name, panicked.Value)
	case errors.As(err, &failed):
		return reportOf(failed, p.sources)
	}
	return execError(p.name, p.sources, err)
}
