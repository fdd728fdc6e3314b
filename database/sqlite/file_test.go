package sqlite_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/database/sqlite"
	"github.com/volaweb/vola/fault"
)

// open opens a file; the test closes it.
func open(t *testing.T, url string, create bool) (*database.DB, error) {
	t.Helper()
	db, err := database.Open(t.Context(), database.Config{URL: url, Create: create, Drivers: []database.Driver{sqlite.Driver}})
	if err == nil {
		t.Cleanup(func() { db.Close() })
	}
	return db, err
}

// A URL leads to the file that it names, whatever signs are in the name.
func TestURLNamesTheFile(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if err := os.Mkdir("sub", 0o777); err != nil {
		t.Fatal(err)
	}
	for url, want := range map[string]string{
		"sqlite:plain.db":                     "plain.db",
		"sqlite:sub/in.db":                    "sub/in.db",
		"sqlite:./dot.db":                     "dot.db",
		"sqlite:sub/../up.db":                 "up.db",
		"sqlite://slashes.db":                 "slashes.db",
		"sqlite:" + dir + "/absolute.db":      "absolute.db",
		"sqlite://" + dir + "/three.db":       "three.db",
		"sqlite:///" + dir + "/four.db":       "four.db",
		"sqlite:" + dir + "/a%3Fmode=ro":      "a?mode=ro",
		"sqlite:what%3Fmode=memory.db":        "what?mode=memory.db",
		"sqlite:100%25.db":                    "100%.db",
		"sqlite:%2541.db":                     "%41.db",
		"sqlite:a b&c+d;e.db":                 "a b&c+d;e.db",
		"sqlite:a#b.db":                       "a#b.db",
		"sqlite:straße.db":                    "straße.db",
		"sqlite:c:drive.db":                   "c:drive.db",
		"sqlite:-dash":                        "-dash",
		"sqlite:sub/%3Amemory%3A":             "sub/:memory:",
		"sqlite:" + dir + "/it's \"quoted\"?": `it's "quoted"`,
	} {
		db, err := open(t, url, true)
		if err != nil {
			t.Errorf("%s: %v", url, err)
			continue
		}
		run(t, db, "CREATE TABLE t (n integer)")
		if _, err := os.Stat(want); err != nil {
			t.Errorf("%s made another file: %v", url, err)
		}
		if err := db.Ping(t.Context()); err != nil {
			t.Errorf("%s: %v", url, err)
		}
		again, err := open(t, url, false)
		if err != nil {
			t.Errorf("%s, again: %v", url, err)
			continue
		}
		if names, err := again.Dialect().Editor().Tables(t.Context(), again); err != nil || len(names) != 1 {
			t.Errorf("%s, again: tables %q, %v", url, names, err)
		}
	}
}

// What is wrong with a URL or its file is said before anything is made.
func TestFilesThatCannotBeOpened(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return "sqlite:" + path
	}
	text, short := write("text", strings.Repeat("This is no database. ", 100)), write("short", "SQLite format 3\x00 and no more")
	for _, tt := range []struct {
		url    string
		create bool
		want   string
		kind   fault.Kind
	}{
		{"sqlite:", true, "names no file", fault.Invalid},
		{"sqlite://", true, "names no file", fault.Invalid},
		{"sqlite::memory:", true, "in memory are not offered", fault.Invalid},
		{"sqlite:a.db?mode=ro", true, `sqlite has no parameter "mode"`, fault.Invalid},
		{"sqlite:a.db?readers=0", true, `readers: "0" is not a number from 1 to 1000`, fault.Invalid},
		{"sqlite:a.db?readers=4&readers=5", true, "readers is given twice", fault.Invalid},
		{"sqlite:a.db?cache_mb=lots", true, `cache_mb: "lots" is not a number from 1 to 65536`, fault.Invalid},
		{"sqlite:a.db?busy_timeout=5", true, `busy_timeout: "5" is not a time from 0s to 1h`, fault.Invalid},
		{"sqlite:a.db?busy_timeout=-5s", true, "is not a time", fault.Invalid},
		{"sqlite:a.db?%zz", true, "invalid URL escape", fault.Invalid},
		{"sqlite:a%00b.db", true, "cannot hold NUL", fault.Invalid},
		{"sqlite:100%.db", true, "invalid URL escape", fault.Invalid},
		{"sqlite:" + dir, true, "is a folder", fault.Invalid},
		{"sqlite:" + dir + "/none/a.db", true, "its folder does not exist", fault.NotFound},
		{"sqlite:" + dir + "/none.db", false, `none.db" does not exist`, fault.NotFound},
		{text, true, "not an SQLite database", fault.Invalid},
		{text, false, "not an SQLite database", fault.Invalid},
		{short, true, "", fault.Internal},
	} {
		_, err := open(t, tt.url, tt.create)
		if err == nil || !strings.Contains(err.Error(), tt.want) || tt.want != "" && fault.KindOf(err) != tt.kind {
			t.Errorf("%s: %v (%v), want %q (%v)", tt.url, err, fault.KindOf(err), tt.want, tt.kind)
		}
		if missing := strings.HasSuffix(tt.url, "/none.db"); errors.Is(err, fs.ErrNotExist) != missing && tt.kind != fault.NotFound {
			t.Errorf("%s: %v", tt.url, err)
		}
	}
	var left []string
	list, err := os.ReadDir(dir)
	for _, f := range list {
		left = append(left, f.Name())
	}
	if diff := cmp.Diff([]string{"short", "text"}, left); diff != "" || err != nil {
		t.Errorf("%v, files (-want +got)\n%s", err, diff)
	}
}

// Opening a database changes nothing in it: it may be someone else's.
func TestOpeningWritesNothing(t *testing.T) {
	t.Parallel()
	url := databasetest.SQLiteURL(t)
	db, err := open(t, url, true)
	if err != nil {
		t.Fatal(err)
	}
	run(t, db, "CREATE TABLE t (n integer)", "PRAGMA journal_mode = DELETE")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	path := strings.TrimPrefix(url, "sqlite:")
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if db, err = open(t, url, false); err != nil {
		t.Fatal(err)
	}
	if names, err := db.Dialect().Editor().Tables(t.Context(), db); err != nil || len(names) != 1 {
		t.Errorf("%q, %v", names, err)
	}
	if db.Backend().Raw() == nil {
		t.Error("there is no handle")
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
		t.Errorf("the file has changed, %v", err)
	}
}

// A database that was cut short says so when what is missing is read.
func TestDamagedFile(t *testing.T) {
	t.Parallel()
	url := databasetest.SQLiteURL(t)
	db, err := open(t, url, true)
	if err != nil {
		t.Fatal(err)
	}
	run(t, db, "CREATE TABLE t (a text)", "INSERT INTO t SELECT hex(randomblob(500)) FROM json_each('[1,2,3,4,5,6,7,8,9]')")
	db.Close()
	path := strings.TrimPrefix(url, "sqlite:")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 4096; i < len(data); i++ {
		data[i] = 0xee
	}
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
	if db, err = open(t, url, false); err != nil {
		t.Fatal(err)
	}
	var n int64
	err = database.QueryRow(t.Context(), db, []any{&n}, "SELECT sum(length(a)) FROM t")
	if err == nil || !strings.Contains(fault.Message(err), "damaged or cut short") {
		t.Error(err)
	}
}

// A copy has what was committed, is made while others read and write, and never
// over a file that is there.
func TestBackup(t *testing.T) {
	t.Parallel()
	db := databasetest.SQLite(t)
	run(t, db, "CREATE TABLE t (n integer)", "INSERT INTO t VALUES (1), (2)")
	b := db.Backend().(database.Backuper)
	target := filepath.Join(t.TempDir(), "it's a copy?.db")
	err := db.InTxWith(t.Context(), database.TxOptions{ReadOnly: true}, func(ctx context.Context, tx *database.Tx) error {
		rows, err := tx.Query(ctx, "SELECT n FROM t")
		if err != nil {
			return err
		}
		defer rows.Close()
		rows.Next()
		return b.Backup(t.Context(), target)
	})
	if err != nil {
		t.Fatal(err)
	}
	run(t, db, "DELETE FROM t")
	if err := b.Backup(t.Context(), target); err == nil || !strings.Contains(err.Error(), "copy the database") {
		t.Errorf("over a file: %v", err)
	}
	copied, err := open(t, "sqlite:"+strings.ReplaceAll(target, "?", "%3F"), false)
	if err != nil {
		t.Fatal(err)
	}
	var n int64
	if err := database.QueryRow(t.Context(), copied, []any{&n}, "SELECT count(*) FROM t"); err != nil || n != 2 {
		t.Errorf("%d rows, %v", n, err)
	}
	name, args, environ := db.Backend().(database.Sheller).Shell()
	if name != "sqlite3" || len(args) != 1 || "sqlite:"+args[0] != db.URL() || environ != nil {
		t.Errorf("shell: %s %q %q", name, args, environ)
	}
}
