package database

import (
	"context"
	"database/sql"
	"time"

	"github.com/volaweb/vola/schema"
)

// Driver opens databases of one kind. Implementations are values without
// state, such as sqlite.Driver.
type Driver interface {
	// Schemes returns the URL schemes that are the driver's, such as
	// "postgres" and "postgresql"; the first is the dialect's name.
	Schemes() []string
	// Dialect returns the driver's dialect, without a database.
	Dialect() Dialect
	// Open opens the database that cfg.URL names and checks that it answers.
	// The error of a database that is not there wraps [fs.ErrNotExist].
	Open(ctx context.Context, cfg Config) (Backend, error)
}

// Backend is an open database as a driver provides it. It is safe for
// concurrent use.
//
// size: a driver may have up to twelve methods
type Backend interface {
	Conn
	// Begin starts a transaction.
	Begin(ctx context.Context, opts TxOptions) (BackendTx, error)
	// Raw returns the driver's own handle.
	Raw() any
	// Close closes all connections, after the statements that run now.
	Close() error
}

// BackendTx is a transaction as a driver provides it. It is used by one
// goroutine at a time.
//
// size: a driver may have up to twelve methods
type BackendTx interface {
	Conn
	// Commit makes the transaction's changes last. It ends the transaction,
	// also when it fails.
	Commit(ctx context.Context) error
	// Rollback undoes the transaction's changes and ends it.
	Rollback(ctx context.Context) error
	// Raw returns the driver's own transaction.
	Raw() any
}

// Backuper is a backend that can copy its database into a file while it is in
// use.
type Backuper interface {
	// Backup writes the state of one moment into a file that does not exist.
	Backup(ctx context.Context, file string) error
}

// Sheller is a backend whose database has a shell of its own.
type Sheller interface {
	// Shell returns the program, its arguments, and variables for its
	// environment, where passwords belong.
	Shell() (name string, args, environ []string)
}

// Pinger is a backend that can say whether it works on a connection that no
// statement waits for.
type Pinger interface {
	// Ping returns an error when the database does not answer, or is no longer
	// the one that was opened.
	Ping(ctx context.Context) error
}

// URLChecker is a driver that can tell what is wrong with a URL without opening
// the database.
type URLChecker interface {
	// CheckURL returns the error of a URL that no database can be opened with.
	CheckURL(url string) error
}

// Conn runs statements. Errors are *[Error] wherever the driver knows more
// than the text.
type Conn interface {
	// Query runs a statement that returns rows, which the caller must close.
	Query(ctx context.Context, query string, args []any) (Rows, error)
	// Exec runs a statement and drops the rows it may return.
	Exec(ctx context.Context, query string, args []any) (Result, error)
}

// Rows is the result of a query, read row by row. It must be closed; closing
// twice does no harm.
//
// size: the shape of database/sql.Rows
type Rows interface {
	// Next moves to the next row; it is false at the end and after an error.
	Next() bool
	// Scan copies the row's columns into the variables pointed to.
	Scan(dest ...any) error
	// Columns returns the names of the columns.
	Columns() ([]string, error)
	// Err returns the error that ended Next early, if any.
	Err() error
	// Close frees the connection and returns what Err returns.
	Close() error
}

// Result is what a statement did.
type Result struct {
	RowsAffected int64
	// LastInsertID is the number that the database gave to the row inserted
	// last. Only dialects without Features.Returning report it.
	LastInsertID int64
}

// TxOptions says what kind of transaction to begin. The zero value begins one
// that may write, at the database's default isolation: serialisable on SQLite,
// read committed on PostgreSQL.
type TxOptions struct {
	// ReadOnly refuses writes. On SQLite the transaction then neither waits
	// for the writer nor holds it up.
	ReadOnly bool
	// Isolation asks for a level; SQLite is always serialisable.
	Isolation sql.IsolationLevel
	// NoForeignKeys is for changes of tables on SQLite, which must drop tables
	// that others refer to: foreign keys are not enforced in the transaction,
	// but checked before the commit, which fails with [ErrForeignKey] when a
	// row refers to one that is not there. PostgreSQL ignores it.
	NoForeignKeys bool
	// ForeignKeysUnchecked is NoForeignKeys without the check before the commit:
	// for rows that are written over several transactions, of which an early one
	// may refer to those of a later one. Whoever uses it ends with a transaction
	// that has NoForeignKeys. PostgreSQL ignores it.
	ForeignKeysUnchecked bool
	// Retry is how many more times the function is run when the transaction
	// fails because of another one that ran at the same time ([ErrSerialization]),
	// after a pause by chance of at most 1 ms, 2 ms and so on up to 100 ms.
	// Defaults to 0.
	Retry int
}

// Dialect is how one kind of database differs from others. Dialects are
// values without state, safe for concurrent use.
//
// size: a driver may have up to twelve methods
type Dialect interface {
	// Name returns "sqlite" or "postgres".
	Name() string
	// AppendPlaceholder appends the placeholder of the n-th argument, from 1.
	AppendPlaceholder(b []byte, n int) []byte
	// Codec returns how values of a type are stored; an error names what the
	// database cannot hold.
	Codec(t schema.Type) (Codec, error)
	// Features returns what the database can do.
	Features() Features
	// Editor returns the statements that change tables.
	Editor() Editor
}

// Features are what one database can do and another cannot.
type Features struct {
	// Returning makes the ORM learn new keys by INSERT ... RETURNING; without
	// it by Result.LastInsertID.
	Returning bool
	// TxDDL says that schema changes are part of the transaction.
	TxDDL bool
	// MaxArgs is the most placeholders that one statement may have.
	MaxArgs int
	// Arrays says that one argument may be many values of a column: a []any of
	// encoded values, in which nil is NULL, cast to an array of the codec's
	// Cast.
	Arrays bool
	// LooseTypes says that a column keeps no size of numbers, and takes values of
	// other kinds than its own.
	LooseTypes bool
	// MaxName is how many bytes of a name are kept, 0 for any number. The rest is
	// cut off without an error.
	MaxName int
	// Concurrently says that an index can be built while others write to the
	// table, outside a transaction.
	Concurrently bool
	// NoForeignKeys says that TxOptions.NoForeignKeys has an effect.
	NoForeignKeys bool
}

// Codec converts between a Go value and what the driver takes and gives. The
// Go values of the kinds are:
//
//	Bool                 bool
//	Int16, Int32, Int64  int64
//	Float64              float64
//	Text                 string
//	Bytes                []byte
//	Time                 time.Time
//	Date, Clock          civil.Date, civil.Clock
//	Duration             time.Duration
//	Decimal              string: as many digits after the point as the type's Scale, such as "-12.50"
//	UUID                 [16]byte
//	JSON                 string
//
// The zero value passes everything through.
type Codec struct {
	// Encode returns what to hand to the driver for a value. Nil passes the
	// value as it is. An error says why the value cannot be stored.
	Encode func(v any) (any, error)
	// NewScanner returns something to scan into instead of the variable
	// itself. Nil scans into the variable.
	NewScanner func() Scanner
	// SelectPrefix is put before the column in the list of a SELECT.
	SelectPrefix string
	// Cast is the SQL type to which an argument is cast where nothing else
	// tells the database its type. Empty means that it needs none.
	Cast string
	// Add returns the SQL of a sum of the column and an argument, or an error
	// that says why there is none. Nil is the column, a plus, the argument.
	Add func(column, arg string) (string, error)
}

// Scanner receives a value from the driver for a variable.
type Scanner interface {
	sql.Scanner
	// Reset makes the scanner write its next value into the variable that
	// dest points to; a pointer to a pointer may be set to nil for NULL. With a
	// nil dest it keeps none, until the next Reset.
	Reset(dest any)
}

// Editor writes the statements that change the tables of a database.
//
// size: a driver may have up to twelve methods
type Editor interface {
	// CreateTable returns the statements that make the table, its indexes and
	// its constraints.
	CreateTable(t schema.Table) ([]string, error)
	// DropTable returns the statements that remove the table and its indexes.
	DropTable(t schema.Table) ([]string, error)
	// AlterTable returns the statements that make the change, or an error that
	// says what cannot be done. It looks into the database that h runs on for
	// what only the database knows: triggers, indexes that were left
	// half-built. A nil h stands for a database that has nothing but what the
	// alteration says; the statements are then fit for reading. A statement
	// may begin with a line of comment that tells how far the work is.
	AlterTable(ctx context.Context, h Handle, a Alteration) ([]string, error)
	// Validate returns the statements that make an index or constraint added
	// by an Alteration with NotValid hold for the rows there already.
	Validate(table, constraint string) []string
	// Inspect returns the tables of the database as they are, but for those
	// that are the database's own.
	Inspect(ctx context.Context, h Handle) (schema.Schema, error)
	// Columns returns the names of the columns of a table, none if it does not
	// exist.
	Columns(ctx context.Context, h Handle, table string) ([]string, error)
	// Begin returns the statements that a transaction begins with that changes
	// tables: none waits longer than this for a lock.
	Begin(lockTimeout time.Duration) []string
	// Settle returns the statements that are run after rows were changed, before
	// tables are in the same transaction.
	Settle() []string
	// Tables returns the names of all tables in the database that are not the
	// database's own.
	Tables(ctx context.Context, h Handle) ([]string, error)
}

// Quote quotes the name of a table or column for use in SQL.
func Quote(name string) string {
	return string(AppendQuoted(make([]byte, 0, len(name)+2), name))
}

// AppendQuoted appends the quoted name to b.
func AppendQuoted(b []byte, name string) []byte {
	b = append(b, '"')
	for i := 0; i < len(name); i++ {
		if name[i] == '"' {
			b = append(b, '"')
		}
		b = append(b, name[i])
	}
	return append(b, '"')
}
