package migrate

import (
	"regexp"
	"strings"

	"github.com/volaweb/vola/database"
)

// renameIn returns the SQL expression with a column's name replaced, outside
// texts. A word before a parenthesis is a function's name and stays.
func renameIn(sql, old, to string) string {
	var b strings.Builder
	for i := 0; i < len(sql); {
		switch c := sql[i]; {
		case c == '\'' || c == '"':
			end := i + 1
			for end < len(sql) && sql[end] != c {
				end++
			}
			end = min(end+1, len(sql))
			if part := sql[i:end]; c == '"' && part == database.Quote(old) {
				b.WriteString(database.Quote(to))
			} else {
				b.WriteString(part)
			}
			i = end
		case isWord(c):
			end := i
			for end < len(sql) && isWord(sql[end]) {
				end++
			}
			word := sql[i:end]
			if strings.EqualFold(word, old) && !strings.HasPrefix(strings.TrimLeft(sql[end:], " "), "(") {
				word = bare(to)
			}
			b.WriteString(word)
			i = end
		default:
			b.WriteByte(c)
			i++
		}
	}
	return b.String()
}

// bare returns the name as it stands in an expression without quotes, or
// quoted where it must be.
func bare(name string) string {
	for i := range len(name) {
		if c := name[i]; c != '_' && (c < 'a' || c > 'z') && (i == 0 || c < '0' || c > '9') {
			return database.Quote(name)
		}
	}
	return name
}

func isWord(c byte) bool {
	return c == '_' || c == '$' || c >= 0x80 || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// constants are expressions that are the same for every row.
var constants = regexp.MustCompile(`^(?i:'([^']|'')*'(::[a-z]+)?|-?[0-9]+(\.[0-9]+)?|true|false|null|current_timestamp|now\(\))$`)

// isConstant reports whether the expression is the same for every row.
func isConstant(sql string) bool { return constants.MatchString(sql) }
