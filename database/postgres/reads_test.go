package postgres_test

import (
	"testing"

	"github.com/volaweb/vola/database/postgres"
)

// TestOnlyWhatChangesNothingIsSentAgain: a function may write, and a statement
// that calls one must not run twice.
func TestOnlyWhatChangesNothingIsSentAgain(t *testing.T) {
	t.Parallel()
	for q, want := range map[string]bool{
		`SELECT t0."id" FROM "blog_post" t0 WHERE (lower(t0."title") = $1 OR t0."id" IN (1, 2)) ORDER BY t0."id" LIMIT $2`: true,
		`SELECT count(*) FILTER (WHERE made) FROM (SELECT 1) t`:                                                            true,
		`SELECT 1 FROM "a" t0 WHERE EXISTS (SELECT 1 FROM "b" t1 WHERE t1."a_id" = t0."id")`:                               true,
		"\n(select a from b)":                            true,
		`SELECT transfer($1, $2)`:                        false,
		`SELECT nextval('s')`:                            false,
		`SELECT "count"(x) FROM t`:                       false,
		`SELECT app.count(x) FROM t`:                     false,
		`SELECT transfer (1)`:                            false,
		`SELECT pg_advisory_lock(1)`:                     false,
		`SELECT * INTO copy FROM t`:                      false,
		`SELECTION`:                                      false,
		`WITH d AS (DELETE FROM t RETURNING 1) SELECT 1`: false,
		`UPDATE t SET a = 1`:                             false,
		`SELECT 'x' /* c */ , überweisen(1)`:             false,
	} {
		if got := postgres.Reads(q); got != want {
			t.Errorf("%s: %v, want %v", q, got, want)
		}
	}
}
