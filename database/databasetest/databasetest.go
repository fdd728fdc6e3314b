// Package databasetest gives tests real databases that are empty, their own,
// and gone afterwards.
//
// SQLite works everywhere. PostgreSQL is used when the environment variable
// VOLA_TEST_POSTGRES holds the URL of a server on which databases may be made,
// such as postgres://postgres@127.0.0.1:5432/postgres; without it the tests
// that need it are skipped.
//
// [Conform] is the suite that every driver must pass.
package databasetest

import (
	"context"
	"crypto/rand"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/postgres"
	"github.com/volaweb/vola/database/sqlite"
)

// PostgresEnv is the environment variable that names the PostgreSQL server.
const PostgresEnv = "VOLA_TEST_POSTGRES"

// Drivers returns the drivers that the databases of this package use.
func Drivers() []database.Driver {
	return []database.Driver{sqlite.Driver, postgres.Driver}
}

// SQLite returns an empty SQLite database of the test's own.
func SQLite(t testing.TB) *database.DB {
	t.Helper()
	return open(t, SQLiteURL(t))
}

// SQLiteURL returns the URL of an SQLite file of the test's own, which does
// not exist yet.
func SQLiteURL(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "test.db")
	return "sqlite:" + (&url.URL{Path: path}).EscapedPath()
}

// Postgres returns an empty PostgreSQL database of the test's own, or skips
// the test when there is no server.
func Postgres(t testing.TB) *database.DB {
	t.Helper()
	return open(t, PostgresURL(t))
}

// PostgresURL returns the URL of an empty PostgreSQL database of the test's
// own, which is dropped after the test; or it skips the test when there is no
// server.
func PostgresURL(t testing.TB) string {
	t.Helper()
	server := os.Getenv(PostgresEnv)
	if server == "" {
		t.Skipf("needs PostgreSQL: set %s to the URL of a server", PostgresEnv)
	}
	u, err := url.Parse(server)
	if err != nil {
		t.Fatalf("%s is not a URL", PostgresEnv)
	}
	name := "vola_" + rand.Text()[:16]
	run := func(sql string) error {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		conn, err := pgx.Connect(ctx, server)
		if err != nil {
			return err
		}
		defer conn.Close(ctx)
		_, err = conn.Exec(ctx, sql)
		return err
	}
	if err := run("CREATE DATABASE " + database.Quote(name) + " TEMPLATE template0"); err != nil {
		t.Fatalf("create a test database: %v", err)
	}
	t.Cleanup(func() {
		if err := run("DROP DATABASE " + database.Quote(name) + " WITH (FORCE)"); err != nil {
			t.Errorf("drop the test database: %v", err)
		}
	})
	u.Path = "/" + name
	return u.String()
}

// Each runs fn as a subtest on every kind of database: with an empty SQLite
// database, and with an empty PostgreSQL database where there is a server. The
// subtests run in parallel.
func Each(t *testing.T, fn func(t *testing.T, db *database.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		fn(t, SQLite(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		fn(t, Postgres(t))
	})
}

// EachMode is [Each], and runs fn on PostgreSQL in the modes as well in which
// pgx prepares no statements: those for databases behind a pooler that works by
// transaction.
func EachMode(t *testing.T, fn func(t *testing.T, db *database.DB)) {
	t.Helper()
	Each(t, fn)
	for _, mode := range PostgresModes() {
		t.Run("postgres_"+mode, func(t *testing.T) {
			t.Parallel()
			fn(t, PostgresMode(t, mode))
		})
	}
}

// PostgresModes returns the modes that [PostgresMode] takes, but for the
// default: the values of default_query_exec_mode in the URL.
func PostgresModes() []string { return []string{"exec", "simple_protocol", "cache_describe"} }

// PostgresMode is [Postgres] in one of pgx's modes.
func PostgresMode(t testing.TB, mode string) *database.DB {
	t.Helper()
	u, err := url.Parse(PostgresURL(t))
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("default_query_exec_mode", mode)
	u.RawQuery = q.Encode()
	return open(t, u.String())
}

func open(t testing.TB, url string) *database.DB {
	t.Helper()
	db, err := database.Open(context.Background(), database.Config{URL: url, Drivers: Drivers(), Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close the test database: %v", err)
		}
	})
	return db
}
