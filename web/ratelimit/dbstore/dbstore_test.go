package dbstore_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/ratelimit"
	"github.com/volaweb/vola/web/ratelimit/dbstore"
	"github.com/volaweb/vola/web/ratelimit/ratelimittest"
)

func prepare(t testing.TB, db *database.DB, create bool) *dbstore.Store {
	t.Helper()
	models, err := orm.NewModels(orm.Group{Module: "site", Models: []orm.Declaration{dbstore.Model()}})
	if err == nil {
		err = orm.Use(db, models)
	}
	if err == nil && create {
		err = models.CreateTables(t.Context(), db)
	}
	if err != nil {
		t.Fatal(err)
	}
	return dbstore.New(func() *database.DB { return db })
}

func TestStore(t *testing.T) {
	t.Parallel()
	databasetest.EachMode(t, func(t *testing.T, db *database.DB) { ratelimittest.Run(t, prepare(t, db, true)) })
}

// TestTwoProcesses: two programs with the same database share the buckets.
func TestTwoProcesses(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]func(testing.TB) string{"sqlite": databasetest.SQLiteURL, "postgres": databasetest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := url(t)
			var stores []ratelimit.Store
			for i := range 2 {
				db, err := database.Open(t.Context(), database.Config{URL: at, Drivers: databasetest.Drivers(), Create: i == 0})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = db.Close() })
				stores = append(stores, prepare(t, db, i == 0))
			}
			ratelimittest.Run(t, stores...)
		})
	}
}

// TestOneStatement: each call is one statement, however many buckets there are.
func TestOneStatement(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		store := prepare(t, db, true)
		limit := ratelimit.Limit{Rate: 1, Per: time.Minute}
		now := time.Now()
		for range 3 { // a new one, an empty one
			for _, call := range []func(ctx context.Context) error{
				func(ctx context.Context) error {
					_, err := store.Take(ctx, ratelimit.Key{1}, limit, now)
					return err
				},
				func(ctx context.Context) error { return store.Give(ctx, ratelimit.Key{1}, time.Second) },
			} {
				var statements databasetest.Statements
				if err := call(statements.Observe(t.Context())); err != nil {
					t.Fatal(err)
				}
				statements.Want(t, 1)
			}
		}
	})
}

// piece is how many rows are deleted with one statement.
const piece = 1000

// TestClean deletes what is full, in pieces, and nothing else.
func TestClean(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		store := prepare(t, db, true)
		now := time.Now()
		rows := make([]dbstore.Bucket, 2*piece+500)
		for i := range rows {
			rows[i] = dbstore.Bucket{Key: fmt.Sprint("key ", i), FullAt: now.Add(time.Duration(i-2*piece-1) * time.Second).UnixNano()}
		}
		if err := orm.CreateAll(t.Context(), db, rows); err != nil {
			t.Fatal(err)
		}
		var statements databasetest.Statements
		n, err := store.Clean(statements.Observe(t.Context()), now)
		if n != 2*piece+2 || err != nil {
			t.Errorf("%d deleted, %v", n, err)
		}
		statements.Want(t, 4) // 1,000, 1,000, 2 and none
		left, err := orm.From[dbstore.Bucket](db).Count(t.Context())
		if left != 498 || err != nil {
			t.Errorf("%d left, %v", left, err)
		}
		if n, err := store.Clean(t.Context(), now); n != 0 || err != nil {
			t.Errorf("again: %d deleted, %v", n, err)
		}
	})
}

// TestRun deletes, by the clock that it is given, what is full, and stops with its context.
func TestRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := prepare(t, databasetest.SQLite(t), true)
		later := func() time.Time { return time.Now().Add(365 * 24 * time.Hour) }
		if _, err := store.Take(t.Context(), ratelimit.Key{1}, ratelimit.Limit{Rate: 1, Per: 300 * 24 * time.Hour}, time.Now()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan bool)
		cleaned := make(chan bool)
		go func() {
			defer close(ended)
			store.Run(database.Observe(ctx, func(context.Context, database.Statement) {
				select {
				case cleaned <- true:
				case <-ctx.Done():
				}
			}), later, slog.New(slog.DiscardHandler))
		}()
		<-cleaned
		cancel()
		<-ended
		if n, err := store.Clean(t.Context(), later()); n != 0 || err != nil {
			t.Errorf("%d left, %v", n, err)
		}
	})
}

// TestErrors: a database that is not there, a transaction of the caller and a cancelled context
// are errors, and allow nothing.
func TestErrors(t *testing.T) {
	t.Parallel()
	limit := ratelimit.Limit{Rate: 1, Per: time.Minute}
	try := func(t *testing.T, ctx context.Context, store *dbstore.Store) error {
		t.Helper()
		result, err := store.Take(ctx, ratelimit.Key{1}, limit, time.Now())
		if result.Allowed {
			t.Error("allowed")
		}
		if err2 := store.Give(ctx, ratelimit.Key{1}, 1); (err == nil) != (err2 == nil) {
			t.Errorf("take: %v, give: %v", err, err2)
		}
		_, err3 := store.Clean(ctx, time.Now())
		if (err == nil) != (err3 == nil) {
			t.Errorf("take: %v, clean: %v", err, err3)
		}
		return err
	}
	if err := try(t, t.Context(), dbstore.New(func() *database.DB { return nil })); err == nil {
		t.Error("no database: no error")
	}
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		store := prepare(t, db, true)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := try(t, ctx, store); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
		err := db.InTx(t.Context(), func(ctx context.Context, _ *database.Tx) error {
			if err := try(t, ctx, store); err == nil {
				t.Error("in a transaction: no error")
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		// After all that, one is left.
		if result, err := store.Take(t.Context(), ratelimit.Key{1}, limit, time.Now()); !result.Allowed || err != nil {
			t.Errorf("%+v, %v", result, err)
		}
		var b dbstore.Bucket
		if b, err = orm.From[dbstore.Bucket](db).First(t.Context()); err != nil || len(b.Key) != 43 || !b.Allowed {
			t.Errorf("%+v, %v", b, err)
		}
	})
}

func BenchmarkTake(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *database.DB{"sqlite": databasetest.SQLite, "postgres": databasetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			store := prepare(b, open(b), true)
			limit := ratelimit.Limit{Rate: 100, Per: time.Second}
			for b.Loop() {
				if _, err := store.Take(b.Context(), ratelimit.Key{1}, limit, time.Now()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestInASite runs the module of the documentation.
func TestInASite(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		prepare(t, db, true)
		s := newShop()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		if err := s.Start(ctx, &module.Host{DB: db, Log: slog.New(slog.DiscardHandler), Now: time.Now}); err != nil {
			t.Fatal(err)
		}
		router := web.NewRouter()
		s.Routes(router)
		mux, err := router.Build(web.BuildConfig{})
		if err != nil {
			t.Fatal(err)
		}
		statuses := map[int]int{}
		for range 12 {
			rec := httptest.NewRecorder()
			mux.ServeHTTP(rec, httptest.NewRequest("POST", "/orders/", nil))
			statuses[rec.Code]++
		}
		if statuses[429] != 2 || len(statuses) != 2 {
			t.Errorf("%v", statuses)
		}
		var module module.Module = s
		if module.Name() != "shop" || len(s.Models()) != 1 {
			t.Error("not a module")
		}
	})
}
