package snippets

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Comments that begin and end a part of a file.
var (
	beginMark = regexp.MustCompile(`^\s*(?://|#|--|/\*|<!--|\{\{/\*)\s*snippet: ([\w-]+)\s*(?:\*/\}\}|\*/|-->)?\s*$`)
	endMark   = regexp.MustCompile(`^\s*(?://|#|--|/\*|<!--|\{\{/\*)\s*end snippet(?:: ([\w-]+))?\s*(?:\*/\}\}|\*/|-->)?\s*$`)
)

// Part returns a part of a file by its name, or the whole file for "", without
// the comments that mark parts and without the indentation that all lines have
// in common. "end snippet" ends the part that began last; "end snippet: name"
// any. A part may be begun again, to leave out what lies between.
func Part(text []byte, name string) (string, error) {
	var lines, open []string
	var begun bool
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\r\n")
		if m := beginMark.FindStringSubmatch(line); m != nil {
			open = append(open, m[1])
			begun = begun || m[1] == name
			continue
		}
		if m := endMark.FindStringSubmatch(line); m != nil {
			i := lastIndex(open, m[1])
			if i < 0 {
				return "", fmt.Errorf("%q ends a part that was not begun", strings.TrimSpace(line))
			}
			open = append(open[:i:i], open[i+1:]...)
			continue
		}
		if name == "" || lastIndex(open, name) >= 0 {
			lines = append(lines, line)
		}
	}
	if len(open) > 0 {
		return "", fmt.Errorf("the part %q has no end", open[0])
	}
	if name != "" && !begun {
		return "", fmt.Errorf("there is no part %q", name)
	}
	return outdent(lines), nil
}

// lastIndex returns the last position of name, of anything where name is "".
func lastIndex(names []string, name string) int {
	for i := len(names) - 1; i >= 0; i-- {
		if name == "" || names[i] == name {
			return i
		}
	}
	return -1
}

// outdent joins the lines without their common indentation, without empty
// lines at both ends, and with one where several follow each other, which is
// what comments that were left out leave behind.
func outdent(lines []string) string {
	lines = slices.CompactFunc(lines, func(a, b string) bool {
		return strings.TrimSpace(a) == "" && strings.TrimSpace(b) == ""
	})
	for len(lines) > 0 && strings.TrimSpace(lines[0]) == "" {
		lines = lines[1:]
	}
	for len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1]) == "" {
		lines = lines[:len(lines)-1]
	}
	common, first := "", true
	for _, line := range lines {
		if strings.TrimSpace(line) == "" {
			continue
		}
		indent := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
		if first {
			common, first = indent, false
		}
		for !strings.HasPrefix(indent, common) {
			common = common[:len(common)-1]
		}
	}
	var out strings.Builder
	for _, line := range lines {
		out.WriteString(strings.TrimRight(strings.TrimPrefix(line, common), " \t"))
		out.WriteByte('\n')
	}
	return out.String()
}
