package databasetest_test

import (
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
)

// snippet: each

// TestCount runs on SQLite, and on PostgreSQL if there is a server.
func TestCount(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		var statements databasetest.Statements
		ctx := statements.Observe(t.Context())
		var n int64
		if err := database.QueryRow(ctx, db, []any{&n}, `SELECT 6 * 7`); err != nil || n != 42 {
			t.Errorf("got %d, %v", n, err)
		}
		statements.Want(t, 1)
	})
}

// end snippet

// A database of a test is empty and is gone after it; Each calls the function
// once for each kind of database.
func Example() {
	var t *testing.T // of the test function
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		if _, err := db.Exec(t.Context(), `CREATE TABLE note (text text NOT NULL)`); err != nil {
			t.Fatal(err)
		}
	})
}
