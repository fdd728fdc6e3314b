package sqlite_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/sqlite"
)

// The driver is passed to database.Open, or listed in vola.Config.Drivers.
func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	db, err := database.Open(ctx, database.Config{
		URL:     "sqlite:" + filepath.Join(dir, "site.db"),
		Drivers: []database.Driver{sqlite.Driver},
		Create:  true, // without it a file that does not exist is an error
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer db.Close()
	var text string
	err = database.QueryRow(ctx, db, []any{&text}, `SELECT upper(?)`, "hello")
	fmt.Println(db.Dialect().Name(), text, err)
	// Output: sqlite HELLO <nil>
}
