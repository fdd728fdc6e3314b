package templates

import (
	"bytes"
	"context"
	"errors"
	"html/template"
	"regexp"
	"slices"
	"time"

	"github.com/volaweb/vola/internal/htmlcompile"
)

// RenderStandard executes a page by html/template: the same composed and
// escaped trees, without the compiler. It is what compiled pages are compared
// with.
func (s *Set) RenderStandard(r Rendering, nonce string) (string, error) {
	p, err := s.page(r)
	if err != nil {
		return "", err
	}
	p.compiled.Standard().Funcs(map[string]any{htmlcompile.NonceFunction: func(_, kind int) template.HTMLAttr {
		if nonce == "" || htmlcompile.Kind(kind) == ImportMap {
			return ""
		}
		return template.HTMLAttr(` nonce="` + nonce + `"`)
	}})
	var out bytes.Buffer
	err = p.compiled.Standard().Execute(&out, r.data)
	if err == nil {
		return out.String(), nil
	}
	return out.String(), execError(p.name, p.sources, err)
}

// RenderCompiled executes a page by its program alone, and returns also what
// was written before an error.
func (s *Set) RenderCompiled(r Rendering, nonce string) (string, error) {
	x := s.execution(context.Background())
	defer s.release(x)
	err := s.executeCompiled(x, r)
	if nonce == "" {
		return string(x.Out), err
	}
	return string(AppendWithNonce(nil, x.Out, x.Places, nonce)), err
}

func (s *Set) executeCompiled(x *htmlcompile.Execution, r Rendering) error {
	p, err := s.page(r)
	if err != nil {
		return err
	}
	if p.compiled.Fallback != nil {
		return errors.New("page " + r.name + " is not compiled")
	}
	return p.execute(x, r.data)
}

// Functions returns the functions that templates have besides those of
// text/template.
func Functions(own map[string]any, now func() time.Time) (map[string]any, error) {
	texts, _ := textFunctions(nil, now)
	return allFunctions(own, texts)
}

// CompileError says why a page is executed by html/template and not by its
// program; nil when it has one.
func (s *Set) CompileError(name string) error {
	if p := (*s.pages.Load())[name]; p != nil && p.page != nil {
		return p.compiled.Fallback
	}
	return errors.New("page " + name + " is not in the set")
}

// Escapers returns the names of the escapers of html/template in a page, each once.
func (s *Set) Escapers(name string) []string {
	var names []string
	for _, t := range (*s.pages.Load())[name].compiled.Standard().Templates() {
		if t.Tree != nil && t.Tree.Root != nil {
			names = append(names, escaperName.FindAllString(t.Tree.Root.String(), -1)...)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

var escaperName = regexp.MustCompile(`_html_template_[a-z]+`)

// WithoutEscaper compiles the pages of a set again, as if an escaper did
// nothing.
func (s *Set) WithoutEscaper(without string) error {
	b := newBuilder(Chain(s.config.Loaders), s.functions)
	compiler := &htmlcompile.Compiler{Without: without}
	for name, listed := range *s.pages.Load() {
		c := b.compose(name)
		c.boundRecursion()
		escaped, err := c.htmlTrees().Escape()
		if err != nil {
			return err
		}
		if listed.compiled, err = compiler.Compile(escaped); err != nil {
			return err
		}
	}
	return nil
}

// TruncateWords is the template function truncatewords.
func TruncateWords(count int, text string) (string, error) { return truncateWords(count, text) }
