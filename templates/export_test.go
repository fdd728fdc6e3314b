package templates

import (
	"bytes"
	"errors"
	"text/template/parse"
)

// RenderStandard executes a page by html/template: the same composed and
// escaped trees, without the compiler. It is what compiled pages are compared
// with.
func (s *Set) RenderStandard(r Rendering) (string, error) {
	p, err := s.page(r)
	if err != nil {
		return "", err
	}
	var out bytes.Buffer
	err = p.entry.Execute(&out, r.data)
	if err == nil {
		return out.String(), nil
	}
	return out.String(), execError(p.name, p.sources, err)
}

// RenderCompiled executes a page by its program alone, and returns also what
// was written before an error.
func (s *Set) RenderCompiled(r Rendering) (string, error) {
	p, err := s.page(r)
	if err != nil {
		return "", err
	}
	if p.program == nil {
		return "", errors.New("page " + r.name + " is not compiled")
	}
	var x execution
	x.reset()
	err = p.execute(&x, r.data)
	return string(x.out), err
}

// Compiled reports whether a page is executed by its program.
func (s *Set) Compiled(name string) bool {
	p := (*s.pages.Load())[name]
	return p != nil && p.page != nil && p.program != nil
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
