package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
)

type result = database.Result

// backend is an open database file: one writer, several readers.
type backend struct {
	path    string
	file    os.FileInfo // what the path led to when it was opened
	writers *pool
	readers *pool
	alone   *pool // of one reader, for Ping
}

// Ping reads the list of tables with a connection of its own, after it has
// made sure that the file is still the one that was opened: another one at its
// place, or none, is where the next program will look for the data.
func (b *backend) Ping(ctx context.Context) error {
	now, err := os.Stat(b.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fault.Wrap(fault.Unavailable, fmt.Errorf("database file %q was removed while it was in use; put it back, or start the program again", b.path), "")
	case err != nil:
		return fault.Wrap(fault.Unavailable, fmt.Errorf("database file %q: %w", b.path, err), "")
	case !os.SameFile(now, b.file):
		return fault.Wrap(fault.Unavailable, fmt.Errorf("database file %q was replaced by another one while it was in use; start the program again", b.path), "")
	}
	c, err := b.alone.acquire(ctx)
	if err != nil {
		return err
	}
	rows, err := c.query(ctx, tableList, nil)
	if err != nil {
		b.alone.release(c, true)
		return err
	}
	rows.pool = b.alone
	for rows.Next() {
	}
	return rows.Close()
}

// tableList is a statement that every database can answer.
const tableList = `SELECT count(*) FROM sqlite_schema`

// check makes sure that the file is a database, by reading its list of tables.
func (b *backend) check(ctx context.Context, create bool) error {
	if create {
		// The reader does not make the file; this does, and is the only write.
		c, err := b.writers.acquire(ctx)
		if err != nil {
			return err
		}
		defer b.writers.release(c, false)
		_, err = c.exec(ctx, tableList, nil)
		return err
	}
	rows, err := b.Query(ctx, tableList, nil)
	if err != nil {
		return err
	}
	for rows.Next() {
	}
	return rows.Close()
}

// Query runs the statement on a reader, unless it writes.
func (b *backend) Query(ctx context.Context, query string, args []any) (database.Rows, error) {
	p := b.readers
	if writes(query) {
		p = b.writers
	}
	c, err := p.acquire(ctx)
	if err != nil {
		return nil, err
	}
	r, err := c.query(ctx, query, args)
	if err != nil {
		p.release(c, broken(err))
		return nil, err
	}
	r.pool = p
	return r, nil
}

func (b *backend) Exec(ctx context.Context, query string, args []any) (result, error) {
	c, err := b.writers.acquire(ctx)
	if err != nil {
		return result{}, err
	}
	res, err := c.exec(ctx, query, args)
	b.writers.release(c, broken(err))
	return res, err
}

func (b *backend) Begin(ctx context.Context, opts database.TxOptions) (database.BackendTx, error) {
	p := b.writers
	if opts.ReadOnly {
		p = b.readers
	}
	c, err := p.acquire(ctx)
	if err != nil {
		return nil, err
	}
	p.work()
	defer p.rest()
	unenforced := opts.NoForeignKeys || opts.ForeignKeysUnchecked
	if unenforced {
		// Inside the transaction it would do nothing.
		if err := c.enforce(ctx, false); err != nil {
			p.release(c, true)
			return nil, err
		}
	}
	// The transaction ends by Commit or Rollback, not by the context: what
	// database/sql would do behind our back would race with them.
	_, before := c.enter(ctx)
	sqlTx, err := c.sql.BeginTx(context.WithoutCancel(ctx), &sql.TxOptions{ReadOnly: opts.ReadOnly})
	if err = c.leave(before, err); err != nil {
		p.release(c, broken(err) || unenforced)
		return nil, err
	}
	return &tx{pool: p, conn: c, sql: sqlTx, unenforced: unenforced, unchecked: opts.ForeignKeysUnchecked}, nil
}

// Raw returns the writer's *sql.DB, or nil before the first write.
func (b *backend) Raw() any {
	b.writers.mu.Lock()
	defer b.writers.mu.Unlock()
	return b.writers.db
}

func (b *backend) Close() error {
	err := errors.Join(b.alone.close(), b.readers.close())
	if err2 := b.writers.close(); err == nil {
		err = err2
	}
	return err
}

// tx is a transaction on one connection. Its statements run on the
// connection's prepared ones.
type tx struct {
	pool *pool
	conn *conn
	sql  *sql.Tx
	// unenforced says that foreign keys are off on the connection.
	unenforced bool
	// unchecked says that they are not checked before the commit either.
	unchecked bool
	// lost is why there is nothing left to commit.
	lost error
}

func (t *tx) Query(ctx context.Context, query string, args []any) (database.Rows, error) {
	if t.lost != nil {
		return nil, t.lost
	}
	r, err := t.conn.query(ctx, query, args)
	if err != nil {
		t.check(err)
		return nil, err
	}
	r.tx = t
	return r, nil
}

func (t *tx) Exec(ctx context.Context, query string, args []any) (result, error) {
	if t.lost != nil {
		return result{}, t.lost
	}
	res, err := t.conn.exec(ctx, query, args)
	t.check(err)
	return res, err
}

func (t *tx) Commit(ctx context.Context) error {
	if t.lost != nil {
		return errors.Join(t.lost, t.Rollback(ctx))
	}
	t.pool.work()
	defer t.pool.rest()
	if t.unenforced && !t.unchecked {
		if err := t.conn.checkForeignKeys(ctx); err != nil {
			return errors.Join(err, t.Rollback(ctx))
		}
	}
	err := t.sql.Commit()
	if err != nil {
		// A commit that failed, for a deferred constraint say, leaves the
		// transaction open in SQLite, while database/sql takes it for ended.
		t.conn.sql.ExecContext(context.Background(), "ROLLBACK")
	}
	t.release(err)
	return mapError(err)
}

func (t *tx) Rollback(context.Context) error {
	t.pool.work()
	defer t.pool.rest()
	err := t.sql.Rollback()
	t.release(err)
	return mapError(err)
}

// release gives the connection back as it was before the transaction.
func (t *tx) release(err error) {
	bad := broken(err)
	if t.unenforced && !bad {
		bad = t.conn.enforce(context.Background(), true) != nil
	}
	t.pool.release(t.conn, bad)
}

func (t *tx) Raw() any { return t.sql }

// writes reports whether a statement changes the database: whether its first
// keyword outside parentheses, strings and comments that says what it does is
// anything but SELECT or VALUES.
func writes(query string) bool {
	depth := 0
	for len(query) > 0 {
		switch c := query[0]; {
		case c == '(':
			depth++
			query = query[1:]
		case c == ')':
			depth--
			query = query[1:]
		case c == '\'' || c == '"' || c == '`' || c == '[':
			query = skipQuoted(query)
		case strings.HasPrefix(query, "--"):
			_, query, _ = strings.Cut(query, "\n")
		case strings.HasPrefix(query, "/*"):
			_, query, _ = strings.Cut(query[2:], "*/")
		case isLetter(c):
			n := 1
			for n < len(query) && (isLetter(query[n]) || query[n] >= '0' && query[n] <= '9') {
				n++
			}
			word := query[:n]
			query = query[n:]
			if depth > 0 {
				continue
			}
			switch strings.ToUpper(word) {
			case "SELECT", "VALUES", "EXPLAIN":
				return false
			case "INSERT", "UPDATE", "DELETE", "REPLACE", "CREATE", "DROP", "ALTER", "PRAGMA",
				"VACUUM", "ANALYZE", "REINDEX", "ATTACH", "DETACH", "BEGIN", "COMMIT", "END",
				"ROLLBACK", "SAVEPOINT", "RELEASE":
				return true
			}
		default:
			query = query[1:]
		}
	}
	return true
}

// skipQuoted returns what follows the quoted text that s starts with.
func skipQuoted(s string) string {
	end := s[0]
	if end == '[' {
		end = ']'
	}
	if i := strings.IndexByte(s[1:], end); i >= 0 {
		return s[i+2:]
	}
	return ""
}

func isLetter(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}
