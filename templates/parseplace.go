package templates

import (
	"sort"
	"strings"
	"text/template/parse"
)

// Go's parser reports the line of what it cannot read, and of an action that
// is never closed the end of the file. The column is found by reading the text
// again up to the end of each action.

// action is one action of a text: offsets of its first character after "{{",
// and after its "}}".
type action struct {
	start, end int
	word       string // its first word: if, end, .Title
}

// nextAction returns the first action that begins after an offset, comments
// left out. One that is not closed ends with the text, and closed is false.
func nextAction(text string, from int) (a action, closed, found bool) {
	for {
		at := strings.Index(text[from:], "{{")
		if at < 0 {
			return action{}, false, false
		}
		inside := strings.TrimPrefix(text[from+at+2:], "- ")
		inside = strings.TrimLeft(inside, " \t\r\n")
		start := len(text) - len(inside)
		if strings.HasPrefix(inside, "/*") {
			_, rest, ok := strings.Cut(inside, "*/")
			if !ok {
				return action{start: start, end: len(text)}, false, true
			}
			from = len(text) - len(rest)
			continue
		}
		word := inside[:max(0, len(inside)-len(strings.TrimLeft(inside, "abcdefghijklmnopqrstuvwxyz")))]
		end := closingBraces(text, start)
		if end < 0 {
			return action{start, len(text), word}, false, true
		}
		return action{start, end, word}, true, true
	}
}

// closingBraces returns the offset after the first "}}" that is not in
// quotes; -1 for none.
func closingBraces(text string, from int) int {
	for i := from; i < len(text); i++ {
		switch c := text[i]; {
		case c == '`':
			closing := strings.IndexByte(text[i+1:], '`')
			if closing < 0 {
				return -1
			}
			i += 1 + closing
		case c == '"', c == '\'':
			for i++; i < len(text) && text[i] != c && text[i] != '\n'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
		case strings.HasPrefix(text[i:], "}}"):
			return i + 2
		}
	}
	return -1
}

// scanActions returns the actions of a text in order, and those of them that
// want an {{end}} and have none. An {{end}} has the start of what it ends. The
// last one may end with the text, when it has no "}}".
func scanActions(text string) (actions, open []action) {
	for from := 0; ; {
		a, closed, found := nextAction(text, from)
		if !found {
			return actions, open
		}
		switch a.word {
		case "if", "range", "with", "block", "define":
			open = append(open, a)
		case "end":
			if len(open) > 0 {
				a.start, open = open[len(open)-1].start, open[:len(open)-1]
			}
		}
		if actions = append(actions, a); !closed {
			return actions, open
		}
		from = a.end
	}
}

// unexpectedEnd is what the parser says of an action that is never closed.
const unexpectedEnd = "unexpected EOF"

// placeParseError gives an error of the parser a column, and says of an action
// without its end which one that is.
func placeParseError(src Source, e *Error) *Error {
	actions, open := scanActions(src.Text)
	if e.Message == unexpectedEnd {
		if len(open) == 0 {
			return e
		}
		last := open[len(open)-1]
		return errorAt(src, last.start, "{{%s}} has no {{end}}", last.word)
	}
	// The parser stops at its first error, so all longer beginnings have it too.
	first := sort.Search(len(actions), func(i int) bool { return e.isIn(src, actions[i].end) })
	if first == len(actions) {
		return e
	}
	return errorAt(src, actions[first].start, "%s", e.Message)
}

// isIn reports whether the parser makes the same error of the beginning of the
// text.
func (e *Error) isIn(src Source, end int) bool {
	tree := parse.New(src.Name)
	tree.Mode = parse.SkipFuncCheck
	_, err := tree.Parse(src.Text[:end], "", "", make(map[string]*parse.Tree))
	if err == nil {
		return false
	}
	found := parseError(src, err)
	return found.Line == e.Line && found.Message == e.Message
}
