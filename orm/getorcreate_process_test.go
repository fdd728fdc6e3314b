package orm_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/orm"
)

// racerEnv makes the test binary one of the processes of
// [TestSoakGetOrCreateByProcesses], on the database of that URL.
const racerEnv = "VOLA_TEST_RACER"

// visit is what the processes race for.
type visit struct {
	ID   int64
	Key  string `db:"unique"`
	Hits int64
}

var (
	visitKey  = orm.Descriptor[orm.Text[*visit, string]]("Key")
	visitHits = orm.Descriptor[orm.Number[*visit, int64]]("Hits")
)

func openVisits(ctx context.Context, url string, create bool) (*database.DB, error) {
	db, err := database.Open(ctx, database.Config{URL: url, Drivers: databasetest.Drivers(), Create: create})
	if err != nil {
		return nil, err
	}
	models, err := orm.NewModels(orm.Group{Module: "race", Models: []orm.Declaration{orm.Model[visit]()}})
	if err == nil {
		err = orm.Use(db, models)
	}
	if err == nil && create {
		err = models.CreateTables(ctx, db)
	}
	if err != nil {
		db.Close()
	}
	return db, err
}

// TestSoakGetOrCreateByProcesses is the promise of GetOrCreate and
// UpdateOrCreate for several processes: for each key all of them start at the
// same time; one of them creates the row, and none gets an error. Then they
// create and delete the row in turns of their own, and once more after it is
// gone. With VOLA_SOAK there are 1,000 keys.
func TestSoakGetOrCreateByProcesses(t *testing.T) {
	if url := os.Getenv(racerEnv); url != "" {
		race(t, url)
		return
	}
	t.Parallel()
	keys := 60
	if os.Getenv("VOLA_SOAK") != "" {
		keys = 1000
	}
	for kind, url := range map[string]func(testing.TB) string{"sqlite": databasetest.SQLiteURL, "postgres": databasetest.PostgresURL} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			url := url(t)
			db, err := openVisits(t.Context(), url, true)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			r := &racers{t: t, db: db}
			for range 4 {
				r.start(url)
			}
			for i := range keys {
				r.strict(fmt.Sprint("key ", i), i)
				r.storm(fmt.Sprint("key ", i), i)
				r.strict(fmt.Sprint("key ", i), i+1)
			}
			r.stop()
			t.Logf("%d processes, %d keys: %d calls, %d rows created, %d deleted", len(r.all), keys, r.calls, r.created, r.deleted)
		})
	}
}

// racer is a process that does what it is told, a line at a time.
type racer struct {
	cmd     *exec.Cmd
	orders  io.WriteCloser
	answers *bufio.Scanner
}

type racers struct {
	t                       *testing.T
	db                      *database.DB
	all                     []*racer
	calls, created, deleted int
}

func (r *racers) start(url string) {
	cmd := exec.CommandContext(r.t.Context(), os.Args[0], "-test.run=^TestSoakGetOrCreateByProcesses$")
	cmd.Env = append(os.Environ(), racerEnv+"="+url)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		r.t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		r.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	p := &racer{cmd, in, bufio.NewScanner(out)}
	if !p.answers.Scan() || p.answers.Text() != "ready" {
		r.t.Fatalf("a process said %q", p.answers.Text())
	}
	r.all = append(r.all, p)
}

func (r *racers) stop() {
	for _, p := range r.all {
		p.orders.Close()
		if err := p.cmd.Wait(); err != nil {
			r.t.Error(err)
		}
	}
}

// tally is what the processes did in a round.
type tally struct{ Created, Updated, Deleted int }

// round tells all processes to do the same for a key, each in its own way, and
// waits for all of them.
func (r *racers) round(what, key string, way int) tally {
	r.t.Helper()
	for i, p := range r.all {
		fmt.Fprintf(p.orders, "%s %d %s\n", what, way+i, key)
	}
	var sum tally
	for _, p := range r.all {
		var one tally
		if !p.answers.Scan() {
			r.t.Fatal("a process ended")
		}
		if n, _ := fmt.Sscanf(p.answers.Text(), "created %d updated %d deleted %d", &one.Created, &one.Updated, &one.Deleted); n != 3 {
			r.t.Errorf("%s %s: %s", what, key, p.answers.Text())
		}
		sum.Created += one.Created
		sum.Updated += one.Updated
		sum.Deleted += one.Deleted
	}
	r.created += sum.Created
	r.deleted += sum.Deleted
	return sum
}

func (r *racers) rows(key string) []visit {
	r.t.Helper()
	rows, err := orm.From[visit](r.db).Where(visitKey.Eq(key)).All(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	return rows
}

// strict is a round without deletes: one row, created once, and each update
// counted.
func (r *racers) strict(key string, way int) {
	r.t.Helper()
	r.calls += len(r.all)
	sum, rows := r.round("make", key, way), r.rows(key)
	if len(rows) != 1 || sum.Created != 1 || rows[0].Hits != int64(sum.Updated) {
		r.t.Errorf("%s: %+v, rows %+v; want one row created once, with %d hits", key, sum, rows, sum.Updated)
	}
}

// storm is a round in which the processes also delete the row: it was created
// as often as it was deleted, or once more if it is there. It leaves no row.
func (r *racers) storm(key string, way int) {
	r.t.Helper()
	r.calls += 4 * len(r.all)
	sum := r.round("storm", key, way)
	if rows := r.rows(key); 1+sum.Created-sum.Deleted != len(rows) || len(rows) > 1 {
		r.t.Errorf("%s: there was a row, then %+v, and there are rows %+v", key, sum, rows)
	}
	n, err := orm.From[visit](r.db).Where(visitKey.Eq(key)).Delete(r.t.Context())
	if err != nil {
		r.t.Error(err)
	}
	r.deleted += int(n)
}

// race is the life of one process.
func race(t *testing.T, url string) {
	db, err := openVisits(t.Context(), url, false)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	fmt.Println("ready")
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		var what string
		var way int
		fmt.Sscan(in.Text(), &what, &way)
		_, key, _ := strings.Cut(in.Text(), "key")
		key = "key" + key
		var sum tally
		times := 1
		if what == "storm" {
			times = 4
		}
		for i := 0; i < times && err == nil; i++ {
			if err = sum.oneWay(t.Context(), db, way+i, key); err == nil && what == "storm" {
				var n int64
				n, err = orm.From[visit](db).Where(visitKey.Eq(key)).Delete(t.Context())
				sum.Deleted += int(n)
			}
		}
		if err != nil {
			fmt.Println("error:", err)
			err = nil
			continue
		}
		fmt.Println("created", sum.Created, "updated", sum.Updated, "deleted", sum.Deleted)
	}
}

// oneWay makes or changes the row: by GetOrCreate or UpdateOrCreate, outside or
// inside a transaction that goes on afterwards.
func (s *tally) oneWay(ctx context.Context, db *database.DB, way int, key string) error {
	call := func(ctx context.Context, h database.Handle) error {
		by := orm.By(visitKey.Set(key))
		if way%2 == 0 {
			row, created, err := orm.GetOrCreate(ctx, h, by, nil)
			if err == nil && row.Key != key {
				err = fmt.Errorf("got the row of %q", row.Key)
			}
			s.Created += count01(created)
			return err
		}
		row, created, err := orm.UpdateOrCreate(ctx, h, by, nil, visitHits.Increment(1))
		if err == nil && (row.Key != key || row.Hits == 0 != created) {
			err = fmt.Errorf("got the row %+v, created = %v", row, created)
		}
		s.Created += count01(created)
		s.Updated += count01(err == nil && !created)
		return err
	}
	if way/2%2 == 0 {
		return call(ctx, db)
	}
	return db.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		if err := call(ctx, tx); err != nil {
			return err
		}
		_, err := orm.From[visit](tx).Where(visitKey.Eq(key)).Count(ctx)
		return err
	})
}

func count01(b bool) int {
	if b {
		return 1
	}
	return 0
}

// TestGetOrCreateKeepsWhatWasMade lets another create the row just before it is
// stored, and delete it just before it is looked for again.
func TestGetOrCreateKeepsWhatWasMade(t *testing.T) {
	t.Parallel()
	for kind, url := range map[string]func(testing.TB) string{"sqlite": databasetest.SQLiteURL, "postgres": databasetest.PostgresURL} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			db, err := openVisits(t.Context(), url(t), true)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			inserts, made := 0, 0
			ctx := database.Observe(t.Context(), func(_ context.Context, st database.Statement) {
				if !strings.HasPrefix(st.SQL, "INSERT") {
					return
				}
				if inserts++; inserts == 1 {
					if _, err := orm.From[visit](db).Every().Delete(t.Context()); err != nil {
						t.Error(err)
					}
				}
			})
			row, created, err := orm.GetOrCreate(ctx, db, orm.By(visitKey.Set("x")), func(context.Context) (visit, error) {
				made++
				return visit{Hits: 7}, orm.Create(t.Context(), db, &visit{Key: "x", Hits: 1})
			})
			if err != nil || !created || row.Key != "x" || row.Hits != 7 || made != 1 || inserts != 2 {
				t.Errorf("%+v, created = %v, %v; made %d times, %d inserts", row, created, err, made, inserts)
			}
		})
	}
}

// TestAddUnderRequests counts requests in a row: 50 at a time end exact.
func TestAddUnderRequests(t *testing.T) {
	t.Parallel()
	for kind, url := range map[string]func(testing.TB) string{"sqlite": databasetest.SQLiteURL, "postgres": databasetest.PostgresURL} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			db, err := openVisits(t.Context(), url(t), true)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if err := orm.Create(t.Context(), db, &visit{Key: "/"}); err != nil {
				t.Fatal(err)
			}
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				n, err := orm.From[visit](db).Where(visitKey.Eq(r.URL.Path)).Update(r.Context(), visitHits.Increment(1))
				if err != nil || n != 1 {
					http.Error(w, fmt.Sprintf("%d rows, %v", n, err), http.StatusInternalServerError)
				}
			}))
			defer server.Close()
			const requests, rounds = 50, 4
			for range rounds {
				var wg sync.WaitGroup
				for range requests {
					wg.Go(func() {
						resp, err := server.Client().Get(server.URL + "/")
						if err != nil {
							t.Error(err)
							return
						}
						defer resp.Body.Close()
						if body, _ := io.ReadAll(resp.Body); resp.StatusCode != http.StatusOK {
							t.Errorf("%s: %s", resp.Status, body)
						}
					})
				}
				wg.Wait()
			}
			row, err := orm.From[visit](db).Where(visitKey.Eq("/")).Get(t.Context())
			if err != nil || row.Hits != requests*rounds {
				t.Errorf("%d hits after %d requests, %v", row.Hits, requests*rounds, err)
			}
		})
	}
}
