package dbcache_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/volaweb/vola/cache"
	"github.com/volaweb/vola/cache/cachetest"
	"github.com/volaweb/vola/cache/dbcache"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/orm"
)

func prepare(t testing.TB, db *database.DB, create bool) *dbcache.Store {
	t.Helper()
	models, err := orm.NewModels(orm.Group{Module: "site", Models: dbcache.Models()})
	if err == nil {
		err = orm.Use(db, models)
	}
	if err == nil && create {
		err = models.CreateTables(t.Context(), db)
	}
	if err != nil {
		t.Fatal(err)
	}
	return dbcache.New(func() *database.DB { return db })
}

func TestStore(t *testing.T) {
	t.Parallel()
	databasetest.EachMode(t, func(t *testing.T, db *database.DB) { cachetest.Run(t, prepare(t, db, true)) })
}

// TestTwoDatabases: two pools on the same database are one store.
func TestTwoDatabases(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]func(testing.TB) string{"sqlite": databasetest.SQLiteURL, "postgres": databasetest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := url(t)
			var stores []cache.Store
			for i := range 2 {
				db, err := database.Open(t.Context(), database.Config{URL: at, Drivers: databasetest.Drivers(), Create: i == 0})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = db.Close() })
				stores = append(stores, prepare(t, db, i == 0))
			}
			cachetest.Run(t, stores...)
		})
	}
}

// TestStatements: how many each call takes.
func TestStatements(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		store := prepare(t, db, true)
		entry := func() cache.Entry {
			found, err := store.Get(t.Context(), "a")
			if err != nil {
				t.Fatal(err)
			}
			return cache.Entry{Value: []byte("x"), Tags: []string{"x"}, Expires: time.Now().Add(time.Hour), Mark: found.Now}
		}
		e := entry()
		for _, step := range []struct {
			what string
			call func(ctx context.Context) error
			want int
		}{
			{"nothing there", func(ctx context.Context) error { _, err := store.Get(ctx, "a"); return err }, 1},
			{"set", func(ctx context.Context) error { return store.Set(ctx, "a", e) }, 1},
			{"there", func(ctx context.Context) error { _, err := store.Get(ctx, "a"); return err }, 1},
			{"invalidate", func(ctx context.Context) error { return store.Invalidate(ctx, "y", "z") }, 2},
			{"there, after something else was invalidated", func(ctx context.Context) error { _, err := store.Get(ctx, "a"); return err }, 2},
			{"lease", func(ctx context.Context) error { _, err := store.Lease(ctx, "a", "o", time.Hour); return err }, 1},
			{"release", func(ctx context.Context) error { return store.Release(ctx, "a", "o") }, 1},
		} {
			var statements databasetest.Statements
			if err := step.call(statements.Observe(t.Context())); err != nil {
				t.Fatal(step.what, err)
			}
			t.Log(step.what)
			statements.Want(t, step.want)
		}
	})
}

// TestComputing: a value that is computed costs four statements, and one that is found one.
func TestComputing(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		c := cache.New(cache.Config{Store: prepare(t, db, true)})
		defer c.Close()
		for _, want := range []int{4, 1} {
			var statements databasetest.Statements
			if _, err := counted.Get(statements.Observe(t.Context()), c, "a", func(context.Context) (int64, error) { return 1, nil }, "x"); err != nil {
				t.Fatal(err)
			}
			statements.Want(t, want)
		}
	})
}

// TestClean deletes what has expired, and what is not needed to know.
func TestClean(t *testing.T) {
	const piece = 1000 // rows of one statement
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		store := prepare(t, db, true)
		ctx, now := t.Context(), time.Now()
		store.Now = func() time.Time { return now }
		items := make([]dbcache.Item, piece+10)
		for i := range items {
			items[i] = dbcache.Item{Key: fmt.Sprint("key ", i), Value: []byte{}, Mark: 1, Expires: now.Add(time.Duration(i-piece) * time.Second).UnixNano()}
		}
		items[0].Leased, items[0].Owner = now.Add(time.Hour).UnixNano(), "o"
		if err := orm.CreateAll(ctx, db, items); err != nil {
			t.Fatal(err)
		}
		clean := func(want int64) {
			t.Helper()
			if n, err := store.Clean(ctx); n != want || err != nil {
				t.Errorf("%d deleted, %v, want %d", n, err, want)
			}
		}
		clean(piece)
		left, err := orm.From[dbcache.Item](db).Count(ctx)
		if left != 10 || err != nil {
			t.Errorf("%d left, %v", left, err)
		}
		// A tag is needed as long as there is a value from before it was invalidated.
		if err := store.Invalidate(ctx, "x", "y"); err != nil {
			t.Fatal(err)
		}
		clean(0)
		store.Now = func() time.Time { return now.Add(5 * time.Second) }
		clean(5) // values
		found, err := store.Get(ctx, "new")
		if err != nil {
			t.Fatal(err)
		}
		store.Now = func() time.Time { return now.Add(48 * time.Hour) }
		if err := store.Set(ctx, "new", cache.Entry{Tags: []string{"x"}, Expires: now.Add(96 * time.Hour), Mark: found.Now}); err != nil {
			t.Fatal(err)
		}
		clean(5 + 2) // values and tags
		if found, err := store.Get(ctx, "new"); !found.OK || err != nil {
			t.Errorf("%+v, %v", found, err)
		}
	})
}

// TestInvalidateAgainstClean: an invalidation and what deletes old tags may lock rows in another order;
// the one that is rolled back for that is not lost.
func TestInvalidateAgainstClean(t *testing.T) {
	t.Parallel()
	db := databasetest.Postgres(t)
	store, ctx := prepare(t, db, true), t.Context()
	if err := store.Invalidate(ctx, "a", "b"); err != nil {
		t.Fatal(err)
	}
	before, err := store.Get(ctx, "key")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	_ = db.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		lock := func(tag string) error {
			sum := sha256.Sum256([]byte(tag))
			n, err := orm.ExecSQL(ctx, tx, "UPDATE vola_cache_tag SET changed = changed WHERE tag = ?", base64.RawURLEncoding.EncodeToString(sum[:]))
			if err == nil && n != 1 {
				t.Errorf("%d rows of the tag %s", n, tag)
			}
			return err
		}
		if err := lock("b"); err != nil {
			return err
		}
		go func() { done <- store.Invalidate(t.Context(), "a", "b") }()
		for n := int64(0); n == 0; { // until it has "a" and waits for "b"
			var err error
			if n, err = orm.FromSQL[int64](db, "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'").First(t.Context()); err != nil {
				return err
			}
		}
		return lock("a") // one of both is rolled back
	})
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if after, err := store.Get(ctx, "key"); after.Now <= before.Now || err != nil {
		t.Errorf("the mark is %d after %d, %v", after.Now, before.Now, err)
	}
}

// TestErrors: a database that is not there, a transaction of the caller and a cancelled context are
// errors.
func TestErrors(t *testing.T) {
	t.Parallel()
	try := func(t *testing.T, ctx context.Context, store *dbcache.Store) (last error) {
		t.Helper()
		for name, call := range map[string]func() error{
			"get": func() error { _, err := store.Get(ctx, "a"); return err }, "set": func() error { return store.Set(ctx, "a", cache.Entry{}) },
			"invalidate": func() error { return store.Invalidate(ctx, "x") }, "lease": func() error { _, err := store.Lease(ctx, "a", "o", 1); return err },
			"release": func() error { return store.Release(ctx, "a", "o") }, "clean": func() error { _, err := store.Clean(ctx); return err },
		} {
			if last = call(); last == nil {
				t.Errorf("%s: no error", name)
			}
		}
		return last
	}
	_ = try(t, t.Context(), dbcache.New(func() *database.DB { return nil }))
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		store := prepare(t, db, true)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := try(t, ctx, store); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
		err := db.InTx(t.Context(), func(ctx context.Context, _ *database.Tx) error {
			_ = try(t, ctx, store)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// TestGiveUp: also who waits in another process for a value that will not be kept goes on.
func TestGiveUp(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		store := prepare(t, db, true)
		first, second := cache.New(cache.Config{Store: store, Lease: time.Hour}), cache.New(cache.Config{Store: store, Lease: time.Hour})
		defer first.Close()
		defer second.Close()
		values := cache.Of[int]("large", cache.For(time.Hour))
		large := errors.New("too large to be kept")
		_, err := values.Get(t.Context(), first, "a", func(ctx context.Context) (int, error) {
			cache.GiveUp(ctx, large)
			// With the lease of the first this would wait for an hour.
			n, err := values.Get(t.Context(), second, "a", func(context.Context) (int, error) { return 2, nil })
			if n != 2 || err != nil {
				t.Errorf("the other process: %d, %v", n, err)
			}
			return 1, nil
		})
		if err != large {
			t.Error(err)
		}
	})
}
