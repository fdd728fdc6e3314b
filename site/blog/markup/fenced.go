package markup

import "strings"

// fenced tells, line by line, which lines are surely in a fenced block of code.
// Where it is in doubt it says no: a text that deceived it would escape the
// limits. So it knows only fences at the very left, which nothing contains, and
// none after what may be a fence or not, or may be an element with blank lines.
type fenced struct {
	mark   string // of the fence that is open
	html   bool   // in a block of HTML
	blank  bool   // the line before was blank
	unsure bool   // for good
}

// holds takes the next line and reports whether it is in code.
func (f *fenced) holds(line string) bool {
	if f.mark != "" {
		if text := strings.TrimLeft(line, " "); len(line)-len(text) < 4 && strings.HasPrefix(text, f.mark) && strings.Trim(strings.TrimSpace(text), f.mark[:1]) == "" {
			f.mark = ""
		}
		return true
	}
	if strings.TrimSpace(line) == "" {
		f.blank = true
		return false
	}
	if f.blank && !strings.HasPrefix(line, "    ") && !strings.HasPrefix(line, "\t") {
		f.html = false
	}
	f.blank = false
	f.element(strings.TrimLeft(line, " \t>"))
	text := strings.TrimLeft(line, " \t>-*+.)0123456789")
	mark := text[:len(text)-len(strings.TrimLeft(text, "`~"))]
	if len(mark) < 3 || mark[0] == '`' && strings.Contains(text[len(mark):], "`") {
		return false
	}
	if f.unsure = f.unsure || f.html || text != line || strings.Trim(mark, mark[:1]) != ""; f.unsure {
		return false
	}
	f.mark = mark
	return true
}

// element notes what begins with a line that begins with a tag.
func (f *fenced) element(text string) {
	if !strings.HasPrefix(text, "<") || strings.HasPrefix(text, placeholderStart) && strings.HasSuffix(strings.TrimSpace(text), "</pre>") {
		return
	}
	f.html = true
	for _, open := range [...]string{"<!", "<?", "<pre", "<script", "<style", "<textarea"} {
		if len(text) >= len(open) && strings.EqualFold(text[:len(open)], open) {
			f.unsure = true
		}
	}
}
