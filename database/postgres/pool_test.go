package postgres_test

import (
	"net/url"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/database/postgres"
)

// The size of the pool is the URL's, or else the configuration's.
func TestPoolSize(t *testing.T) {
	t.Parallel()
	u, err := url.Parse(databasetest.PostgresURL(t))
	if err != nil {
		t.Fatal(err)
	}
	for size, want := range map[string]int32{"": 3, "50": 50, "2": 2} {
		q := u.Query()
		q.Del("pool_max_conns")
		if size != "" {
			q.Set("pool_max_conns", size)
		}
		u.RawQuery = q.Encode()
		db, err := database.Open(t.Context(), database.Config{URL: u.String(), MaxConns: 3, Drivers: []database.Driver{postgres.Driver}})
		if err != nil {
			t.Fatal(err)
		}
		if got := db.Backend().Raw().(*pgxpool.Pool).Config().MaxConns; got != want {
			t.Errorf("%q: %d connections, want %d", size, got, want)
		}
		db.Close()
	}
}
