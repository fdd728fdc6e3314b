package sqlite

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"strings"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
)

// Result codes of SQLite (https://www.sqlite.org/rescode.html).
const (
	codeBusy       = 5
	codeReadOnly   = 8
	codeInterrupt  = 9
	codeCorrupt    = 11
	codeCantOpen   = 14
	codeNotADB     = 26
	codeCheck      = 275
	codeForeignKey = 787
	codeNotNull    = 1299
	codeTrigger    = 1811
	codePrimaryKey = 1555
	codeUnique     = 2067
	codeRowID      = 2579
)

// coded is an error of the engine: the driver's, or ours.
type coded interface {
	error
	Code() int
}

// mapError gives the engine's errors their kind.
func mapError(err error) error {
	if err == nil {
		return nil // before e, which lies on the heap
	}
	var e coded
	if !errors.As(err, &e) {
		return err
	}
	var known *database.Error
	if errors.As(err, &known) {
		return err
	}
	out := &database.Error{Cause: err}
	switch code := e.Code(); code {
	case codeUnique, codePrimaryKey, codeRowID:
		out.Kind = database.Unique
		out.Table, out.Columns = columnsIn(e.Error(), "UNIQUE constraint failed: ")
	case codeNotNull:
		out.Kind = database.NotNull
		out.Table, out.Columns = columnsIn(e.Error(), "NOT NULL constraint failed: ")
	case codeCheck:
		out.Kind = database.Check
		out.Constraint = after(e.Error(), "CHECK constraint failed: ")
	case codeForeignKey:
		out.Kind = database.ForeignKey
	case codeTrigger: // RESTRICT is one, inside SQLite
		if !strings.Contains(e.Error(), "FOREIGN KEY constraint failed") {
			return err
		}
		out.Kind = database.ForeignKey
	default:
		switch code & 0xff {
		case codeBusy:
			out.Kind = database.Serialization
		case codeNotADB:
			return fault.Wrap(fault.Invalid, err, "the file is not an SQLite database")
		case codeCorrupt:
			return fault.Wrap(fault.Internal, err, "the database file is damaged or cut short")
		case codeCantOpen:
			return fault.Wrap(fault.Unavailable, err, "the database file cannot be opened")
		default:
			return err
		}
	}
	return out
}

// columnsIn reads "table.a, table.b" after the prefix in one of SQLite's
// messages. A unique index on an expression is named instead, as index 'x'.
func columnsIn(message, prefix string) (table string, columns []string) {
	list := after(message, prefix)
	for part := range strings.SplitSeq(list, ", ") {
		t, c, ok := strings.Cut(part, ".")
		if !ok {
			return "", nil
		}
		table, columns = t, append(columns, c)
	}
	return table, columns
}

// after returns what follows prefix in SQLite's message, without the result
// code that the engine puts at its end.
func after(message, prefix string) string {
	_, rest, ok := strings.Cut(message, prefix)
	if !ok {
		return ""
	}
	if i := strings.LastIndex(rest, " ("); i >= 0 && strings.HasSuffix(rest, ")") {
		rest = rest[:i]
	}
	return rest
}

// stops reports whether a statement has this error if it is stopped: at work, or
// while it waits for another process.
func stops(err error) bool {
	var e coded
	return errors.As(err, &e) && (e.Code()&0xff == codeInterrupt || e.Code()&0xff == codeBusy)
}

// cannotOpen reports whether a file could not be opened.
func cannotOpen(err error) bool {
	var e coded
	return errors.As(err, &e) && e.Code()&0xff == codeCantOpen
}

// broken reports whether the connection that gave err must not be used again.
func broken(err error) bool {
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone)
}
