package dbcache_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/volaweb/vola/cache"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/orm"
)

// What a process of TestFourProcesses is told.
const (
	processes   = 4
	askers      = 250
	processName = "VOLA_TEST_CACHE_PROCESS"
)

// TestFourProcesses: of 1,000 who ask at once in four processes, one computes; likewise after the
// value was invalidated.
func TestFourProcesses(t *testing.T) {
	if url := os.Getenv(processName); url != "" {
		process(t, url)
		return
	}
	t.Parallel()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for name, url := range map[string]func(testing.TB) string{"sqlite": databasetest.SQLiteURL, "postgres": databasetest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := url(t)
			db, err := database.Open(t.Context(), database.Config{URL: at, Drivers: databasetest.Drivers(), Create: true})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = db.Close() })
			store := prepare(t, db, true)
			if _, err := orm.ExecSQL(t.Context(), db, "CREATE TABLE computed (process bigint)"); err != nil {
				t.Fatal(err)
			}
			var all sync.WaitGroup
			ready, begin := make(chan bool), make(chan bool)
			for range processes {
				all.Go(func() {
					command := exec.CommandContext(t.Context(), program, "-test.run=^TestFourProcesses$", "-test.v")
					command.Env = append(os.Environ(), processName+"="+at)
					var out bytes.Buffer
					command.Stdout, command.Stderr = &out, &out
					in, err := command.StdinPipe()
					if err == nil {
						err = command.Start()
					}
					ready <- true
					<-begin
					if err == nil {
						_, err = fmt.Fprintln(in, "go")
					}
					if err == nil {
						err = command.Wait()
					}
					if err != nil || !strings.Contains(out.String(), "all have 1") {
						t.Errorf("%v\n%s", err, &out)
					}
				})
			}
			for range processes {
				<-ready
			}
			close(begin)
			all.Wait()
			count := func(want int64) {
				t.Helper()
				if n, err := orm.FromSQL[int64](db, "SELECT count(*) AS n FROM computed").First(t.Context()); n != want || err != nil {
					t.Errorf("computed %d times, %v, want %d", n, err, want)
				}
			}
			count(1)
			if err := store.Invalidate(t.Context(), "x"); err != nil {
				t.Fatal(err)
			}
			if found, err := store.Get(t.Context(), "a"); found.OK || err != nil {
				t.Errorf("%+v, %v", found, err)
			}
		})
	}
}

var counted = cache.Of[int64]("counted", cache.For(time.Hour))

// process is one of the processes.
func process(t *testing.T, url string) {
	t.Helper()
	db, err := database.Open(t.Context(), database.Config{URL: url, Drivers: databasetest.Drivers()})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	c := cache.New(cache.Config{Store: prepare(t, db, false), Lease: time.Minute})
	defer c.Close()
	if _, err := bufio.NewReader(os.Stdin).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range askers {
		all.Go(func() {
			n, err := counted.Get(t.Context(), c, "a", func(ctx context.Context) (int64, error) {
				if _, err := orm.ExecSQL(ctx, db, "INSERT INTO computed (process) VALUES (?)", int64(os.Getpid())); err != nil {
					return 0, err
				}
				return orm.FromSQL[int64](db, "SELECT count(*) AS n FROM computed").First(ctx)
			}, "x")
			if n != 1 || err != nil {
				t.Errorf("%d, %v", n, err)
			}
		})
	}
	all.Wait()
	if !t.Failed() {
		fmt.Println("all have 1")
	}
}
