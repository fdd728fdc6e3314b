package database_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/fault"
)

func TestOpen(t *testing.T) {
	t.Parallel()
	f := &fake{}
	cfg := database.Config{URL: "fake://ann:secret@h/x", Drivers: []database.Driver{f}}
	db, err := database.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if f.cfg.MaxConns != 8 || db.URL() != "fake://ann:xxxxx@h/x" {
		t.Errorf("%d connections, URL %s", f.cfg.MaxConns, db.URL())
	}
	cfg.MaxConns = 3
	if _, err := database.Open(t.Context(), cfg); err != nil || f.cfg.MaxConns != 3 {
		t.Errorf("%v, %d connections", err, f.cfg.MaxConns)
	}
	// A driver that cannot check URLs takes those of its scheme.
	if err := database.CheckURL("fake:", cfg.Drivers); err != nil {
		t.Error(err)
	}
	for url, want := range map[string]string{"": "has no scheme", ":x": "has no scheme", "fake": "has no scheme", "FAKE:x": "no driver", "fakes:x": "no driver"} {
		err := database.CheckURL(url, cfg.Drivers)
		if fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "write fake://...") {
			t.Errorf("%q: %v, want %q", url, err, want)
		}
	}
}

// However wrong a URL is, its password is not shown; however right, the rest is.
func TestRedactURL(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ url, want string }{
		{"sqlite:site.db", "sqlite:site.db"},
		{"sqlite:/srv/my@home/site%3F.db", "sqlite:/srv/my@home/site%3F.db"},
		{"postgres://h/db", "postgres://h/db"},
		{"postgres://ann@h:5432/db?sslmode=disable&application_name=x", "postgres://ann@h:5432/db?sslmode=disable&application_name=x"},
		{"postgres://ann:secret@h/db?z=1&a=2", "postgres://ann:xxxxx@h/db?z=1&a=2"},
		{"postgres://ann:sec%40ret@h/my%40db", "postgres://ann:xxxxx@h/my%40db"},
		{"postgres://h/db?user=ann&password=secret&z=1", "postgres://h/db?user=ann&password=xxxxx&z=1"},
		{"postgres://h/db?sslkey=k&sslpassword=secret", "postgres://h/db?sslkey=k&sslpassword=xxxxx"},
		{"postgres://h/db?passwor%64=secret", "postgres://h/db?passwor%64=xxxxx"},
		{"postgres://h/db?password=secret&password=secret", "postgres://h/db?password=xxxxx&password=xxxxx"},
		// With signs in the password that must be written otherwise.
		{"postgres://h/db?password=50%off-secret", "postgres://h/db?password=xxxxx"},
		{"postgres://h/db?z=%zz&password=secret", "postgres://h/db?z=%zz&password=xxxxx"},
		{"postgres://h/db?password=a;secret", "postgres://h/db?password=xxxxx"},
		{"postgres://h/db?z=1;password=secret", "postgres://h/db?z=xxxxx"},
		{"postgres://h/db?password=a&secret", "postgres://h/db?password=xxxxx&xxxxx"},
		{"postgres://h/db?password=a@secret", "postgres://h/db?password=xxxxx"},
		{"postgres://h/db?password=a#secret", "postgres:..."},
		{"postgres://ann:50%secret@h/db", "postgres:..."},
		{"postgres://ann:a/secret@h/db", "postgres:..."},
		{"postgres://ann:12/secret@h/db", "postgres:..."},
		{"postgres://ann:12?secret@h/db", "postgres:..."},
		{"postgres://ann:12#secret@h/db", "postgres:..."},
		{"postgres://ann:secret?password@h/db", "postgres:..."},
		{"postgres://ann:1?secret=password@h/db?a=b", "postgres:..."},
		{"postgres://ann:a@secret/b@h/db", "postgres:..."},
		{"postgres:ann:secret@h/db", "postgres:..."},
		// Without a scheme, or in the form of libpq.
		{"site.db", "site.db"},
		{"ann:secret@h/db", "ann:..."},
		{"//ann:secret@h/db", "//ann:xxxxx@h/db"},
		{"host=h user=ann password=secret", "..."},
		{"host=h password=a:secret", "..."},
		{"secret\x7f@", "..."},
		{"", ""},
	} {
		got := database.RedactURL(tt.url)
		if got != tt.want || strings.Contains(got, "secret") {
			t.Errorf("%q: %q, want %q", tt.url, got, tt.want)
		}
		if err := database.CheckURL(tt.url, databasetest.Drivers()); err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("the password is in %v", err)
		}
	}
}

// A name is one name to the database, whatever is in it.
func TestQuote(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		for _, name := range []string{"plain", "UpperCase", "two words", `with "quotes"`, `""`, `x"; DROP TABLE t; --`, "straße", "a.b", "?", "$1", "select", `back\slash`, "it's"} {
			rows, err := db.Query(t.Context(), "SELECT 1 AS "+database.Quote(name))
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if columns, err := rows.Columns(); err != nil || len(columns) != 1 || columns[0] != name {
				t.Errorf("%s is %q, %v", name, columns, err)
			}
			rows.Close()
			if b := database.AppendQuoted([]byte("t."), name); string(b) != "t."+database.Quote(name) {
				t.Errorf("appended: %s", b)
			}
		}
	})
}

func TestAttached(t *testing.T) {
	t.Parallel()
	db, other := (&fake{}).open(t), (&fake{}).open(t)
	type key struct{}
	type another struct{}
	if v := db.Attached(key{}, nil); v != nil {
		t.Errorf("before: %v", v)
	}
	var wg sync.WaitGroup
	got := make([]any, 8)
	for i := range got {
		wg.Go(func() { got[i] = db.Attached(key{}, func() any { return new(int) }) })
	}
	wg.Wait()
	for _, v := range got {
		if v != got[0] || v == nil {
			t.Fatal("not all have the same")
		}
	}
	if db.Attached(key{}, nil) != got[0] || db.Attached(another{}, nil) != nil || other.Attached(key{}, nil) != nil {
		t.Error("it is kept for another key or database")
	}
}

// QueryRow says why there is no row, once.
func TestQueryRow(t *testing.T) {
	t.Parallel()
	broken := &database.Error{Kind: database.Connection, Cause: errors.New("gone")}
	for _, tt := range []struct {
		name string
		rows int
		ends error
		dest []any
		want string
	}{
		{"one", 1, nil, nil, ""},
		{"several", 5, nil, nil, ""},
		{"none", 0, nil, nil, "no such row"},
		{"broken before", 0, broken, nil, "no connection to the database: gone"},
		{"broken after", 1, broken, nil, "no connection to the database: gone"},
		{"not to be scanned", 1, nil, []any{new(int)}, "scan row: there are no columns"},
		{"not to be scanned, and broken", 1, broken, []any{new(int)}, "scan row: there are no columns"},
	} {
		f := &fake{rows: tt.rows, ends: tt.ends}
		err := database.QueryRow(t.Context(), f.open(t), tt.dest, "q")
		if got := fmt.Sprint(err); err != nil && got != tt.want || (err == nil) != (tt.want == "") {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
		if tt.name == "none" && !errors.Is(err, database.ErrNoRows) {
			t.Error("no ErrNoRows")
		}
	}
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		var n int64
		err := database.QueryRow(t.Context(), db, []any{&n}, "SELECT 'x'")
		if err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("a text as a number: %v", err)
		}
		// Copying into a variable is nothing that the transaction has to undo.
		err = db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
			if err := database.QueryRow(ctx, tx, []any{&n}, "SELECT 'x'"); err == nil {
				t.Error("no error in the transaction")
			}
			return database.QueryRow(ctx, tx, []any{&n}, "SELECT 7")
		})
		if err != nil || n != 7 {
			t.Errorf("%d, %v", n, err)
		}
	})
}

// A driver that cannot ping is asked a question, of which nobody is told.
func TestPingWithoutPinger(t *testing.T) {
	t.Parallel()
	f := &fake{}
	db := f.open(t)
	ctx := database.Observe(t.Context(), func(_ context.Context, s database.Statement) { t.Errorf("told of %s", s.SQL) })
	if err := db.Ping(ctx); err != nil || f.did() != "SELECT 1" {
		t.Error(err)
	}
	f.failing("SELECT 1")
	if err := db.Ping(ctx); err == nil {
		t.Error("no error")
	}
}

// ErrHeld names who waits and which transactions are open, while they are.
func TestHeld(t *testing.T) {
	t.Parallel()
	f := &fake{}
	db := f.open(t)
	held := func() {
		f.fail = func(what string) error {
			if what == "wait" || what == "begin" {
				return database.ErrHeld
			}
			return nil
		}
	}
	check := func(err error, places int) {
		t.Helper()
		if !errors.Is(err, database.ErrHeld) || fault.KindOf(err) != fault.Unavailable || strings.Count(err.Error(), "db_test.go:") != places {
			t.Errorf("%v, want %d places", err, places)
		}
	}
	err := db.InTx(t.Context(), func(context.Context, *database.Tx) error {
		return db.InTx(t.Context(), func(context.Context, *database.Tx) error {
			held()
			_, err := db.Exec(t.Context(), "wait")
			check(err, 3)
			_, err = db.Query(t.Context(), "wait")
			check(err, 3)
			check(db.InTx(t.Context(), exec("x", nil)), 3)
			return nil
		})
	})
	if err != nil {
		t.Error(err)
	}
	_, err = db.Exec(t.Context(), "wait")
	check(err, 1) // all have ended
}

// Root finds the database of every handle.
func TestRoot(t *testing.T) {
	t.Parallel()
	db := (&fake{}).open(t)
	err := db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
		return tx.InTx(ctx, func(_ context.Context, inner *database.Tx) error {
			got := []bool{database.Root(db) == db, database.Root(tx) == db, database.Root(inner) == db, inner.Backend() == tx.Backend()}
			if diff := cmp.Diff([]bool{true, true, true, true}, got); diff != "" {
				t.Error(diff)
			}
			return nil
		})
	})
	if err != nil {
		t.Error(err)
	}
}
