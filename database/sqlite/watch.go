package sqlite

import (
	"context"
	"reflect"
	"time"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// The engine stops a statement whose context is done by a goroutine, which it
// starts for each statement, and which interrupts all statements that the
// connection has at work. It is given contexts that never end instead. What it
// calls while a statement runs, and while it waits for another process, looks at
// the context of that statement: nothing is started, and no other statement is
// stopped. Statements are looked at every few microseconds, and those that wait
// between two attempts.

// watchSteps is after how many instructions of SQLite's virtual machine the
// context is looked at (https://www.sqlite.org/c3ref/progress_handler.html).
const watchSteps = 1000

// watch is what a connection has set up in the engine to look at the context of
// the statement that runs.
type watch struct {
	tls     *libc.TLS
	timeout time.Duration // of waiting for another process
	db      uintptr
	mutex   uintptr // of the engine's connection
	// running is the context of the statement, nil for none. It is set and read
	// by the goroutine that runs the statement.
	running ended
	// The engine has the addresses of these, which must live as long.
	step func(*libc.TLS, uintptr) int32
	busy func(*libc.TLS, uintptr, int32) int32
}

// newWatch sets up the handlers on an engine's connection, nil if it does not have
// the fields that are looked for; its statements then watch their contexts
// themselves.
func newWatch(engine any, busy time.Duration) *watch {
	v := reflect.ValueOf(engine)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		return nil
	}
	db, tls := v.Elem().FieldByName("db"), v.Elem().FieldByName("tls")
	if !db.IsValid() || db.Kind() != reflect.Uintptr || db.Uint() == 0 || !tls.IsValid() || tls.Type() != reflect.TypeFor[*libc.TLS]() {
		return nil
	}
	w := &watch{timeout: busy, db: uintptr(db.Uint()), tls: (*libc.TLS)(tls.UnsafePointer())}
	w.step = func(*libc.TLS, uintptr) int32 {
		if w.running != nil && w.running.Err() != nil {
			return 1
		}
		return 0
	}
	w.busy = func(_ *libc.TLS, _ uintptr, tries int32) int32 {
		if w.wait(int(tries)) {
			return 1
		}
		return 0
	}
	sqlite3.Xsqlite3_busy_handler(w.tls, w.db, address(w.busy), 0)
	w.mutex = w.own().Fmutex
	w.own().Fmutex = 0
	return w
}

// own returns the engine's connection. Without its mutex it is one that was opened
// for a single thread at a time (https://www.sqlite.org/threadsafe.html), which is
// how a *sql.Conn is used; the engine takes the mutex for each column that is
// read.
func (w *watch) own() *sqlite3.Tsqlite3 { return *(**sqlite3.Tsqlite3)(unsafe.Pointer(&w.db)) }

// arm sets what the engine calls while a statement runs. It has room for one such
// function, which its own statements replace and remove: those of a library that
// was given the *sql.Tx, say.
func (w *watch) arm() {
	sqlite3.Xsqlite3_progress_handler(w.tls, w.db, watchSteps, address(w.step), 0)
}

// remove takes the handlers away. The connection is closed after that, or set up
// again.
func (w *watch) remove() {
	if w != nil {
		sqlite3.Xsqlite3_progress_handler(w.tls, w.db, 0, 0, 0)
		sqlite3.Xsqlite3_busy_handler(w.tls, w.db, 0, 0)
		w.own().Fmutex = w.mutex
	}
}

// wait waits before the next attempt to get a lock that another process has, and
// is false when it was for long enough, or the context is done. The pauses are
// those of SQLite itself.
func (w *watch) wait(tries int) bool {
	var waited time.Duration
	pauses := [...]time.Duration{1, 2, 5, 10, 15, 20, 25, 25, 25, 50, 50, 100}
	for i := range tries {
		waited += pauses[min(i, len(pauses)-1)] * time.Millisecond
	}
	pause := min(pauses[min(tries, len(pauses)-1)]*time.Millisecond, w.timeout-waited)
	if pause <= 0 {
		return false
	}
	if w.running == nil {
		time.Sleep(pause)
		return true
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-w.running.Done():
		return false
	}
}

// address returns the address of a function as the engine calls it, see
// https://golang.org/s/go11func. The function must be kept where the garbage
// collector finds it.
func address[T any](f T) uintptr { return *(*uintptr)(unsafe.Pointer(&f)) }

// enter makes ctx the context of the statement that runs now, and returns the one
// to give to the engine, and what was before.
func (c *conn) enter(ctx context.Context) (engine context.Context, before ended) {
	if c.watch == nil {
		return ctx, nil
	}
	c.watch.arm()
	return context.Background(), c.resume(ctx)
}

// resume is enter for a statement that goes on.
func (c *conn) resume(running ended) (before ended) {
	if c.watch == nil {
		return nil
	}
	before = c.watch.running
	c.watch.running = running
	return before
}

// leave ends what enter began, and returns the error of the statement: that of the
// context if it is done and stopped it.
func (c *conn) leave(before ended, err error) error {
	if c.watch == nil {
		return mapError(err)
	}
	running := c.watch.running
	c.watch.running = before
	if err != nil && running != nil && stops(err) {
		if cause := running.Err(); cause != nil {
			return cause
		}
	}
	return mapError(err)
}
