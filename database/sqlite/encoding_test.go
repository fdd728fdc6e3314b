package sqlite_test

import (
	"os"
	"strings"
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/fault"
)

// TestOtherEncodingsAreRefused opens a file that says of itself that its texts
// are UTF-16.
func TestOtherEncodingsAreRefused(t *testing.T) {
	t.Parallel()
	url := databasetest.SQLiteURL(t)
	open := func() (*database.DB, error) {
		return database.Open(t.Context(), database.Config{URL: url, Drivers: databasetest.Drivers(), Create: true})
	}
	db, err := open()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(t.Context(), "CREATE TABLE t (a text)"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	path := strings.TrimPrefix(url, "sqlite:")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data[59] = 2
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := open(); fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), "UTF-16") {
		t.Errorf("opened, %v", err)
	}
}
