package sqlite

import (
	"strings"

	"github.com/volaweb/vola/schema"
)

// tableText is what is read from a CREATE TABLE statement as SQLite keeps it,
// because no PRAGMA tells it.
type tableText struct {
	name   string
	auto   bool // AUTOINCREMENT
	checks []schema.Check
	// generated are the expressions of generated columns, by column.
	generated []columnText
	// deferred are the columns of foreign keys that are checked at the end of
	// the transaction.
	deferred [][]string
}

type columnText struct{ column, sql string }

// parseTable reads the CREATE TABLE statement of a table. What it does not
// understand it leaves out. Checks without a name get the one that PostgreSQL
// would give them.
func parseTable(table, sql string) tableText {
	out := tableText{name: table}
	tokens := tokenize(sql)
	from := 0
	for from < len(tokens) && tokens[from] != "(" {
		from++
	}
	if from == len(tokens) {
		return out // CREATE TABLE ... AS, which SQLite does not keep so
	}
	depth, start := 0, from+1
	for i := from; i < len(tokens); i++ {
		switch tokens[i] {
		case "(":
			depth++
		case ")":
			depth--
		}
		if depth == 0 || depth == 1 && tokens[i] == "," {
			out.part(tokens[start:i])
			start = i + 1
		}
		if depth == 0 {
			break
		}
	}
	return out
}

// part reads the definition of one column or constraint.
func (t *tableText) part(tokens []string) {
	column, name := "", ""
	var key []string // columns of a FOREIGN KEY
	if len(tokens) > 0 && !isConstraintWord(tokens[0]) {
		column, tokens = unquoteName(tokens[0]), tokens[1:]
	}
	for i := 0; i < len(tokens); i++ {
		switch word := strings.ToUpper(tokens[i]); {
		case word == "CONSTRAINT" && i+1 < len(tokens):
			name = unquoteName(tokens[i+1])
			i++
		case word == "CHECK":
			var expr string
			expr, i = parenthesized(tokens, i+1)
			t.checks = append(t.checks, schema.Check{Name: name, SQL: expr})
			if name == "" {
				t.checks[len(t.checks)-1].Name = strings.ReplaceAll(t.name+"_"+column+"_check", "__", "_")
			}
			name = ""
		case word == "AS" && column != "":
			var expr string
			expr, i = parenthesized(tokens, i+1)
			t.generated = append(t.generated, columnText{column, expr})
		case word == "AUTOINCREMENT":
			t.auto = true
		case word == "FOREIGN" && i+2 < len(tokens):
			_, end := parenthesized(tokens, i+2)
			for _, token := range tokens[min(i+3, len(tokens)):min(end, len(tokens))] {
				if token != "," {
					key = append(key, unquoteName(token))
				}
			}
			i = end
		case word == "DEFERRED":
			if column != "" {
				key = []string{column}
			}
			t.deferred = append(t.deferred, key)
		case word == "(":
			_, i = parenthesized(tokens, i)
		}
	}
}

func isConstraintWord(token string) bool {
	switch strings.ToUpper(token) {
	case "CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN":
		return true
	}
	return false
}

// parenthesized returns the text between the parenthesis at tokens[i] and the
// one that closes it, and where that one is.
func parenthesized(tokens []string, i int) (string, int) {
	if i >= len(tokens) || tokens[i] != "(" {
		return "", i
	}
	depth := 0
	for j := i; j < len(tokens); j++ {
		switch tokens[j] {
		case "(":
			depth++
		case ")":
			depth--
		}
		if depth == 0 {
			return joinTokens(tokens[i+1 : j]), j
		}
	}
	return joinTokens(tokens[i+1:]), len(tokens)
}

// joinTokens puts tokens together with spaces where words would run together
// and where people put them.
func joinTokens(tokens []string) string {
	var b strings.Builder
	for i, t := range tokens {
		if i > 0 && spaceBetween(tokens[i-1], t) {
			b.WriteByte(' ')
		}
		b.WriteString(t)
	}
	return b.String()
}

func spaceBetween(before, t string) bool {
	switch {
	case before == "(" || t == ")" || t == "," || t == "." || before == ".":
		return false
	case t == "(":
		// A function's name stands close to its parenthesis, an operator not.
		switch strings.ToUpper(before) {
		case "AND", "OR", "NOT", "IN", "THEN", "ELSE", "WHEN", "BETWEEN", "IS":
			return true
		}
		return !isLetter(before[0]) && before[0] != '"'
	}
	return true
}

// tokenize takes SQL apart into words, quoted texts, numbers and operators,
// without spaces and comments.
func tokenize(sql string) []string {
	var out []string
	for len(sql) > 0 {
		switch c := sql[0]; {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f':
			sql = sql[1:]
		case strings.HasPrefix(sql, "--"):
			_, sql, _ = strings.Cut(sql, "\n")
		case strings.HasPrefix(sql, "/*"):
			_, sql, _ = strings.Cut(sql[2:], "*/")
		case c == '\'' || c == '"' || c == '`' || c == '[':
			rest := skipQuoted(sql)
			// A doubled quote is part of the text.
			for c != '[' && len(rest) > 0 && rest[0] == c {
				rest = skipQuoted(rest)
			}
			out = append(out, sql[:len(sql)-len(rest)])
			sql = rest
		case isLetter(c) || c >= '0' && c <= '9':
			n := 1
			for n < len(sql) && (isLetter(sql[n]) || sql[n] >= '0' && sql[n] <= '9' || sql[n] == '$' ||
				sql[n] == '.' && c >= '0' && c <= '9') {
				n++
			}
			out = append(out, sql[:n])
			sql = sql[n:]
		default:
			n := 1
			for _, op := range [...]string{"||", "<=", ">=", "<>", "!=", "==", "<<", ">>", "->>", "->"} {
				if strings.HasPrefix(sql, op) {
					n = len(op)
					break
				}
			}
			out = append(out, sql[:n])
			sql = sql[n:]
		}
	}
	return out
}

// unquoteName returns the name that a token stands for.
func unquoteName(token string) string {
	if len(token) < 2 {
		return token
	}
	switch q := token[0]; q {
	case '"', '`', '\'':
		if token[len(token)-1] == q {
			return strings.ReplaceAll(token[1:len(token)-1], string(q)+string(q), string(q))
		}
	case '[':
		return strings.TrimSuffix(token[1:], "]")
	}
	return token
}
