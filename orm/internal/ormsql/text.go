// Package ormsql is the SQL of the databases, as package orm needs it: a [Text]
// that a statement is written into, and a [Grammar] for each database, which
// has all in which their SQL differs. Package orm decides what a statement
// says, and asks the grammar how a database says it. It never asks a database
// for its name: to add one is to write its Grammar.
package ormsql

import (
	"strconv"
	"strings"

	"github.com/volaweb/vola/database"
)

// Text is the text of a statement while it is written. It is used by one
// goroutine.
type Text struct {
	Grammar
	B    []byte // what is written so far
	Args int    // how many placeholders that has

	dialect database.Dialect
	aliases int
}

// New returns an empty text for a database. The grammar is that of the dialect,
// see [For].
func New(d database.Dialect, g Grammar) Text { return Text{Grammar: g, dialect: d} }

// Part returns an empty text that goes on counting the placeholders of t.
func (t *Text) Part() *Text { return &Text{Grammar: t.Grammar, dialect: t.dialect, Args: t.Args} }

// String returns what is written so far.
func (t *Text) String() string { return string(t.B) }

// Str writes SQL.
func (t *Text) Str(sql string) { t.B = append(t.B, sql...) }

// Name writes a name of the schema, in quotes.
func (t *Text) Name(name string) { t.B = database.AppendQuoted(t.B, name) }

// Col writes a column of the table in an alias.
func (t *Text) Col(alias, column string) {
	t.Str(alias)
	t.Str(".")
	t.Name(column)
}

// Arg writes the placeholder of the next argument.
func (t *Text) Arg() {
	t.Args++
	t.B = t.dialect.AppendPlaceholder(t.B, t.Args)
}

// Alias returns a table alias that the statement does not have yet.
func (t *Text) Alias() string {
	t.aliases++
	return "t" + strconv.Itoa(t.aliases)
}

// Literal returns a text as SQL.
func Literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
