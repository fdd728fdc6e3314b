package templates

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"unicode"
)

// Source is the text of one template file.
type Source struct {
	Name   string // as it was asked for, such as "blog/post.html"
	Text   string // in UTF-8, at most 1 MiB
	Origin string // where it was found, for people: "templates/blog/post.html on disk"
}

// A Loader finds template files by name. Load returns an error that wraps
// [fs.ErrNotExist] when it has no such file, and the next loader is asked; any
// other error ends the search, so that a failing disk never shows another
// loader's file instead. The text of the error should say where it looked:
// it becomes part of the report on a template that nobody has.
//
// Names are paths with forward slashes. The loaders of this package refuse
// names that are absolute or hold "..", a backslash or a control character;
// one of your own decides for itself. Load is called by New and Reload only,
// never while a page is rendered, and by one goroutine at a time.
type Loader interface {
	Load(name string) (Source, error)
}

// LoaderFunc is a function that is a [Loader].
type LoaderFunc func(name string) (Source, error)

// Load calls f.
func (f LoaderFunc) Load(name string) (Source, error) { return f(name) }

// Chain is a [Loader] that asks its loaders in order; the first that has the
// file wins. The zero value has no files.
type Chain []Loader

// Load returns the file of the first loader that has it. When none has, the
// error wraps [fs.ErrNotExist] and lists every place that was tried.
func (c Chain) Load(name string) (Source, error) {
	src, _, err := loadFrom(c.flat(), 0, name)
	return src, err
}

// loadFrom returns the file of the first loader that has it, beginning with
// the one at an index, and the index of the loader after it.
func loadFrom(loaders []Loader, first int, name string) (src Source, next int, err error) {
	tried := make([]string, 0, len(loaders))
	for i, loader := range loaders[first:] {
		src, err := loader.Load(name)
		switch {
		case err == nil:
			return src, first + i + 1, nil
		case !errors.Is(err, fs.ErrNotExist):
			return Source{}, 0, fmt.Errorf("load template %q: %w", name, err)
		}
		tried = append(tried, triedPlace(loader, err))
	}
	switch {
	case len(loaders) == 0:
		return Source{}, 0, notFound(fmt.Sprintf("template %q: there are no loaders", name))
	case len(tried) == 0:
		return Source{}, 0, notFound(fmt.Sprintf("template %q extends itself, and there is no loader after its own to have another one", name))
	}
	return Source{}, 0, notFound(fmt.Sprintf("template %q not found; tried %s", name, strings.Join(tried, ", ")))
}

// triedPlace describes where a loader looked in vain.
func triedPlace(loader Loader, err error) string {
	if err == fs.ErrNotExist { // the bare sentinel says nothing of the place
		return fmt.Sprintf("loader %T", loader)
	}
	return strings.TrimSuffix(err.Error(), ": "+fs.ErrNotExist.Error())
}

// notFound is an error that says no more than its text and is [fs.ErrNotExist].
type notFound string

func (e notFound) Error() string        { return string(e) }
func (e notFound) Is(target error) bool { return target == fs.ErrNotExist }

// checkName returns why a name cannot be one of a stock loader's files, or
// nil. What is refused is reported as not found: another loader of the chain
// may well know such names.
func checkName(name string) error {
	switch {
	case !fs.ValidPath(name) || name == ".":
		return notFound(fmt.Sprintf("nowhere (%q is not a path below the root)", name))
	case strings.ContainsFunc(name, func(r rune) bool { return r == '\\' || unicode.IsControl(r) }):
		return notFound(fmt.Sprintf("nowhere (%q holds a character that no template name has)", name))
	}
	return nil
}
