package sqlite_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/sqlite"
)

// TestPoolWithoutMoreFiles: where no more connections can be opened, statements
// wait for those that there are. Here it is the file that is gone; a limit on
// open files has the same effect.
func TestPoolWithoutMoreFiles(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.db")
	db, err := database.Open(t.Context(), database.Config{URL: "sqlite:" + path, Create: true, Drivers: []database.Driver{sqlite.Driver}})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(t.Context(), "CREATE TABLE t (n integer)"); err != nil {
		t.Fatal(err)
	}
	read := func() error {
		var n int64
		return database.QueryRow(t.Context(), db, []any{&n}, "SELECT count(*) FROM t")
	}
	if err := read(); err != nil { // opens a reader
		t.Fatal(err)
	}
	if err := os.Rename(path, path+".away"); err != nil {
		t.Fatal(err)
	}
	rows, err := db.Query(t.Context(), "SELECT 1 UNION ALL SELECT 2") // holds the only reader
	if err != nil || !rows.Next() {
		t.Fatal(err)
	}
	late, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := db.Query(late, "SELECT 1"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("it did not wait: %v", err)
	}
	if err := rows.Close(); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 40 {
		wg.Go(func() {
			for range 5 {
				if err := read(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}
