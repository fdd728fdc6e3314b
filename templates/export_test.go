package templates

import (
	"bytes"
	"context"
	"errors"
	"html/template"
	"io"
	"text/template/parse"
	"time"
)

// RenderStandard executes a page by html/template: the same composed and
// escaped trees, without the compiler. It is what compiled pages are compared
// with.
func (s *Set) RenderStandard(r Rendering, nonce string) (string, error) {
	p, err := s.page(r)
	if err != nil {
		return "", err
	}
	p.entry.Funcs(map[string]any{nonceFunction: func(int) template.HTMLAttr {
		if nonce == "" {
			return ""
		}
		return template.HTMLAttr(` nonce="` + nonce + `"`)
	}})
	var out bytes.Buffer
	err = p.entry.Execute(&out, r.data)
	if err == nil {
		return out.String(), nil
	}
	return out.String(), execError(p.name, p.sources, err)
}

// RenderCompiled executes a page by its program alone, and returns also what
// was written before an error.
func (s *Set) RenderCompiled(r Rendering, nonce string) (string, error) {
	x := s.execution(WithNonce(context.Background(), nonce))
	defer s.release(x)
	err := s.executeCompiled(x, r)
	return string(x.out), err
}

// StreamCompiled is Stream in pieces of a size, of a page that is compiled.
func (s *Set) StreamCompiled(w io.Writer, r Rendering, nonce string, size int) error {
	x := s.execution(WithNonce(context.Background(), nonce))
	defer s.release(x)
	x.dest, x.size = w, size
	return s.executeCompiled(x, r)
}

func (s *Set) executeCompiled(x *execution, r Rendering) error {
	p, err := s.page(r)
	if err != nil {
		return err
	}
	if p.program == nil {
		return errors.New("page " + r.name + " is not compiled")
	}
	return p.execute(x, r.data)
}

// Functions returns the functions that templates have besides those of
// text/template.
func Functions(own map[string]any, now func() time.Time) (map[string]any, error) {
	return allFunctions(own, now)
}

// CompileError says why a page is executed by html/template and not by its
// program; nil when it has one.
func (s *Set) CompileError(name string) error {
	if p := (*s.pages.Load())[name]; p != nil && p.page != nil && p.program != nil {
		return nil
	}
	c := newBuilder(Chain(s.config.Loaders), s.functions).compose(name)
	c.boundRecursion()
	set, err := c.escapeTrees()
	if err != nil {
		return err
	}
	if _, err = compilePage(set, c, &s.standard, escaperNamed); err == nil {
		err = errors.New("page " + name + " is not in the set")
	}
	return err
}

// WithoutEscaper compiles the pages of a set again, as if an escaper did
// nothing.
func (s *Set) WithoutEscaper(without string) error {
	b := newBuilder(Chain(s.config.Loaders), s.functions)
	for name, listed := range *s.pages.Load() {
		c := b.compose(name)
		c.boundRecursion()
		set, err := c.escapeTrees()
		if err != nil {
			return err
		}
		listed.program, err = compilePage(set, c, &s.standard, func(name string) escaper {
			e := escaperNamed(name)
			if name == without {
				e.escape = func(dst, text []byte, _ content) []byte { return append(dst, text...) }
				e.verbatim, e.delegated = func(byte) bool { return true }, noContent
				e.name = ""
			}
			return e
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// CompileUnescaped compiles a tree that html/template has not escaped, as the
// original of one that is called in a title is not.
func CompileUnescaped(text string) error {
	trees, err := parse.Parse("page", text, "", "", builtins(nil), map[string]any{"html": 0, "print": 0})
	if err != nil {
		return err
	}
	c := &compiler{
		lookup:   func(name string) *parse.Tree { return trees[name] },
		standard: new(standard), escaper: escaperNamed, programs: make(map[string]*program),
	}
	_, err = c.compile("page")
	return err
}
