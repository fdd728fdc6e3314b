package snippets

import (
	"fmt"
	"regexp"
	"strings"
)

var (
	beginGenerated = regexp.MustCompile(`^<!-- generated: ([\w-]+) -->\s*$`)
	endGenerated   = regexp.MustCompile(`^<!-- end generated -->\s*$`)
)

// Generated returns a document of Markdown with body as its part of that name:
// what is between these two lines, in place of what was there.
//
//	<!-- generated: settings -->
//	<!-- end generated -->
//
// It is for tables and help that a test makes from the program. The body is
// separated from both lines by an empty line. It is an error if the document
// has no such part, or several.
func Generated(text []byte, name, body string) ([]byte, error) {
	var out strings.Builder
	open, found := "", 0
	for line := range strings.Lines(string(text)) {
		if m := beginGenerated.FindStringSubmatch(line); m != nil {
			if open != "" {
				return nil, fmt.Errorf("the generated part %q begins inside of %q", m[1], open)
			}
			open = m[1]
			out.WriteString(line)
			if open == name {
				found++
				out.WriteString("\n" + strings.Trim(body, "\n") + "\n\n")
			}
			continue
		}
		if endGenerated.MatchString(line) {
			if open == "" {
				return nil, fmt.Errorf("%q ends a generated part that was not begun", strings.TrimSpace(line))
			}
			open = ""
		}
		if open == "" || open != name {
			out.WriteString(line)
		}
	}
	switch {
	case open != "":
		return nil, fmt.Errorf("the generated part %q has no end", open)
	case found == 0:
		return nil, fmt.Errorf("there is no line <!-- generated: %s -->", name)
	case found > 1:
		return nil, fmt.Errorf("there are %d lines <!-- generated: %s -->", found, name)
	}
	return []byte(out.String()), nil
}

// Table writes a table of Markdown. The first row is the heading.
func Table(rows [][]string) string {
	var out strings.Builder
	for i, row := range rows {
		for _, cell := range row {
			out.WriteString("| " + strings.ReplaceAll(cell, "|", `\|`) + " ")
		}
		out.WriteString("|\n")
		if i == 0 {
			out.WriteString(strings.Repeat("|---", len(row)) + "|\n")
		}
	}
	return out.String()
}
