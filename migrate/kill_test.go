package migrate_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	osexec "os/exec"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/migrate"
)

// killedEnv makes the test binary the program that is going to be killed: it
// holds the URL of the database to migrate.
const killedEnv = "VOLA_TEST_MIGRATE_URL"

func TestMain(m *testing.M) {
	if url := os.Getenv(killedEnv); url != "" {
		if err := migrateUntilKilled(url); err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
		fmt.Println("done")
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// longHistory has migrations of every sort, in one of which an index is built
// outside of any transaction.
func longHistory() migrate.Group {
	list := rebuilding().Migrations
	for i := range 4 {
		n := i + 1
		list = next(list,
			migrate.AddColumn{Table: "blog_post", Column: null(text(fmt.Sprintf("extra%d", n), 50))},
			migrate.RunSQL{Up: []migrate.SQL{migrate.Same("UPDATE blog_comment SET body = body || '+'")}, Down: []migrate.SQL{}},
			migrate.AddColumn{Table: "blog_post", Column: text(fmt.Sprintf("slug%d", n), 50), Backfill: migrate.Same("lower(title)")}).Migrations
	}
	group := next(list,
		migrate.AddIndex{Table: "blog_post", Index: index("blog_post", "slug1"), Concurrently: true},
		migrate.AddColumn{Table: "blog_post", Column: null(text("last", 50))},
		migrate.AddIndex{Table: "blog_post", Index: index("blog_post", "slug2"), Concurrently: true})
	group.Migrations[len(group.Migrations)-1].NonAtomic = true
	return group
}

func migrateUntilKilled(url string) error {
	db, err := database.Open(context.Background(), database.Config{URL: url, Drivers: databasetest.Drivers(), Create: true})
	if err != nil {
		return err
	}
	defer db.Close()
	g, err := migrate.NewGraph(longHistory())
	if err != nil {
		return err
	}
	fmt.Println("started")
	return (&migrate.Runner{DB: db, Graph: g}).Apply(context.Background(), migrate.Target{})
}

// TestSoakKill kills a program while it migrates. The next one must come to
// the end, and every change must have been made once.
func TestSoakKill(t *testing.T) {
	t.Parallel()
	limit, err := time.ParseDuration(os.Getenv("VOLA_SOAK"))
	if err != nil {
		limit = 0
	}
	for name, url := range map[string]func(testing.TB) string{"sqlite": databasetest.SQLiteURL, "postgres": databasetest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(1, 2))
			started, usual := time.Now(), 20*time.Millisecond
			killed, n := 0, 0
			for ; n < 6 || time.Since(started) < limit; n++ {
				took, done := killOnce(t, url(t), time.Duration(r.Int64N(int64(usual)*5/4)))
				if done {
					usual = (3*usual + took) / 4
				} else {
					killed++
				}
			}
			t.Logf("%d of %d were killed before they came to the end", killed, n)
		})
	}
}

// killOnce kills a migration after some time and checks what the next one
// makes of it. It returns how long the first one ran, and whether it came to
// the end.
func killOnce(t *testing.T, url string, after time.Duration) (took time.Duration, done bool) {
	t.Helper()
	db, err := database.Open(t.Context(), database.Config{URL: url, Drivers: databasetest.Drivers(), Create: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	filled(t, db)
	cmd := osexec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), killedEnv+"="+url)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	lines.Scan() // "started"
	begun := time.Now()
	timer := time.AfterFunc(after, func() { cmd.Process.Kill() })
	defer timer.Stop()
	if lines.Scan() && lines.Text() != "done" {
		t.Errorf("the program said %q", lines.Text())
	}
	took = time.Since(begun)
	cmd.Wait()

	g := graph(t, longHistory())
	run := &migrate.Runner{DB: db, Graph: g}
	half, err := run.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	apply(t, run, migrate.Target{})
	want(t, db, "SELECT body FROM blog_comment ORDER BY id", "a++++", "b++++")
	want(t, db, "SELECT title, slug4 FROM blog_post ORDER BY id", "One one", "Two two")
	scratch := databasetest.SQLite
	if strings.HasPrefix(url, "postgres") {
		scratch = databasetest.Postgres
	}
	h := &randomHistory{live: db, scratch: scratch(t)}
	if !h.compare(t, g, "after the kill") {
		t.Errorf("killed after %v at %+v", after, half)
	}
	return took, half[len(half)-1].Applied
}
