package templates

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Error is one error in a template, found when it was parsed, joined with
// others, escaped or executed.
type Error struct {
	Name    string       // the template file, "blog/post.html"
	Origin  string       // where the file was found; empty when it was not
	Line    int          // from 1; 0 when the error has no one place
	Col     int          // in characters, from 1; 0 when only the line is known
	Message string       // what is wrong and, where that is known, what to do
	Excerpt []SourceLine // the line and its neighbours; empty when Line is 0

	err error
}

// SourceLine is a line of a template.
type SourceLine struct {
	Number int // from 1
	Text   string
}

// excerptMargin is how many lines an excerpt has before and after the line.
const excerptMargin = 3

// Error returns "blog/post.html:12:8: message", without line and column where
// they are not known.
func (e *Error) Error() string {
	switch {
	case e.Line == 0:
		return fmt.Sprintf("%s: %s", e.Name, e.Message)
	case e.Col == 0:
		return fmt.Sprintf("%s:%d: %s", e.Name, e.Line, e.Message)
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.Name, e.Line, e.Col, e.Message)
}

// Unwrap returns the cause, such as the error a function or method returned;
// nil for errors in the template itself.
func (e *Error) Unwrap() error { return e.err }

// ErrorList is every error found in a set of templates, by file, line and
// column. It is what [New] and [Set.Reload] return.
type ErrorList []*Error

// Error returns one line for each error.
func (l ErrorList) Error() string {
	lines := make([]string, len(l))
	for i, e := range l {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the errors, for [errors.Is] and [errors.As].
func (l ErrorList) Unwrap() []error {
	errs := make([]error, len(l))
	for i, e := range l {
		errs[i] = e
	}
	return errs
}

// sorted returns the list in the order of files and lines, each error once:
// an error in a base template is found again by every page that extends it.
func (l ErrorList) sorted() ErrorList {
	slices.SortStableFunc(l, func(a, b *Error) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), a.Line-b.Line, a.Col-b.Col, strings.Compare(a.Message, b.Message))
	})
	return slices.CompactFunc(l, func(a, b *Error) bool { return a.Error() == b.Error() })
}

// errorAt makes an error for a byte offset of a source.
func errorAt(src Source, offset int, format string, args ...any) *Error {
	before := src.Text[:min(max(offset, 0), len(src.Text))]
	start := strings.LastIndexByte(before, '\n') + 1
	return &Error{
		Name: src.Name, Origin: src.Origin,
		Line:    1 + strings.Count(before, "\n"),
		Col:     1 + utf8.RuneCountInString(before[start:]),
		Message: fmt.Sprintf(format, args...),
	}
}

// complete fills in what the source of an error tells: the origin, the lines
// around it.
func (e *Error) complete(src Source) *Error {
	e.Origin = src.Origin
	if e.Line == 0 || e.Excerpt != nil {
		return e
	}
	number := 0
	for line := range strings.Lines(src.Text) {
		number++
		if number > e.Line+excerptMargin {
			break
		}
		if number >= e.Line-excerptMargin {
			e.Excerpt = append(e.Excerpt, SourceLine{number, strings.TrimRight(line, "\r\n")})
		}
	}
	return e
}
