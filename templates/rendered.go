package templates

import (
	"errors"
	"fmt"
	"maps"

	"github.com/volaweb/vola/internal/htmlcompile"
)

// page is a composed and compiled page, ready to be executed by many at once.
type page struct {
	name     string
	compiled *htmlcompile.Page
	sources  map[string]Source // the files it may name in errors

	parts     map[string]*page // that can be rendered alone
	partNames []string         // sorted
	title     *page            // the block "title", nil if there is none
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

// executeOnly renders parts of the page, after its title.
func (p *page) executeOnly(x *htmlcompile.Execution, data any, only []string) error {
	if p.title != nil {
		x.Out = append(x.Out, "<title>"...)
		if err := p.title.execute(x, data); err != nil {
			return err
		}
		x.Out = append(x.Out, "</title>\n"...)
	}
	for _, name := range only {
		part := p.parts[name]
		if part == nil {
			return fmt.Errorf("page %s has no part %q: a part is a block that is called with the data of the page and begins with an element of that id", p.name, name)
		}
		if err := part.execute(x, data); err != nil {
			return err
		}
		x.Out = append(x.Out, '\n')
	}
	return nil
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
