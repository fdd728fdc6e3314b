package main

import (
	"bytes"
	"context"
	"errors"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/volatest"
)

// TestSync runs the program itself, on both databases.
func TestSync(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]func(testing.TB) string{"sqlite": databasetest.SQLiteURL, "postgres": databasetest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			environ := []string{"DATABASE_URL=" + url(t)}
			run := func(args ...string) (status int, stdout, stderr string) {
				var out, errs bytes.Buffer
				status = vola.Run(t.Context(), site(), args, environ, strings.NewReader(""), &out, &errs)
				return status, out.String(), errs.String()
			}
			if status, _, errs := run("migrate"); status != 0 {
				t.Fatalf("migrate: status %d, %s", status, errs)
			}
			want := regexp.MustCompile(`^(1 created\? (true|false)\n){5}$`)
			for range 20 { // what is deleted once more must not be missed once more
				status, out, errs := run("sync", "1", "1", "1", "1", "1")
				if status != 0 || !want.MatchString(out) || !strings.Contains(out, "true") {
					t.Fatalf("status %d, %q, %q", status, out, errs)
				}
			}
			if status, out, _ := run("sync", "3", "1", "2"); status != 0 || out != "3 created? true\n1 created? true\n2 created? true\n" {
				t.Errorf("different numbers: status %d, %q", status, out)
			}
			for _, tt := range []struct{ args, want string }{
				{"sync", "catalogue sync needs NUMBER..."},
				{"sync 1 one", `"one" is not the number of an article`},
			} {
				if status, out, errs := run(strings.Fields(tt.args)...); status != 2 || out != "" || !strings.Contains(errs, tt.want) {
					t.Errorf("%s: status %d, %q, %q", tt.args, status, out, errs)
				}
			}
		})
	}
}

// snippet: naive

// naive looks for the article and creates it when it is not there. Whatever
// happens in between is none of its business, it believes.
func naive(ctx context.Context, db *database.DB, number int64, between func()) error {
	_, err := orm.From[Article](db).Where(Articles.Number.Eq(number)).Get(ctx)
	if !errors.Is(err, orm.ErrNotFound) {
		return err
	}
	between()
	return orm.Create(ctx, db, &Article{Number: number})
}

// end snippet

// TestTheNaiveWayFails shows what GetOrCreate is for: two look before either
// has created the row.
func TestTheNaiveWayFails(t *testing.T) {
	t.Parallel()
	db := volatest.New(t, site()).DB
	var looked, done sync.WaitGroup
	looked.Add(2)
	errs := make([]error, 2)
	for i := range errs {
		done.Go(func() {
			errs[i] = naive(t.Context(), db, 1, func() { looked.Done(); looked.Wait() })
		})
	}
	done.Wait()
	if errs[0] != nil {
		errs[0], errs[1] = errs[1], errs[0]
	}
	if errs[0] != nil || !errors.Is(errs[1], database.ErrUnique) {
		t.Errorf("the two got %v and %v", errs[0], errs[1])
	}
}
