package auth_test

import (
	"context"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/volatest"
	dblimits "github.com/volaweb/vola/web/ratelimit/dbstore"
	dbsessions "github.com/volaweb/vola/web/sessions/dbstore"
)

// lent is a site that tests use one after the other: to start one costs more than most tests. Each
// test has it alone, with an empty database and a clock of its own.
type lent struct {
	*volatest.Client
	clock atomic.Pointer[volatest.Clock] // nil for the time as it is
	log   atomic.Pointer[io.Writer]      // of the test
}

func (l *lent) now() time.Time {
	if clock := l.clock.Load(); clock != nil {
		return clock.Now()
	}
	return time.Now()
}

// Write writes to the log of the test.
func (l *lent) Write(p []byte) (int, error) { return (*l.log.Load()).Write(p) }

// pool has the sites that no test uses.
type pool struct {
	mu    sync.Mutex
	free  map[string][]*lent // by the database
	after []func()
}

var sites = &pool{free: map[string][]*lent{}}

// TestMain stops the sites when all tests are over.
func TestMain(m *testing.M) {
	code := m.Run()
	for i := len(sites.after) - 1; i >= 0; i-- {
		sites.after[i]()
	}
	os.Exit(code)
}

// lasting is a test whose end is that of all tests.
type lasting struct {
	testing.TB
	pool *pool
}

// Cleanup keeps fn until all tests are over.
func (l lasting) Cleanup(fn func()) {
	l.pool.mu.Lock()
	defer l.pool.mu.Unlock()
	l.pool.after = append(l.pool.after, fn)
}

// TempDir returns a folder that is there until all tests are over.
func (l lasting) TempDir() string {
	dir, err := os.MkdirTemp("", "auth")
	if err != nil {
		l.Fatal(err)
	}
	l.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// lend gives a test a site to itself, until the test is over. One with which a test has failed is not
// lent again.
func (p *pool) lend(t *testing.T, name string, open func(testing.TB) *database.DB, clock *volatest.Clock) *volatest.Client {
	t.Helper()
	p.mu.Lock()
	var l *lent
	if free := p.free[name]; len(free) > 0 {
		l, p.free[name] = free[len(free)-1], free[:len(free)-1]
	}
	p.mu.Unlock()
	log := t.Output()
	if l == nil {
		l = &lent{}
		l.log.Store(&log)
		all := lasting{t, p}
		l.Client = volatest.Start(all, site(), volatest.Options{DB: open(all), Now: l.now, Log: l})
	}
	l.clock.Store(clock)
	l.log.Store(&log)
	c := l.For(t)
	t.Cleanup(func() {
		l.log.Store(new(io.Writer(io.Discard)))
		if !t.Failed() {
			empty(t, c)
			p.mu.Lock()
			defer p.mu.Unlock()
			p.free[name] = append(p.free[name], l)
		}
	})
	return c
}

// empty deletes all rows of the modules of site.
func empty(t *testing.T, c *volatest.Client) {
	t.Helper()
	delete := func(n int64, err error) {
		t.Helper()
		if err != nil {
			t.Error(err)
		}
	}
	ctx := context.Background() // that of the test is over
	delete(orm.From[auth.User](c.DB).Every().Delete(ctx))
	delete(orm.From[auth.Group](c.DB).Every().Delete(ctx))
	delete(orm.From[auth.Link](c.DB).Every().Delete(ctx))
	delete(orm.From[auth.Event](c.DB).Every().Delete(ctx))
	delete(orm.From[dbsessions.Session](c.DB).Every().Delete(ctx))
	delete(orm.From[dblimits.Bucket](c.DB).Every().Delete(ctx))
}

// each runs a test on both databases, with a site that other tests have used before.
func each(t *testing.T, test func(t *testing.T, c *volatest.Client)) {
	t.Helper()
	on(t, func(t *testing.T, name string, open func(testing.TB) *database.DB) {
		test(t, sites.lend(t, name, open, nil))
	})
}

// eachAt is each with a clock, as volatest.EachAt.
func eachAt(t *testing.T, test func(t *testing.T, c *volatest.Client, clock *volatest.Clock)) {
	t.Helper()
	on(t, func(t *testing.T, name string, open func(testing.TB) *database.DB) {
		clock := volatest.NewClock(time.Date(2030, 3, 1, 12, 0, 0, 0, time.UTC))
		test(t, sites.lend(t, name, open, clock), clock)
	})
}

// one runs a test on SQLite alone; clock may be nil.
func one(t *testing.T, clock *volatest.Clock) *volatest.Client {
	t.Helper()
	return sites.lend(t, "sqlite", databasetest.SQLite, clock)
}

// on runs a test for each database.
func on(t *testing.T, test func(t *testing.T, name string, open func(testing.TB) *database.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, "sqlite", databasetest.SQLite)
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, "postgres", databasetest.Postgres)
	})
}
