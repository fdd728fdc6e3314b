package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/volaweb/vola/database"
)

// mapError gives the server's and the driver's errors their kind. The codes are
// those of appendix A of PostgreSQL's manual.
func mapError(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*database.Error](err); ok {
		return err
	}
	e, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		return mapConnError(err)
	}
	out := &database.Error{Constraint: e.ConstraintName, Table: e.TableName, Cause: err}
	switch e.Code {
	case "23505":
		out.Kind, out.Columns = database.Unique, keyColumns(e.Detail)
	case "23503":
		out.Kind, out.Columns = database.ForeignKey, keyColumns(e.Detail)
	case "23502":
		out.Kind, out.Columns = database.NotNull, []string{e.ColumnName}
	case "23514":
		out.Kind = database.Check
	case "22001", "22003", "22008": // a text too long, a number, a time out of range
		out.Kind = database.OutOfRange
	case "40001", "40P01", "55P03": // 55P03: lock_timeout
		out.Kind = database.Serialization
	case "57P01", "57P02", "57P03", "53300": // shut down, crashed, starting up, too many connections
		out.Kind = database.Connection
	case "26000", "42P05": // a prepared statement that is not there, or is already
		return fmt.Errorf("the connection does not keep its prepared statements; behind a pooler that works by transaction "+
			"the database URL needs default_query_exec_mode=exec: %w", err)
	default:
		if !strings.HasPrefix(e.Code, "08") {
			return err
		}
		out.Kind = database.Connection
	}
	return out
}

// planChanged reports whether the server did not begin a statement because the
// table has other columns, or columns of other types, than when the connection
// prepared it. The driver has forgotten what it prepared by then.
func planChanged(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && e.Code == "0A000" && e.Routine == "RevalidateCachedQuery"
}

// inTxError is mapError for a statement in a transaction, which cannot be run
// again there: the server has given the transaction up.
func inTxError(err error) error {
	if planChanged(err) {
		return &database.Error{Kind: database.Serialization, Cause: fmt.Errorf("a table of the statement was altered "+
			"since the connection prepared it; run the transaction again: %w", err)}
	}
	return mapError(err)
}

// mapConnError recognises a connection that broke or was never made.
func mapConnError(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	_, isConnect := errors.AsType[*pgconn.ConnectError](err)
	_, isNet := errors.AsType[net.Error](err)
	if isConnect || isNet || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) {
		return &database.Error{Kind: database.Connection, Cause: err}
	}
	return err
}

// keyColumns reads the columns from the server's "Key (a, b)=(1, 2) already
// exists.". Quoted names with a parenthesis in them are beyond it.
func keyColumns(detail string) []string {
	_, rest, ok := strings.Cut(detail, "(")
	if !ok {
		return nil
	}
	list, _, ok := strings.Cut(rest, ")=")
	if !ok {
		return nil
	}
	columns := strings.Split(list, ", ")
	for i, c := range columns {
		columns[i] = strings.Trim(c, `"`)
	}
	return columns
}
