package ormsql

import (
	"fmt"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/internal/zone"
	"github.com/volaweb/vola/schema"
)

// Grammar is how a database says what package orm wants. Its methods that write
// take the parts of what they write as functions that write those. The text of a
// function has § for each of its operands. Grammars have no state, and are safe
// for concurrent use.
type Grammar interface {
	// Traits returns facts that need no SQL.
	Traits() Traits

	// ListArg returns a list of encoded values of one type as one argument.
	ListArg(values []any) (any, error)
	// Spreads reports whether values of a kind cannot be passed by ListArg, and
	// need an argument each.
	Spreads(k schema.Kind) bool
	// InList writes that x is in the list that is the next argument. If wide is
	// set, the list is one of numbers of 64 bits.
	InList(t *Text, wide bool, x func())
	// Whole writes the next argument; if wide is set, as a number of 64 bits.
	Whole(t *Text, wide bool)

	// ByCodePoint makes the text before it compare by code point, as columns do.
	ByCodePoint(t *Text)
	// Match writes that x contains the next argument, begins or ends with it.
	Match(t *Text, m Match, x func())
	// MatchFold is Match but for the case of the letters.
	MatchFold(t *Text, m Match, x func())
	// MatchTwice reports whether Match and MatchFold have the argument twice.
	MatchTwice(m Match) bool

	// Call returns the text of a function of operands of a kind.
	Call(fn Function, k schema.Kind) string
	// Widened returns a column of numbers of a kind as it is computed with, so
	// that a sum that the column does not hold is not an error by itself.
	Widened(k schema.Kind) string
	// DatePart returns the text of a part of a date or time, by the clocks of a
	// zone, "" for UTC.
	DatePart(p DatePart, zone string, k schema.Kind) string
	// Trunc returns the text of the beginning of a part. The dates on which a
	// day of the zone begins in an unusual way are asked for where needed.
	Trunc(p DatePart, name, zone string, k schema.Kind, unusual func() []zone.Unusual) string
	// JSON writes a look into a document along the path that is the argument
	// after it.
	JSON(t *Text, fn Function, document func())
	// JSONTwice reports whether JSON has the document and the path twice.
	JSONTwice(fn Function) bool
	// JSONPath returns the argument for a path in the common form, $."name"[0].
	JSONPath(path string) string
	// Aggregate returns what is written around the operand of an aggregate: before
	// the aggregate, its name, what follows the operand, and what follows all.
	Aggregate(fn Function, of schema.Type) (before, name, within, after string)
	// Round writes a number, rounded to digits after the point.
	Round(t *Text, scale int, x func())

	// Guards reports whether the database must be told of a limit.
	Guards(l Limit) bool
	// Guard writes what x computes so that the statement fails with a text of
	// the form of [Misfit] where the limit does not hold.
	Guard(t *Text, l Limit, x func())

	// PassKey returns a statement that makes the numbers of new rows go on after
	// its argument, a key that the program gave; "" where they do so anyway. If it
	// returns true, the key is far away, and the statements of JumpKey do it.
	PassKey(table, column string) string
	// JumpKey returns two statements with the argument of PassKey, the first of which
	// takes a lock that lasts to the end of the transaction, or of its savepoint if
	// that is rolled back. What the second one does is kept even then.
	JumpKey(table, column string) (lock, jump string)
	// Offset writes what comes before OFFSET where there is no LIMIT.
	Offset(t *Text)
	// Lock returns what locks the rows of a query, "" for nothing.
	Lock(l Lock) string
	// Null writes a NULL of the type of a column.
	Null(t *Text, table, column string)
	// Explain returns what is put before a statement to explain it, and how a
	// row of the answer is read.
	Explain() (before string, read func(database.Rows) (string, error))
	// Estimate returns what is put before a statement to get the number of rows
	// that the database expects, as PostgreSQL's EXPLAIN writes it in JSON; ""
	// if it expects none.
	Estimate() string
}

// Traits are facts about a database.
type Traits struct {
	// SumDigits is how many digits of a sum of decimals are exact.
	SumDigits int
	// PrefixRange says that an index serves a range of texts, and nothing else
	// that asks for a prefix.
	PrefixRange bool
	// Cursors says that a transaction reads a query in parts while it runs other
	// statements. Without it such a query is stored first.
	Cursors bool
	// Lateral says that a part of a FROM can use those before it; the recursive
	// part of a query may then name itself only once.
	Lateral bool
	// JoinsReferences says that conditions on rows that are referred to are
	// quick only as joins.
	JoinsReferences bool
	// ReturningByTable says that RETURNING knows the table by its name and not by
	// its alias.
	ReturningByTable bool
	// ShortLists is up to how many values a list is written as so many arguments,
	// 0 if a list is always one.
	ShortLists int
	// SortsSlowly says that many small sorts in Go cost less than one large one
	// of the database.
	SortsSlowly bool
	// ShallowCascades says that cascades have a greatest depth.
	ShallowCascades bool
	// KeysEndWithNull says that the index of a unique constraint has NULL at
	// its end, while other indexes have it where an order asks for it.
	KeysEndWithNull bool
}

// Match is how a text is looked for in another.
type Match byte

// The ways to look for a text.
const (
	Equal Match = iota
	Contains
	Prefix
	Suffix
)

// Lock says what a query does about rows that are locked.
type Lock byte

// The ways to lock rows.
const (
	NoLock Lock = iota
	LockAndWait
	LockAndSkip
	LockOrFail
	LockNoKey // not against rows that are made to refer to it
)

// DatePart is a part of a date or a time.
type DatePart byte

// The parts, in the order of those of package orm.
const (
	Year DatePart = iota + 1
	Quarter
	Month
	Day
	Hour
	Minute
	Second
	Weekday
	YearDay
)

// Function is an operation that all databases know, if by other names.
type Function byte

// The functions.
const (
	Lower Function = iota + 1
	Upper
	Trim
	Length
	Concat
	Coalesce
	Add
	Sub
	Mul
	Div
	Mod
	Part
	Trunc
	JSONText
	JSONNumber
	JSONBool
	JSONHas
	Count
	CountDistinct
	Sum
	Avg
	Min
	Max
)

// For returns the grammar for a dialect. It is the only place that asks for the
// name of one.
func For(d database.Dialect) (Grammar, error) {
	switch d.Name() {
	case "sqlite":
		return sqlite{}, nil
	case "postgres":
		return postgres{}, nil
	}
	return nil, fmt.Errorf("orm: package ormsql has no grammar for the database %q", d.Name())
}

// arithmetic returns the text of an operation on numbers that are written as x.
func arithmetic(fn Function, x string) string {
	switch fn {
	case Add:
		return "(" + x + " + " + x + ")"
	case Sub:
		return "(" + x + " - " + x + ")"
	case Mul:
		return "(" + x + " * " + x + ")"
	case Div:
		return "(" + x + " / nullif(" + x + ", 0))"
	}
	return "(" + x + " % nullif(" + x + ", 0))"
}

// aggregateName returns the name of an aggregate, with what comes before the
// operand.
func aggregateName(fn Function) string {
	return map[Function]string{Count: "count(", CountDistinct: "count(DISTINCT ", Sum: "sum(", Avg: "avg(", Min: "min(", Max: "max("}[fn]
}

// wholeNumber reports whether a kind has whole numbers.
func wholeNumber(k schema.Kind) bool {
	return k == schema.Int16 || k == schema.Int32 || k == schema.Int64
}
