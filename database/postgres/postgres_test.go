package postgres_test

import (
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
)

func TestConform(t *testing.T) {
	t.Parallel()
	databasetest.Conform(t, func(t testing.TB) *database.DB { return databasetest.Postgres(t) })
}

// TestConformInOtherModes: the modes that prepare no statements answer alike.
func TestConformInOtherModes(t *testing.T) {
	t.Parallel()
	for _, mode := range databasetest.PostgresModes() {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			databasetest.Conform(t, func(t testing.TB) *database.DB { return databasetest.PostgresMode(t, mode) })
		})
	}
}
