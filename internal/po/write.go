package po

import (
	"strconv"
	"strings"
)

// lineWidth is how many bytes a line may have before a text is written in several.
const lineWidth = 78

// Append appends the file as gettext writes it: the entries in their order, those
// that are no longer used marked as such.
func (f *File) Append(b []byte) []byte {
	for i := range f.Entries {
		if i > 0 {
			b = append(b, '\n')
		}
		b = f.Entries[i].append(b)
	}
	if len(f.End) > 0 {
		b = appendComments(append(b, '\n'), "#", f.End)
	}
	return b
}

func (e *Entry) append(b []byte) []byte {
	b = appendComments(b, "#", e.Comments)
	b = appendComments(b, "#.", e.Extracted)
	b = appendComments(b, "#:", e.Places)
	if len(e.Flags) > 0 {
		b = appendComments(b, "#,", []string{strings.Join(e.Flags, ", ")})
	}
	mark, previous := "", "#|"
	if e.Obsolete {
		mark, previous = "#~ ", "#~|"
	}
	return e.appendTexts(appendComments(b, previous, e.Previous), mark)
}

// appendComments appends a line for each comment. A comment is UTF-8 without line breaks,
// which the name of a file may have: what follows them would be read as a message.
func appendComments(b []byte, mark string, comments []string) []byte {
	for _, text := range comments {
		b = append(b, mark...)
		if text != "" {
			text = strings.ToValidUTF8(strings.NewReplacer("\r", " ", "\n", " ").Replace(text), "\ufffd")
			b = append(append(b, ' '), text...)
		}
		b = append(b, '\n')
	}
	return b
}

// appendTexts appends the message and its translation.
func (e *Entry) appendTexts(b []byte, mark string) []byte {
	b = e.appendID(b, mark)
	if e.Plural == "" {
		text := ""
		if len(e.Text) > 0 {
			text = e.Text[0]
		}
		return appendText(b, mark, "msgstr", text)
	}
	for i, text := range e.Text {
		b = appendText(b, mark, "msgstr["+strconv.Itoa(i)+"]", text)
	}
	return b
}

// appendID appends the lines that say which message it is.
func (e *Entry) appendID(b []byte, mark string) []byte {
	if e.HasContext {
		b = appendText(b, mark, "msgctxt", e.Context)
	}
	b = appendText(b, mark, "msgid", e.ID)
	if e.Plural != "" {
		b = appendText(b, mark, "msgid_plural", e.Plural)
	}
	return b
}

// IDLines returns the lines that say which message an entry is: the Previous of one
// whose translation is guessed from it.
func (e *Entry) IDLines() []string { return lines(e.appendID(nil, "")) }

// Lines returns the lines of an entry, without comments.
func (e *Entry) Lines() []string { return lines(e.appendTexts(nil, "")) }

func lines(text []byte) []string { return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") }

// appendText appends a keyword with a text: in one line if that is short and has no
// line break but at its end, else each of its lines in one.
func appendText(b []byte, mark, keyword, text string) []byte {
	b = append(append(append(b, mark...), keyword...), ' ')
	whole := quote(text)
	if at := strings.IndexByte(text, '\n'); (at < 0 || at == len(text)-1) && len(keyword)+1+len(whole) <= lineWidth {
		return append(append(b, whole...), '\n')
	}
	b = append(b, "\"\"\n"...)
	for line := range strings.Lines(text) {
		for line != "" {
			part := wrapped(line)
			b = append(append(append(b, mark...), quote(part)...), '\n')
			line = line[len(part):]
		}
	}
	return b
}

// wrapped returns the beginning of a line that fits, up to a space.
func wrapped(line string) string {
	if len(line) <= lineWidth-2 {
		return line
	}
	if at := strings.LastIndexByte(line[:lineWidth-2], ' '); at > 0 {
		return line[:at+1]
	}
	if at := strings.IndexByte(line, ' '); at > 0 {
		return line[:at+1]
	}
	return line
}

// quote writes a text in double quotes.
func quote(text string) string {
	b := make([]byte, 0, len(text)+2)
	b = append(b, '"')
	for i := range len(text) {
		c := text[i]
		if at := strings.IndexByte(escaped, c); at >= 0 {
			b = append(b, '\\', escapes[at])
			continue
		}
		if c < ' ' || c == 0x7f {
			b = append(b, '\\', '0'+c>>6, '0'+c>>3&7, '0'+c&7)
			continue
		}
		b = append(b, c)
	}
	return string(append(b, '"'))
}
