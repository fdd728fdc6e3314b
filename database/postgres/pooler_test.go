package postgres_test

import (
	"context"
	"errors"
	"net"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/database/postgres"
)

// pooler is a server that does what poolers by transaction do, such as
// pgbouncer: each transaction of a client runs on whatever connection to the
// database is free, here always on another one than the last.
type pooler struct {
	t    *testing.T
	free chan *pgconn.HijackedConn
}

// newPooler returns the URL of a pooler in front of the database.
func newPooler(t *testing.T, raw string, conns int) string {
	t.Helper()
	p := &pooler{t: t, free: make(chan *pgconn.HijackedConn, conns)}
	for range conns {
		conn, err := pgconn.Connect(t.Context(), raw)
		if err != nil {
			t.Fatal(err)
		}
		server, err := conn.Hijack()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { server.Conn.Close() })
		p.free <- server
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var clients sync.WaitGroup
	t.Cleanup(clients.Wait)
	t.Cleanup(func() { l.Close() })
	clients.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			clients.Go(func() {
				defer client.Close()
				p.serve(client)
			})
		}
	})
	u, err := url.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	u.Host = l.Addr().String()
	return u.String()
}

// serve answers a client until it goes away.
func (p *pooler) serve(conn net.Conn) {
	client := pgproto3.NewBackend(conn, conn)
	if !p.greet(client) {
		return
	}
	for {
		first, err := client.Receive()
		if err != nil {
			return
		}
		if _, end := first.(*pgproto3.Terminate); end {
			return
		}
		server := <-p.free
		end := p.transaction(client, server.Frontend, first)
		p.free <- server
		if end {
			return
		}
	}
}

// greet lets the client in, without a password or encryption.
func (p *pooler) greet(client *pgproto3.Backend) bool {
	m, err := client.ReceiveStartupMessage()
	if _, ok := m.(*pgproto3.StartupMessage); err != nil || !ok {
		return false // a request to cancel, or for encryption
	}
	client.Send(&pgproto3.AuthenticationOk{})
	for name, value := range map[string]string{"standard_conforming_strings": "on", "client_encoding": "UTF8", "TimeZone": "UTC"} {
		client.Send(&pgproto3.ParameterStatus{Name: name, Value: value})
	}
	client.Send(&pgproto3.BackendKeyData{ProcessID: 1, SecretKey: []byte{0, 0, 0, 1}})
	client.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
	return client.Flush() == nil
}

// transaction passes messages on until the server is in no transaction any more.
func (p *pooler) transaction(client *pgproto3.Backend, server *pgproto3.Frontend, m pgproto3.FrontendMessage) (end bool) {
	for status := byte(0); ; {
		server.Send(m)
		_, query := m.(*pgproto3.Query)
		_, sync := m.(*pgproto3.Sync)
		if query || sync {
			if err := server.Flush(); err != nil {
				return true
			}
			for status = 0; status == 0; {
				answer, err := server.Receive()
				if err != nil {
					return true
				}
				if ready, ok := answer.(*pgproto3.ReadyForQuery); ok {
					status = ready.TxStatus
				}
				client.Send(answer)
			}
			if err := client.Flush(); err != nil || status == 'I' {
				return err != nil
			}
		}
		var err error
		m, err = client.Receive()
		if _, left := m.(*pgproto3.Terminate); err != nil || left {
			server.Send(&pgproto3.Query{String: "ROLLBACK"})
			server.Flush()
			for {
				answer, err := server.Receive()
				if _, ready := answer.(*pgproto3.ReadyForQuery); err != nil || ready {
					return true
				}
			}
		}
	}
}

// withParam returns the URL with a parameter more.
func withParam(t *testing.T, raw, name, value string) string {
	t.Helper()
	u, err := url.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set(name, value)
	u.RawQuery = q.Encode()
	return u.String()
}

func openMode(t *testing.T, raw, mode string) *database.DB {
	t.Helper()
	db, err := database.Open(t.Context(), database.Config{URL: withParam(t, raw, "default_query_exec_mode", mode), Drivers: []database.Driver{postgres.Driver}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// TestBehindAPooler runs statements, transactions and locks through a pooler
// that works by transaction.
func TestBehindAPooler(t *testing.T) {
	t.Parallel()
	for _, mode := range databasetest.PostgresModes() {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			db := openMode(t, newPooler(t, databasetest.PostgresURL(t), 3), mode)
			if _, err := db.Exec(t.Context(), "CREATE TABLE t (n bigint)"); err != nil {
				t.Fatal(err)
			}
			const rounds = 10
			for range rounds {
				if _, err := db.Exec(t.Context(), "INSERT INTO t SELECT unnest($1::bigint[])", []any{int64(1), nil}); err != nil {
					t.Fatal(err)
				}
				err := db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
					_, err := tx.Exec(ctx, "INSERT INTO t VALUES ($1)", int64(2))
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			var n int64
			if err := database.QueryRow(t.Context(), db, []any{&n}, "SELECT count(*) FROM t WHERE n > $1", int64(0)); err != nil || n != 2*rounds {
				t.Errorf("%d rows, %v, want %d", n, err, 2*rounds)
			}
			if err := db.Ping(t.Context()); err != nil {
				t.Error(err)
			}
			locks(t, db)
		})
	}
}

// locks lets one wait for a lock that another has: it gets it afterwards, and
// leaves it free.
func locks(t *testing.T, db *database.DB) {
	t.Helper()
	locker := db.Backend().(database.Locker)
	unlock, err := locker.Lock(t.Context(), "name", func() { t.Error("nobody has the lock") })
	if err != nil {
		t.Fatal(err)
	}
	var freed atomic.Bool
	waiting := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		unlock, err := locker.Lock(t.Context(), "name", func() { close(waiting) })
		if err != nil {
			t.Error(err)
			return
		}
		if !freed.Load() {
			t.Error("two have the lock")
		}
		if err := unlock(); err != nil {
			t.Error(err)
		}
	})
	<-waiting
	freed.Store(true)
	if err := unlock(); err != nil {
		t.Error(err)
	}
	wg.Wait()
	if unlock, err = locker.Lock(t.Context(), "name", func() { t.Error("the lock was left behind") }); err != nil {
		t.Fatal(err)
	}
	if err := unlock(); err != nil {
		t.Error(err)
	}
}

// TestPoolerNeedsAMode: the default mode, which prepares statements, says what
// the URL lacks.
func TestPoolerNeedsAMode(t *testing.T) {
	t.Parallel()
	db := openMode(t, newPooler(t, databasetest.PostgresURL(t), 3), "cache_statement")
	var err error
	for range 10 {
		var n int64
		if err = database.QueryRow(t.Context(), db, []any{&n}, "SELECT $1::bigint", int64(1)); err != nil {
			break
		}
	}
	if err == nil || !strings.Contains(err.Error(), "default_query_exec_mode=exec") || errors.Is(err, database.ErrNoRows) {
		t.Errorf("%v", err)
	}
}

// TestFormsOfTheServer: in modes in which values come as text, the form in which
// the database writes times changes nothing, and one that cannot be read is
// refused when the database is opened.
func TestFormsOfTheServer(t *testing.T) {
	t.Parallel()
	for _, mode := range databasetest.PostgresModes() {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			raw := databasetest.PostgresURL(t)
			set := func(setting string) {
				t.Helper()
				admin := openMode(t, raw, "exec")
				_, err := admin.Exec(t.Context(), `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET `+setting+`', current_database()); END $$`)
				if err != nil {
					t.Fatal(err)
				}
			}
			set("DateStyle = ''German''")
			db := openMode(t, raw, mode)
			want := time.Date(2026, 2, 3, 4, 5, 6, 7000, time.UTC)
			var got time.Time
			if err := database.QueryRow(t.Context(), db, []any{&got}, "SELECT $1::timestamptz", want); err != nil || !got.Equal(want) {
				t.Errorf("%v, %v, want %v", got, err, want)
			}
			set("IntervalStyle = ''iso_8601''")
			_, err := database.Open(t.Context(), database.Config{URL: withParam(t, raw, "default_query_exec_mode", mode), Drivers: []database.Driver{postgres.Driver}})
			if wants := mode != "cache_describe"; wants != (err != nil) || wants && !strings.Contains(err.Error(), "SET IntervalStyle") {
				t.Errorf("an open with another style of intervals: %v", err)
			}
		})
	}
}

// TestLockHoldsNoView: who holds the lock has no view of the rows, for whose end
// CREATE INDEX CONCURRENTLY would wait for ever.
func TestLockHoldsNoView(t *testing.T) {
	t.Parallel()
	for _, mode := range databasetest.PostgresModes() {
		db := openMode(t, databasetest.PostgresURL(t), mode)
		unlock, err := db.Backend().(database.Locker).Lock(t.Context(), "view", func() {})
		if err != nil {
			t.Fatal(err)
		}
		var views int64
		if err := database.QueryRow(t.Context(), db, []any{&views}, `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_xmin IS NOT NULL`); err != nil || views != 0 {
			t.Errorf("%q: %d views of the rows are held, %v", mode, views, err)
		}
		if err := unlock(); err != nil {
			t.Error(err)
		}
	}
}
