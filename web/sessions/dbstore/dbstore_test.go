package dbstore_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/web/sessions"
	"github.com/volaweb/vola/web/sessions/dbstore"
	"github.com/volaweb/vola/web/sessions/sessionstest"
)

// prepare makes the table of sessions.
func prepare(t testing.TB, db *database.DB) *dbstore.Store {
	t.Helper()
	models, err := orm.NewModels(orm.Group{Module: "shop", Models: []orm.Declaration{dbstore.Model()}})
	if err == nil {
		err = errors.Join(orm.Use(db, models), models.CreateTables(t.Context(), db))
	}
	if err != nil {
		t.Fatal(err)
	}
	return dbstore.New(db)
}

func TestSQLite(t *testing.T) {
	t.Parallel()
	sessionstest.Run(t, sessionstest.Options{}, func(t *testing.T) sessions.Store { return prepare(t, databasetest.SQLite(t)) })
}

func TestPostgres(t *testing.T) {
	t.Parallel()
	sessionstest.Run(t, sessionstest.Options{}, func(t *testing.T) sessions.Store { return prepare(t, databasetest.Postgres(t)) })
}

var now = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

func create(t testing.TB, s *dbstore.Store, until time.Duration) string {
	t.Helper()
	token, err := s.Create(t.Context(), &sessions.Record{User: 7, Created: now, Seen: now, Idle: until, Ends: now.Add(until),
		Data: map[string]json.RawMessage{"cart": json.RawMessage(`{"1":2}`)}})
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// TestStatements: a token costs one statement, what is not a token none.
func TestStatements(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s := prepare(t, db)
		token := create(t, s, time.Hour)
		var statements databasetest.Statements
		ctx := statements.Observe(t.Context())
		r, err := s.Load(ctx, token, now)
		if err != nil {
			t.Fatal(err)
		}
		statements.Want(t, 1)
		if _, err := s.Load(ctx, "not a token", now); !errors.Is(err, sessions.ErrNone) {
			t.Error(err)
		}
		statements.Want(t, 0)
		if _, _, err := s.Change(ctx, token, r, func(r *sessions.Record) error { r.User = 8; return nil }); err != nil {
			t.Fatal(err)
		}
		statements.Want(t, 1)
	})
}

// TestCleanUp deletes what has expired, in pieces, and nothing else.
func TestCleanUp(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s := prepare(t, db)
		lives := create(t, s, time.Hour)
		rows := make([]dbstore.Session, 2100)
		for i := range rows {
			hash, _ := sessions.HashToken(sessions.NewToken())
			rows[i] = dbstore.Session{Hash: hash, Record: "{}", Until: now}
		}
		if err := orm.CreateAll(t.Context(), db, rows); err != nil {
			t.Fatal(err)
		}
		if n, err := s.CleanUp(t.Context(), now); n != len(rows) || err != nil {
			t.Errorf("deleted %d, %v", n, err)
		}
		if n, err := s.CleanUp(t.Context(), now); n != 0 || err != nil {
			t.Errorf("deleted %d, %v", n, err)
		}
		if _, err := s.Load(t.Context(), lives, now); err != nil {
			t.Error(err)
		}
	})
}

// TestTooLarge: what is more than a session may hold is refused, and what was there stays.
func TestTooLarge(t *testing.T) {
	const most = 64 << 10 // bytes of JSON
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s := prepare(t, db)
		token := create(t, s, time.Hour)
		r, err := s.Load(t.Context(), token, now)
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = s.Change(t.Context(), token, r, func(r *sessions.Record) error {
			r.Data["big"] = json.RawMessage(`"` + strings.Repeat("x", most) + `"`)
			return nil
		})
		if fault.KindOf(err) != fault.TooLarge {
			t.Errorf("a session of more than %d bytes: %v", most, err)
		}
		if got, err := s.Load(t.Context(), token, now); err != nil || string(got.Data["cart"]) != `{"1":2}` || got.Data["big"] != nil {
			t.Errorf("after it: %+v, %v", got, err)
		}
	})
}

// TestNoTokenInTheTable: no column of the table, sent as the cookie, opens a session.
func TestNoTokenInTheTable(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s := prepare(t, db)
		token := create(t, s, time.Hour)
		row, err := orm.From[dbstore.Session](db).First(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, column := range []string{row.Hash, row.Record, sessions.IDOf(row.Hash)} {
			if strings.Contains(column, token) {
				t.Errorf("the table has the token, in %q", column)
			}
			if _, err := s.Load(t.Context(), column, now); !errors.Is(err, sessions.ErrNone) {
				t.Errorf("%q opens a session: %v", column, err)
			}
		}
	})
}

// TestLoadAllocations: reading a session costs few allocations, as each request of who is
// logged in does it.
func TestLoadAllocations(t *testing.T) {
	db := databasetest.SQLite(t)
	s := prepare(t, db)
	token, ctx := create(t, s, time.Hour), t.Context()
	got := testing.AllocsPerRun(100, func() {
		if _, err := s.Load(ctx, token, now); err != nil {
			t.Fatal(err)
		}
	})
	if got > 12 {
		t.Errorf("%v allocations", got)
	}
}

func BenchmarkLoad(b *testing.B) {
	db := databasetest.SQLite(b)
	s := prepare(b, db)
	token := create(b, s, time.Hour)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Load(b.Context(), token, now); err != nil {
			b.Fatal(err)
		}
	}
}
