package sqlite_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/database/sqlite"
)

const killEnv = "VOLA_TEST_KILLED_WRITER"

// TestKilledWriter kills a process that writes pairs of rows, 50 times, each
// time at another moment: the file always opens, and no pair is ever half
// there.
func TestKilledWriter(t *testing.T) {
	if url := os.Getenv(killEnv); url != "" {
		writePairs(t, url)
		return
	}
	t.Parallel()
	url := databasetest.SQLiteURL(t)
	open := func(create bool) *database.DB {
		db, err := database.Open(t.Context(), database.Config{URL: url, Drivers: []database.Driver{sqlite.Driver}, Create: create})
		if err != nil {
			t.Fatal(err)
		}
		return db
	}
	db := open(true)
	if _, err := db.Exec(t.Context(), "CREATE TABLE pair (id integer PRIMARY KEY, n bigint, side text)"); err != nil {
		t.Fatal(err)
	}
	db.Close()
	var total int64
	for round := range 50 {
		cmd := exec.Command(os.Args[0], "-test.run=^TestKilledWriter$")
		cmd.Env = append(os.Environ(), killEnv+"="+url)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		// The writer says each pair before it writes it: killing after a number
		// of lines that differs hits all parts of the work.
		lines := bufio.NewScanner(out)
		for i := 0; i <= round%7 && lines.Scan(); i++ {
		}
		cmd.Process.Kill()
		cmd.Wait()
		db := open(false)
		var rows, broken int64
		if err := database.QueryRow(t.Context(), db, []any{&rows, &broken}, `SELECT count(*),
			(SELECT count(*) FROM (SELECT n FROM pair GROUP BY n HAVING count(*) <> 2)) FROM pair`); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		var check string
		if err := database.QueryRow(t.Context(), db, []any{&check}, "SELECT integrity_check FROM pragma_integrity_check"); err != nil || check != "ok" {
			t.Fatalf("round %d: integrity check: %s, %v", round, check, err)
		}
		if broken != 0 || rows < total {
			t.Fatalf("round %d: %d rows, %d half pairs, had %d rows before", round, rows, broken, total)
		}
		total = rows
		db.Close()
	}
	if total == 0 {
		t.Error("nothing was ever written, so nothing was tested")
	}
}

func writePairs(t *testing.T, url string) {
	db, err := database.Open(t.Context(), database.Config{URL: url, Drivers: []database.Driver{sqlite.Driver}})
	if err != nil {
		t.Fatal(err)
	}
	pid := int64(os.Getpid())
	for n := pid << 20; ; n++ {
		fmt.Println(n)
		err := db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
			for _, side := range []string{"left", "right"} {
				if _, err := tx.Exec(ctx, "INSERT INTO pair (n, side) VALUES (?, ?)", n, side); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
