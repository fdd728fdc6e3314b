package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/volaweb/vola/database"
)

// pool hands out connections, each with the statements it has prepared.
// database/sql's own pool is not used for that, because a statement prepared
// there cannot be run by a transaction without a search or a new connection.
type pool struct {
	open func() (*sql.DB, error)
	busy time.Duration // how long a statement waits for another process
	// free holds one token for each connection that may still be taken.
	free chan struct{}
	// done is closed when the pool is.
	done chan struct{}

	// patience is how long one waits for a connection whose holder does nothing;
	// 0 is for ever. working counts the statements that run, ticks those that ran.
	patience time.Duration
	working  atomic.Int32
	ticks    atomic.Uint64

	// released has an element for a connection that was given back.
	released chan struct{}

	mu     sync.Mutex
	db     *sql.DB // opened at the first use
	idle   []*conn
	inUse  int
	closed bool
}

func newPool(size int, busy time.Duration, open func() (*sql.DB, error)) *pool {
	p := &pool{open: open, busy: busy, free: make(chan struct{}, size), done: make(chan struct{}), released: make(chan struct{}, size)}
	for range size {
		p.free <- struct{}{}
	}
	return p
}

var errClosed = errors.New("the database is closed")

// acquire returns a connection, which must be released. Where no more can be
// opened, because the system has no more files for this program, it waits for
// one that is in use.
func (p *pool) acquire(ctx context.Context) (*conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err // also where one is free
	}
	select {
	case <-p.free:
	default:
		if err := p.wait(ctx); err != nil {
			return nil, err
		}
	}
	p.ticks.Add(1)
	for {
		c, err := p.take(ctx)
		if err == nil {
			return c, nil
		}
		if !cannotOpen(err) || !p.isInUse() {
			p.free <- struct{}{}
			return nil, err
		}
		select {
		case <-p.released:
		case <-ctx.Done():
			p.free <- struct{}{}
			return nil, ctx.Err()
		}
	}
}

// wait waits for a token.
func (p *pool) wait(ctx context.Context) error {
	var late <-chan time.Time // never, without patience
	if p.patience > 0 {
		ticker := time.NewTicker(p.patience)
		defer ticker.Stop()
		late = ticker.C
	}
	for {
		before := p.ticks.Load()
		select {
		case <-p.free:
			return nil
		case <-p.done:
			return errClosed
		case <-ctx.Done():
			return ctx.Err()
		case <-late:
			if p.working.Load() == 0 && p.ticks.Load() == before {
				return database.ErrHeld
			}
		}
	}
}

// work notes that a connection of the pool does something until rest is called.
func (p *pool) work() {
	if p.patience > 0 {
		p.working.Add(1)
	}
}

func (p *pool) rest() {
	if p.patience == 0 {
		return
	}
	p.ticks.Add(1)
	p.working.Add(-1)
}

func (p *pool) isInUse() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.inUse > 0 || len(p.idle) > 0
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
		p.inUse++
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
	sc, err := p.connect(ctx)
	if err != nil {
		return nil, err
	}
	c := &conn{of: p, sql: sc, stmts: map[string]*stmt{}}
	err = sc.Raw(func(raw any) error {
		var ok bool
		if c.engine, ok = raw.(driver.ConnPrepareContext); !ok {
			return fmt.Errorf("the engine's %T prepares no statements", raw)
		}
		if c.watch = newWatch(raw, p.busy); c.watch != nil {
			c.watch.keepPlans()
		}
		return nil
	})
	if err == nil {
		p.inUse++
	}
	return c, err
}

// connect opens a connection. While other processes switch the same file to WAL
// the engine refuses at once, whatever its timeout; then it is tried again.
func (p *pool) connect(ctx context.Context) (*sql.Conn, error) {
	const pause, tries = 20 * time.Millisecond, 500
	for n := 1; ; n++ {
		sc, err := p.db.Conn(ctx)
		if err = mapError(err); err == nil || n == tries || !errors.Is(err, database.ErrSerialization) {
			return sc, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(pause):
		}
	}
}

// release gives a connection back. One that broke is closed.
func (p *pool) release(c *conn, broken bool) {
	p.mu.Lock()
	p.inUse--
	if p.closed || broken {
		p.mu.Unlock()
		c.close()
	} else {
		p.idle = append(p.idle, c)
		p.mu.Unlock()
	}
	select {
	case p.released <- struct{}{}:
	default: // so many are told already
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
// goroutine at a time, and by nobody else: that is why statements can be run
// on the engine's connection itself, without what database/sql does to share
// one.
type conn struct {
	of     *pool
	sql    *sql.Conn
	engine driver.ConnPrepareContext
	stmts  map[string]*stmt
	watch  *watch // nil if the engine watches contexts
	// args is room for the arguments of one call.
	args []driver.NamedValue
}

// engineStmt is what a prepared statement of the engine can do.
type engineStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// stmt is a prepared statement.
type stmt struct {
	engine engineStmt
	direct *direct // nil if only the driver can run it
	// busy says that its rows are still read. Run again meanwhile, it would
	// begin again.
	busy bool
	// once says that it is not kept.
	once bool
	// values is room for a row of its result.
	values []driver.Value
}

// prepare returns the statement, prepared now or before. It must be released.
func (c *conn) prepare(ctx context.Context, query string) (*stmt, error) {
	kept, ok := c.stmts[query]
	if ok && !kept.busy {
		kept.busy = true
		return kept, nil
	}
	raw, err := c.engine.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	engine, isStmt := raw.(engineStmt)
	if !isStmt {
		return nil, errors.Join(fmt.Errorf("the engine's %T lacks methods", raw), raw.Close())
	}
	s := &stmt{engine: engine, direct: newDirect(c.watch, raw), busy: true, once: ok}
	if !s.once {
		c.makeRoom()
		c.stmts[query] = s
	}
	return s, nil
}

// makeRoom closes a statement when there are too many: any one, since the
// map's order is random.
func (c *conn) makeRoom() {
	if len(c.stmts) < maxStmts {
		return
	}
	for q, old := range c.stmts {
		if old.busy {
			continue
		}
		old.close()
		delete(c.stmts, q)
		return
	}
}

// release gives a statement back whose rows are read.
func (s *stmt) release() error {
	s.busy = false
	if s.once {
		return s.close()
	}
	return nil
}

func (s *stmt) close() error {
	err := s.engine.Close()
	s.direct.free()
	return err
}

// values returns the arguments in the form that the engine takes. They must be
// cleared after the call.
func (c *conn) values(args []any) ([]driver.NamedValue, error) {
	var err error
	c.args, err = engineArgs(c.args[:0], args)
	return c.args, err
}

func (c *conn) exec(ctx context.Context, query string, args []any) (out result, err error) {
	c.of.work()
	defer c.of.rest()
	values, err := c.values(args)
	if err != nil {
		return result{}, err
	}
	if err := ctx.Err(); err != nil {
		return result{}, err
	}
	engine, before := c.enter(ctx)
	s, err := c.prepare(engine, query)
	if err != nil {
		return result{}, c.leave(before, err)
	}
	defer func() { err = join(err, s.release()) }()
	if s.direct.takes(values) {
		out, err = s.direct.exec(values)
		clear(values)
		return out, c.leave(before, err)
	}
	res, err := s.engine.ExecContext(engine, values)
	clear(values)
	if err = c.leave(before, err); err != nil {
		return result{}, err
	}
	if out.RowsAffected, err = res.RowsAffected(); err != nil {
		return out, mapError(err)
	}
	out.LastInsertID, err = res.LastInsertId()
	return out, mapError(err)
}

func (c *conn) query(ctx context.Context, query string, args []any) (*rows, error) {
	c.of.work()
	defer c.of.rest()
	values, err := c.values(args)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	engine, before := c.enter(ctx)
	s, err := c.prepare(engine, query)
	if err != nil {
		return nil, c.leave(before, err)
	}
	r, err := c.start(ctx, s, values)
	if r == nil && err == nil {
		var res driver.Rows
		if res, err = s.engine.QueryContext(engine, values); err == nil {
			r = newRows(ctx, c, s, res)
		}
	}
	clear(values)
	if err = c.leave(before, err); err != nil {
		return nil, join(err, s.release())
	}
	return r, nil
}

// join is errors.Join without its cost where there is no error.
func join(err, err2 error) error {
	if err2 == nil {
		return err
	}
	return errors.Join(err, err2)
}

func (c *conn) close() {
	for _, s := range c.stmts {
		s.close()
	}
	c.watch.remove()
	c.sql.Close()
}
