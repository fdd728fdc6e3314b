package jekyll

import "strings"

// table makes a table of kramdown's one of CommonMark's extension, which wants
// a heading and a line of hyphens below it: where the table that the line after
// this line feed begins has none, an empty heading is put before it. It leaves
// the page again with [page.table].
func (l *liquid) table(rest string) bool {
	if strings.TrimSpace(l.before()) != "" {
		return false
	}
	first, next := tableRow(rest, 1)
	if first == "" {
		return false
	}
	second, _ := tableRow(rest, next)
	if second == "" && !strings.Contains(first, "![") || isRule(second) && !isRule(first) {
		return false // one row of words is more likely no table; one of CommonMark's it is already
	}
	cells := strings.Count(strings.ReplaceAll(first, `\|`, ""), "|") - 1
	heading := "\n|" + strings.Repeat(" |", cells)
	if !isRule(first) {
		heading += "\n|" + strings.Repeat("---|", cells)
	}
	l.replace(0, heading)
	return l.replace(1, "\n")
}

// tableRow returns the line at from if it begins and ends with a bar, and where
// the next line begins. Indented as code is, it is no row.
func tableRow(text string, from int) (row string, next int) {
	if from >= len(text) {
		return "", from
	}
	next = lineEnd(text, from)
	if next-from > maxTag || strings.HasPrefix(text[from:], "    ") || strings.HasPrefix(text[from:], "\t") {
		return "", next
	}
	row = strings.TrimSpace(text[from:next])
	if len(row) < 3 || row[0] != '|' || row[len(row)-1] != '|' {
		return "", next
	}
	return row, next
}

// isRule reports whether a row is a line between others.
func isRule(row string) bool {
	return onlyMarks(row, "|-:=+ \t") && strings.ContainsAny(row, "-=")
}
