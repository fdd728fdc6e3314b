package sqlite_test

import (
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
)

func TestConform(t *testing.T) {
	t.Parallel()
	databasetest.Conform(t, func(t testing.TB) *database.DB { return databasetest.SQLite(t) })
}
