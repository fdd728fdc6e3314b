package database_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/fault"
)

// TestPingIsNotKeptWaiting: the database answers although every connection of
// the pool is in use.
func TestPingIsNotKeptWaiting(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		if _, err := db.Exec(t.Context(), "CREATE TABLE t (n integer)"); err != nil {
			t.Fatal(err)
		}
		err := db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
			if _, err := tx.Exec(ctx, "INSERT INTO t VALUES (1), (2)"); err != nil {
				return err
			}
			busy := 7 // the transaction has the eighth
			if db.Dialect().Name() == "sqlite" {
				busy = 8 // readers; the writer has its own
			}
			for range busy {
				rows, err := db.Backend().Query(t.Context(), "SELECT 1 UNION ALL SELECT 2", nil)
				if err != nil {
					return err
				}
				defer rows.Close()
				if !rows.Next() {
					t.Error("no row")
				}
			}
			for range 3 {
				if err := db.Ping(t.Context()); err != nil {
					t.Errorf("while all are in use: %v", err)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Ping(t.Context()); err != nil {
			t.Errorf("afterwards: %v", err)
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if err := db.Ping(gone); err == nil {
			t.Error("a context that is done was not looked at")
		}
		if err := db.Ping(t.Context()); err != nil {
			t.Errorf("after one that was given up: %v", err)
		}
	})
}

// TestPingKnowsItsFile: a database that was moved away or replaced is not the
// one that the site has, though that still works.
func TestPingKnowsItsFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path, other := filepath.Join(dir, "a.db"), filepath.Join(dir, "b.db")
	db, err := database.Open(t.Context(), database.Config{URL: "sqlite:" + path, Create: true, Drivers: databasetest.Drivers()})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(t.Context(), "CREATE TABLE t (n integer)"); err != nil {
		t.Fatal(err)
	}
	move := func(from, to string) {
		if err := os.Rename(from, to); err != nil {
			t.Fatal(err)
		}
	}
	want := func(text string) {
		t.Helper()
		err := db.Ping(t.Context())
		switch {
		case text == "" && err != nil:
			t.Error(err)
		case text != "" && (err == nil || !strings.Contains(err.Error(), text) || fault.KindOf(err) != fault.Unavailable):
			t.Errorf("%v, want %q", err, text)
		}
	}
	want("")
	move(path, other)
	want("was removed")
	if err := os.WriteFile(path, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	want("was replaced")
	move(other, path)
	want("")
}

// TestCheckURL: what no database can be opened with is found without opening
// anything.
func TestCheckURL(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	foreign := filepath.Join(dir, "foreign.txt")
	if err := os.WriteFile(foreign, []byte("This is a text."), 0o666); err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(dir, "empty.db")
	if err := os.WriteFile(empty, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for url, want := range map[string]string{
		"nonsense":                       "has no scheme",
		"mysql://x":                      "write sqlite:FILE or postgres://...",
		"sqlite:":                        "names no file",
		"sqlite::memory:":                "in memory are not offered",
		"sqlite:" + dir:                  "is a folder",
		"sqlite:" + dir + "/none/x.db":   "its folder does not exist",
		"sqlite:" + foreign:              "not an SQLite database",
		"sqlite:/dev/null":               "is not a file",
		"sqlite:" + empty:                "",
		"sqlite:" + dir + "/new.db":      "",
		"postgres://ann:secret@h:port/x": "is not understood",
		"postgres://127.0.0.1:1/x":       "",
	} {
		err := database.CheckURL(url, databasetest.Drivers())
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", url, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("the password is in %v", err)
		}
	}
	// A driver of Vola that the program does not have is named.
	err := database.CheckURL("postgres://u:secret@host/db", nil)
	if err == nil || !strings.Contains(err.Error(), "add postgres.Driver of github.com/volaweb/vola/database/postgres to the program's Drivers") || strings.Contains(err.Error(), "secret") {
		t.Error(err)
	}
	if err := database.CheckURL("sqlite:x", nil); err == nil {
		t.Error("a URL without drivers is taken")
	}
	if got, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(got) != 2 {
		t.Errorf("files were made: %v, %v", got, err)
	}
}
