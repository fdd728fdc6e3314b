package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"sync"
)

// pool hands out connections, each with the statements it has prepared.
// database/sql's own pool is not used for that, because a statement prepared
// there cannot be run by a transaction without a search or a new connection.
type pool struct {
	open func() (*sql.DB, error)
	// free holds one token for each connection that may still be taken.
	free chan struct{}
	// done is closed when the pool is.
	done chan struct{}

	mu     sync.Mutex
	db     *sql.DB // opened at the first use
	idle   []*conn
	closed bool
}

func newPool(size int, open func() (*sql.DB, error)) *pool {
	p := &pool{open: open, free: make(chan struct{}, size), done: make(chan struct{})}
	for range size {
		p.free <- struct{}{}
	}
	return p
}

var errClosed = errors.New("the database is closed")

// acquire returns a connection, which must be released.
func (p *pool) acquire(ctx context.Context) (*conn, error) {
	select {
	case <-p.free:
	default:
		select {
		case <-p.free:
		case <-p.done:
			return nil, errClosed
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	c, err := p.take(ctx)
	if err != nil {
		p.free <- struct{}{}
		return nil, err
	}
	return c, nil
}

func (p *pool) take(ctx context.Context) (*conn, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, errClosed
	}
	if n := len(p.idle); n > 0 {
		c := p.idle[n-1]
		p.idle = p.idle[:n-1]
		return c, nil
	}
	if p.db == nil {
		db, err := p.open()
		if err != nil {
			return nil, err
		}
		db.SetMaxIdleConns(cap(p.free))
		p.db = db
	}
	sc, err := p.db.Conn(ctx)
	if err != nil {
		return nil, mapError(err)
	}
	return &conn{sql: sc, stmts: map[string]*sql.Stmt{}}, nil
}

// release gives a connection back. One that broke is closed.
func (p *pool) release(c *conn, broken bool) {
	p.mu.Lock()
	if p.closed || broken {
		p.mu.Unlock()
		c.close()
	} else {
		p.idle = append(p.idle, c)
		p.mu.Unlock()
	}
	p.free <- struct{}{}
}

// close closes the idle connections now and the others when they are released.
func (p *pool) close() error {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil
	}
	idle, db := p.idle, p.db
	p.idle, p.closed = nil, true
	close(p.done)
	p.mu.Unlock()
	for _, c := range idle {
		c.close()
	}
	// Connections that are in use are given back before the file is closed.
	for range cap(p.free) {
		<-p.free
	}
	if db == nil {
		return nil
	}
	return db.Close()
}

// maxStmts is how many prepared statements a connection keeps.
const maxStmts = 256

// conn is one connection and its prepared statements. It is used by one
// goroutine at a time.
type conn struct {
	sql   *sql.Conn
	stmts map[string]*sql.Stmt
}

// prepare returns the statement, prepared now or before.
func (c *conn) prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	if s, ok := c.stmts[query]; ok {
		return s, nil
	}
	s, err := c.sql.PrepareContext(ctx, query)
	if err != nil {
		return nil, mapError(err)
	}
	if len(c.stmts) >= maxStmts {
		for q, old := range c.stmts { // any one: the map's order is random
			old.Close()
			delete(c.stmts, q)
			break
		}
	}
	c.stmts[query] = s
	return s, nil
}

func (c *conn) exec(ctx context.Context, query string, args []any) (result, error) {
	s, err := c.prepare(ctx, query)
	if err != nil {
		return result{}, err
	}
	res, err := s.ExecContext(ctx, args...)
	if err != nil {
		return result{}, mapError(err)
	}
	var out result
	if out.RowsAffected, err = res.RowsAffected(); err != nil {
		return out, mapError(err)
	}
	out.LastInsertID, err = res.LastInsertId()
	return out, mapError(err)
}

func (c *conn) query(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	s, err := c.prepare(ctx, query)
	if err != nil {
		return nil, err
	}
	rows, err := s.QueryContext(ctx, args...)
	return rows, mapError(err)
}

func (c *conn) close() {
	for _, s := range c.stmts {
		s.Close()
	}
	c.sql.Close()
}
