package copydata_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/migrate/copydata"
)

// filled returns a source on SQLite with rows in all tables.
func filled(t testing.TB, g *migrate.Graph) *database.DB {
	t.Helper()
	source := migrated(t, databasetest.SQLite(t), g)
	exec(t, source, people(57)...)
	exec(t, source, edges()...)
	return source
}

// back copies what an interrupted copy left in the end to SQLite, where it is
// compared with the source.
func back(t testing.TB, source, target *database.DB, g *migrate.Graph) {
	t.Helper()
	if target.Dialect().Name() == "postgres" {
		file := databasetest.SQLite(t)
		copyAll(t, target, file, g, copydata.Options{})
		target = file
	}
	same(t, "the copy", dump(t, target), dump(t, source))
}

// TestSoakResume stops copies at random: after a batch, or at a statement on the
// way, whichever it is. Each time the next run goes on, until one comes to the
// end. As long as VOLA_SOAK says, or twice.
func TestSoakResume(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(testing.TB) *database.DB{"sqlite": databasetest.SQLite, "postgres": databasetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := graph(t)
			source := filled(t, g)
			begun, stopped, seed := time.Now(), 0, uint64(0)
			for ; seed < 2 || time.Since(begun) < soak(t); seed++ {
				target := open(t)
				stopped += stopAtRandom(t, source, target, g, rand.New(rand.NewPCG(seed, 4)))
				wantDrift(t, target, g)
				back(t, source, target, g)
				if t.Failed() {
					t.Fatalf("seed %d", seed)
				}
			}
			t.Logf("%d runs were stopped in %d copies", stopped, seed)
		})
	}
}

// stopAtRandom copies until a run comes to the end, and returns how many were
// stopped.
func stopAtRandom(t testing.TB, source, target *database.DB, g *migrate.Graph, r *rand.Rand) (runs int) {
	t.Helper()
	resumed := false
	for ; ; runs++ {
		ctx, cancel := context.WithCancel(t.Context())
		left := 1 + r.IntN(60+6*runs)
		opts := copydata.Options{BatchRows: 5}
		if runs%2 == 0 {
			opts.Progress = func(copydata.Progress) {
				if left--; left <= 0 {
					cancel()
				}
			}
		} else {
			ctx = database.Observe(ctx, func(context.Context, database.Statement) {
				if left--; left == 0 {
					cancel()
				}
			})
		}
		report, err := copydata.Copy(ctx, source, target, g, opts)
		ended := ctx.Err()
		cancel()
		resumed = resumed || report.Resumed
		if err == nil {
			break
		}
		if ended == nil || !errors.Is(err, context.Canceled) && !strings.Contains(err.Error(), "interrupt") {
			t.Fatalf("run %d: %v", runs, err)
		}
	}
	if runs < 2 || !resumed {
		t.Errorf("%d runs were stopped", runs)
	}
	if err := copydata.Unfinished(t.Context(), target); err != nil {
		t.Error(err)
	}
	return runs
}

// stopAfter stops a copy after so many batches.
func stopAfter(t testing.TB, source, target *database.DB, g *migrate.Graph, batches int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	_, err := copydata.Copy(ctx, source, target, g, copydata.Options{BatchRows: 5, Progress: func(copydata.Progress) {
		if batches--; batches == 0 {
			cancel()
		}
	}})
	if err == nil {
		t.Fatal("the copy was not stopped")
	}
}

// TestSourceChanges: rows that changed after they had been copied are found when
// the copy goes on, and copied again.
func TestSourceChanges(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, target *database.DB) {
		g := graph(t)
		source := filled(t, g)
		stopAfter(t, source, target, g, 50)
		exec(t, source,
			"UPDATE shop_team SET name = 'another' WHERE id = 1",
			"DELETE FROM shop_person_friends WHERE from_id = 2",
			"INSERT INTO shop_word (word) VALUES ('zzz')",
			"INSERT INTO shop_log (line) VALUES ('zzz')",
			"UPDATE shop_person SET boss_id = NULL, deleted = NULL")
		var log []string
		copyAll(t, source, target, g, copydata.Options{Log: func(format string, args ...any) { log = append(log, format) }})
		if !strings.Contains(strings.Join(log, "\n"), "the source has changed") {
			t.Errorf("it was not told that the source has changed: %q", log)
		}
		back(t, source, target, g)
	})
}

// TestTargetChanges: rows that others write into the target are found in the
// end; the copy fails, and the next one puts it right.
func TestTargetChanges(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, target *database.DB) {
		g := graph(t)
		source := filled(t, g)
		stopAfter(t, source, target, g, 55)
		exec(t, target, "UPDATE shop_team SET name = 'else' WHERE id = 3")
		_, err := copydata.Copy(t.Context(), source, target, g, copydata.Options{})
		wantError(t, err, "table shop_team is not the same in the target: 57 rows", "begins this table again")
		copyAll(t, source, target, g, copydata.Options{})
		back(t, source, target, g)
	})
}

// TestRefusals: what is not a source or a target is refused before anything is
// written.
func TestRefusals(t *testing.T) {
	t.Parallel()
	g := graph(t)
	databasetest.Each(t, func(t *testing.T, target *database.DB) {
		source := filled(t, g)
		refuse := func(from, to *database.DB, opts copydata.Options, texts ...string) {
			t.Helper()
			_, err := copydata.Copy(t.Context(), from, to, g, opts)
			wantError(t, err, texts...)
		}
		refuse(source, source, copydata.Options{}, "the source and the target are the same database")
		refuse(databasetest.SQLite(t), target, copydata.Options{}, "the source is not at the migrations", "lacks the migration shop.0001_initial")

		exec(t, source, "CREATE TABLE own (id integer)", "INSERT INTO own VALUES (1)")
		refuse(source, target, copydata.Options{}, "table own of 1 row, which no migration describes", "--leave own")
		refuse(source, target, copydata.Options{Leave: []string{"own", "shop_log"}}, `no table "shop_log" that no migration describes`)
		exec(t, source, "DROP TABLE own", "ALTER TABLE shop_log ADD COLUMN more text")
		refuse(source, target, copydata.Options{}, "column shop_log.more, which no migration describes")
		exec(t, source, "ALTER TABLE shop_log DROP COLUMN more")

		if tables, err := target.Dialect().Editor().Tables(t.Context(), target); err != nil || len(tables) > 0 {
			t.Fatalf("the target has %q after the refusals, %v", tables, err)
		}
		older := graph(t, migrate.Group{Module: "shop", Migrations: shop().Migrations[:1]})
		migrated(t, target, older)
		refuse(source, target, copydata.Options{}, "the target is not at the migrations", "lacks the migration shop.0002_words")
		migrated(t, target, g)
		refuse(source, target, copydata.Options{}, "is not empty: its table shop_word has 2 rows")
		refuse(source, target, copydata.Options{DryRun: true}, "is not empty: its table shop_word has 2 rows")

		// Without rows a target that has its tables is as good as an empty one.
		exec(t, target, "DELETE FROM shop_word")
		stopAfter(t, source, target, g, 30)
		wantError(t, copydata.Unfinished(t.Context(), target), "holds a copy of "+source.URL()+" that is not finished")
		refuse(filled(t, g), target, copydata.Options{}, "holds a copy of another database, "+source.URL())
		refuse(target, databasetest.SQLite(t), copydata.Options{}, "that is not finished")
		copyAll(t, source, target, g, copydata.Options{})
		back(t, source, target, g)
	})
}

func wantError(t testing.TB, err error, texts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", texts)
	}
	for _, text := range texts {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("the error lacks %q: %v", text, err)
		}
	}
}

// TestDanglingReference: a row of the source that refers to one that is not
// there is found in the end, and once it is put right the copy goes on.
func TestDanglingReference(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, target *database.DB) {
		g := graph(t)
		source := filled(t, g)
		exec(t, source, "UPDATE shop_person SET boss_id = 4711 WHERE id = 5")
		_, err := copydata.Copy(t.Context(), source, target, g, copydata.Options{})
		if !errors.Is(err, database.ErrForeignKey) {
			t.Fatalf("the error is %v", err)
		}
		wantError(t, err, "shop_person")
		exec(t, source, "UPDATE shop_person SET boss_id = 4 WHERE id = 5")
		copyAll(t, source, target, g, copydata.Options{})
		wantDrift(t, target, g)
		back(t, source, target, g)
	})
}

// TestFullDisk: when the target has no more room the copy stops, and goes on
// when there is.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	g := graph(t)
	source := filled(t, g)
	exec(t, source, "INSERT INTO shop_log (line) SELECT hex(randomblob(500)) FROM shop_person, shop_team LIMIT 500",
		"INSERT INTO shop_word (word) SELECT hex(randomblob(500)) FROM shop_person, shop_team LIMIT 500")
	target := migrated(t, databasetest.SQLite(t), g)
	exec(t, target, "DELETE FROM shop_word", "PRAGMA max_page_count = 150")
	for range 2 {
		_, err := copydata.Copy(t.Context(), source, target, g, copydata.Options{BatchRows: 50})
		wantError(t, err, "write table shop_", "full")
	}
	exec(t, target, "PRAGMA max_page_count = 100000")
	if report := copyAll(t, source, target, g, copydata.Options{}); !report.Resumed {
		t.Error("the copy was not resumed")
	}
	back(t, source, target, g)
}

// TestLostConnections: a server that goes away ends the copy with an error of
// the connection, in the source as in the target, and the next one goes on.
func TestLostConnections(t *testing.T) {
	t.Parallel()
	g := graph(t)
	file := filled(t, g)
	middle, target := databasetest.Postgres(t), databasetest.Postgres(t)
	lost := func(from, to, victim *database.DB) {
		t.Helper()
		for _, at := range []int{1, 20, 70} {
			_, err := copydata.Copy(t.Context(), from, to, g, copydata.Options{BatchRows: 5, Progress: func(copydata.Progress) {
				if at--; at == 0 {
					if _, err := victim.Exec(t.Context(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"); err != nil {
						t.Log(err)
					}
				}
			}})
			if err == nil {
				return // it had come to the end
			}
			if fault.KindOf(err) != fault.Unavailable {
				t.Fatalf("the error is %v, of kind %v", err, fault.KindOf(err))
			}
		}
	}
	other := reopen(t, middle)
	lost(file, middle, other)
	copyAll(t, file, middle, g, copydata.Options{})
	lost(middle, target, other)
	copyAll(t, middle, target, g, copydata.Options{})
	back(t, file, target, g)
}

// reopen opens a database once more, for what goes on beside the copy.
func reopen(t testing.TB, db *database.DB) *database.DB {
	t.Helper()
	other, err := database.Open(t.Context(), database.Config{URL: db.URL(), Drivers: databasetest.Drivers()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { other.Close() })
	return other
}

func withCancel(t testing.TB) (context.Context, context.CancelFunc) {
	return context.WithCancel(t.Context())
}
