package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/postgres"
)

// The driver is passed to database.Open, or listed in vola.Config.Drivers. The
// error of a server that does not answer names the URL without its password.
func Example() {
	_, err := database.Open(context.Background(), database.Config{
		URL:     "postgres://shop:secret@127.0.0.1:1/shop",
		Drivers: []database.Driver{postgres.Driver},
	})
	fmt.Println(errors.Is(err, database.ErrConnection), strings.Contains(err.Error(), "secret"))
	// Output: true false
}
