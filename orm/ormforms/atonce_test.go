package ormforms_test

import (
	"context"
	"fmt"
	"maps"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/forms"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/orm/ormforms"
)

// TestRowsAtOnce: of ten who send the same page at once with other prices, one has changed the row,
// and nine see that it was changed. Half of them would have added a row, and one of them has.
func TestRowsAtOnce(t *testing.T) {
	t.Parallel()
	eachStock(t, 3, func(t *testing.T, s stocktaking) {
		shown := page(s.bind(t))
		// All have read before the first one writes.
		var read []*forms.Bound[stock]
		for i := range 10 {
			sent := url.Values{}
			for name, values := range shown {
				sent[name] = slices.Clone(values)
			}
			sent.Set("items.2.price", fmt.Sprint(i+10))
			if i%2 == 0 {
				sent.Set("items.n1.code", "new")
				sent.Set("items.n1.price", "1")
			}
			form := s.bind(t)
			r := httptest.NewRequest("POST", "/", strings.NewReader(sent.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if ok, err := form.Read(r); !ok || err != nil {
				t.Fatalf("ok %v, %v, %s", ok, err, rowProblems(form))
			}
			read = append(read, form)
		}
		var stored atomic.Int64
		var winner atomic.Int64
		var wait sync.WaitGroup
		for i, form := range read {
			wait.Go(func() {
				ok, err := ormforms.Save(t.Context(), s.db, form, func(ctx context.Context, tx *database.Tx) error {
					return s.rows.Save(ctx, tx, form.Values, &form.Value.Items, func(i *item) { i.Shop = orm.RefTo[shop](s.shop.ID) })
				})
				switch {
				case err != nil:
					t.Error(err)
				case ok:
					stored.Add(1)
					winner.Store(int64(i))
				case !strings.HasPrefix(rowProblems(form), "Item 2: Somebody else has changed this meanwhile"):
					t.Errorf("%d: %s", i, rowProblems(form))
				}
			})
		}
		wait.Wait()
		if stored.Load() != 1 {
			t.Fatalf("%d were stored", stored.Load())
		}
		two, err := orm.Find[item](t.Context(), s.db, 2)
		want := 3 + (winner.Load()+1)%2
		n, err2 := orm.From[item](s.db).Count(t.Context())
		if err != nil || err2 != nil || !strings.HasPrefix(two.Price, fmt.Sprint(winner.Load()+10)) || n != want {
			t.Errorf("%d has won: price %s, %d rows, want %d, %v, %v", winner.Load(), two.Price, n, want, err, err2)
		}
		// Who sends again replaces it: the first page after a race has a version from before it, the
		// next one has that of the row.
		again := page(read[(winner.Load()+1)%10])
		again["items"] = []string{"1", "2", "3"}
		maps.DeleteFunc(again, func(name string, _ []string) bool {
			return strings.HasPrefix(name, "items.") && !slices.Contains(again["items"], strings.Split(name, ".")[1])
		})
		form, _ := s.save(t, again)
		if got := rowProblems(form); !strings.HasPrefix(got, "Item 2: Somebody else") {
			t.Errorf("a version from before the race: %s", got)
		}
		again.Set("items.2.version", page(form).Get("items.2.version"))
		if form, _ := s.save(t, again); !form.Valid() {
			t.Error(rowProblems(form))
		}
	})
}
