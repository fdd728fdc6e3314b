package copydata_test

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
	"github.com/volaweb/vola/migrate/copydata"
)

// killedEnv makes the test binary the program that is going to be killed: it
// holds the URLs of the source and the target.
const killedEnv = "VOLA_TEST_COPY_URLS"

func TestMain(m *testing.M) {
	if urls := os.Getenv(killedEnv); urls != "" {
		if err := copyUntilKilled(strings.Fields(urls)); err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
		fmt.Println("done")
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func copyUntilKilled(urls []string) error {
	g, err := migrate.NewGraph(shop())
	if err != nil {
		return err
	}
	var dbs []*database.DB
	for _, url := range urls {
		db, err := database.Open(context.Background(), database.Config{URL: url, Drivers: databasetest.Drivers(), Create: true})
		if err != nil {
			return err
		}
		defer db.Close()
		dbs = append(dbs, db)
	}
	fmt.Println("started")
	_, err = copydata.Copy(context.Background(), dbs[0], dbs[1], g, copydata.Options{BatchRows: 5})
	return err
}

// TestSoakKill kills programs while they copy, each some time after it was
// started, until one comes to the end. As long as VOLA_SOAK says, or once.
func TestSoakKill(t *testing.T) {
	t.Parallel()
	g := graph(t)
	for name, target := range map[string]func(testing.TB) string{"sqlite": databasetest.SQLiteURL, "postgres": databasetest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			source := filled(t, g)
			r := rand.New(rand.NewPCG(5, 6))
			begun, killed, copies := time.Now(), 0, 0
			for ; copies == 0 || time.Since(begun) < soak(t); copies++ {
				url := target(t)
				for n := time.Duration(1); !runAndKill(t, source.URL(), url, time.Duration(r.Int64N(int64(n*20*time.Millisecond)))); n++ {
					killed++
				}
				db, err := database.Open(t.Context(), database.Config{URL: url, Drivers: databasetest.Drivers()})
				if err != nil {
					t.Fatal(err)
				}
				wantDrift(t, db, g)
				back(t, source, db, g)
				db.Close()
			}
			t.Logf("%d programs were killed in %d copies", killed, copies)
		})
	}
}

// soak is for how long a soak goes on.
func soak(t testing.TB) time.Duration {
	t.Helper()
	text := os.Getenv("VOLA_SOAK")
	if text == "" {
		return 0
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// runAndKill starts a program that copies, kills it after some time, and reports
// whether it had come to the end.
func runAndKill(t *testing.T, from, to string, after time.Duration) (done bool) {
	t.Helper()
	cmd := osexec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), killedEnv+"="+from+" "+to)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	lines.Scan() // "started"
	timer := time.AfterFunc(after, func() { cmd.Process.Kill() })
	defer timer.Stop()
	for lines.Scan() {
		if lines.Text() != "done" {
			t.Fatalf("the program said %q", lines.Text())
		}
		done = true
	}
	cmd.Wait()
	return done
}
