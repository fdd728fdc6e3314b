package templates

import (
	"errors"
	"fmt"
	"html/template"
	"strconv"
	"strings"
	texttemplate "text/template"
	"text/template/parse"
	"unicode"
	"unicode/utf8"

	"github.com/volaweb/vola/internal/htmlcompile"
	"github.com/volaweb/vola/internal/split"
)

// The packages of the standard library write the place of an error into the
// text of their errors only. What cannot be read there stays in the message.

// tidy takes the names that are ours or html/template's own out of a message.
func tidy(message string) string {
	// A template that is called inside an attribute, a script or a title has
	// this, and the name of the context, added to its own name.
	if before, after, ok := strings.Cut(message, htmlcompile.DerivedMark); ok {
		after = strings.TrimLeftFunc(after, func(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) })
		message = before + after
	}
	message = strings.NewReplacer(dataVariable, "$", "html/template: ", "", "template: ", "").Replace(message)
	return withoutEscapers(withoutNumbers(message))
}

// withoutEscapers takes out of a message the names of the functions by which
// html/template escapes.
func withoutEscapers(message string) string {
	for {
		before, after, ok := strings.Cut(message, htmlcompile.EscaperPrefix)
		if !ok {
			return message
		}
		after = strings.TrimLeft(after, "abcdefghijklmnopqrstuvwxyz")
		if start, ok := strings.CutSuffix(before, "error calling "); ok {
			message = start + "cannot be escaped for this place" + after
		} else if start, ok := strings.CutSuffix(before, "{{"); ok {
			message = start + strings.TrimPrefix(after, "}}: ")
		} else {
			message = strings.TrimSuffix(before, " | ") + after
		}
	}
}

// parseError reads "template: NAME:LINE: message".
func parseError(src Source, err error) *Error {
	e := &Error{Name: src.Name, Message: tidy(err.Error())}
	rest, ok := strings.CutPrefix(err.Error(), "template: "+src.Name+":")
	if !ok {
		return e
	}
	if line, message, ok := strings.Cut(rest, ": "); ok {
		if n, err := strconv.Atoi(line); err == nil {
			e.Line, e.Message = n, tidy(message)
		}
	}
	return e
}

// escapeError turns what html/template found wrong with a page into an Error.
func escapeError(page string, files map[string]Source, err error) *Error {
	var cause *template.Error
	if !errors.As(err, &cause) {
		return &Error{Name: page, Message: tidy(err.Error()), err: err}
	}
	node, message := cause.Node, plainContexts(tidy(cause.Description))
	if b, ok := node.(*parse.BranchNode); ok && b.Line == 0 {
		// The range that unpackFrame adds; only its function has a place.
		node, message = b.Pipe.Cmds[0].Args[0], "a template that calls itself must end in the context in which it begins"
	}
	if node != nil {
		location, _ := (*parse.Tree)(nil).ErrorContext(node)
		if name, line, col, ok := splitLocation(location); ok {
			return located(name, line, col, files, message)
		}
	}
	if e := locateText(files, cause.Description); e != nil {
		e.Message = message
		return e
	}
	return &Error{Name: page, Message: message}
}

// locateText finds the place of an error that names none but ends by quoting
// the text it is about. It returns nil where the text is not in exactly one
// place.
func locateText(files map[string]Source, description string) *Error {
	start := strings.Index(description, `: "`)
	if start < 0 {
		return nil
	}
	text, err := strconv.Unquote(description[start+2:])
	if err != nil || text == "" {
		return nil
	}
	var found *Error
	for _, src := range files {
		at := strings.Index(src.Text, text)
		if at < 0 {
			continue
		}
		if found != nil || strings.Contains(src.Text[at+1:], text) {
			return nil
		}
		found = errorAt(src, at, "").complete(src)
	}
	return found
}

// execError turns what went wrong while a page was rendered into an Error. It
// reads `template: NAME:LINE:COL: executing "TREE" at <ACTION>: message`.
func execError(page string, files map[string]Source, err error) *Error {
	var exec texttemplate.ExecError
	text := strings.TrimPrefix(err.Error(), "template: ")
	location, rest, ok := strings.Cut(text, ": executing ")
	if !errors.As(err, &exec) || !ok {
		return &Error{Name: page, Message: tidy(err.Error()), err: err}
	}
	message := execMessage(rest)
	var deep *depthError
	if errors.As(err, &deep) {
		message = deep.Error()
	}
	name, line, col, ok := splitLocation(location)
	if !ok {
		return &Error{Name: page, Message: message, err: err}
	}
	e := located(name, line, col, files, message)
	e.err = errors.Unwrap(exec.Err) // what a function or method returned, if anything
	return e
}

// reportOf turns what went wrong in a compiled page into an Error, with the text
// that html/template would have given it.
func reportOf(f *htmlcompile.Failure, files map[string]Source) *Error {
	location, action := f.Tree.ErrorContext(f.Node)
	message := tidy("{{" + action + "}}: " + f.Message)
	var deep *depthError
	if errors.As(f.Cause, &deep) {
		message = deep.Error()
	}
	name, line, col, ok := splitLocation(location)
	if !ok {
		return &Error{Name: location, Message: message, err: f.Cause}
	}
	e := located(name, line, col, files, message)
	e.err = f.Cause
	return e
}

// execMessage makes `{{.Title}}: message` of `"TREE" at <.Title>: message`.
func execMessage(text string) string {
	if quoted, err := strconv.QuotedPrefix(text); err == nil {
		text = strings.TrimPrefix(text[len(quoted):], " at ")
	}
	if action, message, ok := strings.Cut(text, ">: "); ok && action[0] == '<' {
		text = "{{" + action[1:] + "}}: " + message
	}
	return tidy(text)
}

// plainContexts replaces the states in which html/template writes contexts,
// "{stateAttr delimDoubleQuote ...}", by words.
func plainContexts(message string) string {
	for {
		before, rest, ok := strings.Cut(message, "{state")
		state, after, ok2 := strings.Cut(rest, "}")
		if !ok || !ok2 {
			return strings.Replace(message, "ends in a non-text context: ", "something is left open; the page ends inside ", 1)
		}
		message = before + contextWords(state) + after
	}
}

func contextWords(state string) string {
	is := func(prefix string) bool { return strings.HasPrefix(state, prefix) }
	switch {
	case is("Text"):
		return "text"
	case is("Tag"), is("AttrName"), is("AfterName"), is("BeforeValue"):
		return "a tag"
	case is("HTMLCmt"):
		return "a comment"
	case is("RCDATA"):
		return "a title or textarea"
	case strings.Contains(state, "delimDoubleQuote"), strings.Contains(state, "delimSingleQuote"), strings.Contains(state, "delimSpaceOrTagEnd"):
		return "an attribute"
	case is("JSDqStr"), is("JSSqStr"), is("JSTmplLit"):
		return "a string of a script"
	case is("JS"):
		return "a script"
	case is("CSS"):
		return "a style"
	}
	return "a " + strings.ToLower(strings.Fields(state + " ?")[0])
}

// located makes an error of a place as the standard library counts it: lines
// from 1, columns in bytes from 0.
func located(name string, line, col int, files map[string]Source, message string) *Error {
	e := &Error{Name: name, Line: line, Col: col + 1, Message: message}
	src, ok := files[name]
	if !ok {
		return e
	}
	number := 0
	for text := range strings.Lines(src.Text) {
		if number++; number == line {
			e.Col = 1 + utf8.RuneCountInString(text[:min(col, len(text))])
		}
	}
	return e.complete(src)
}

// splitLocation reads "NAME:LINE:COL" from its end, as a name may hold colons.
func splitLocation(location string) (name string, line, col int, ok bool) {
	rest, colText, ok := split.Last(location, ":")
	if !ok {
		return "", 0, 0, false
	}
	name, lineText, ok := split.Last(rest, ":")
	if !ok {
		return "", 0, 0, false
	}
	line, err := strconv.Atoi(lineText)
	col, err2 := strconv.Atoi(colText)
	return name, line, col, err == nil && err2 == nil
}

// panicError is a panic that left a template: in an iterator, say. Those of
// methods and functions come as ordinary errors with their place.
func panicError(page string, value any) *Error {
	err, _ := value.(error)
	return &Error{Name: page, Message: fmt.Sprintf("panic while the page was rendered: %v", value), err: err}
}
