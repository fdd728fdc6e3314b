package once_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/volaweb/vola/contrib/once"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/forms"
	"github.com/volaweb/vola/orm"
)

// seat is a row of a room.
type seat struct {
	ID   int64
	Row  string `db:"size=10,unique" form:"" label:"Row"`
	Note string `db:"size=50" form:"optional" label:"Note"`
}

type hall struct {
	Name  string      `form:"" label:"Name"`
	Seats []seatOfRow `form:"max=9" label:"Seats"`
}

type seatOfRow struct {
	ID  int64  `form:"key"`
	Row string `form:"" label:"Row"`
}

func each(t *testing.T, test func(t *testing.T, db *database.DB)) {
	t.Helper()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		models, err := orm.NewModels(orm.Group{Module: "once", Models: once.New().(interface{ Models() []orm.Declaration }).Models()},
			orm.Group{Module: "t", Models: []orm.Declaration{orm.Model[seat]()}})
		if err == nil {
			err = errors.Join(orm.Use(db, models), models.CreateTables(t.Context(), db))
		}
		if err != nil {
			t.Fatal(err)
		}
		test(t, db)
	})
}

// read reads a form that was sent with a key.
func read[T any](t testing.TB, ctx context.Context, form *forms.Form[T], initial T, key string, sent url.Values) *forms.Bound[T] {
	bound := form.Bind(ctx, initial)
	bound.Once()
	body := url.Values{"form_key": {key}}
	for name, values := range sent {
		body[name] = values
	}
	r := httptest.NewRequest("POST", "/", strings.NewReader(body.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if ok, err := bound.Read(r); !ok || err != nil {
		t.Errorf("read: ok %v, %v, %v", ok, err, bound.Problems())
	}
	return bound
}

// create stores the seat of a form.
func create(form *forms.Bound[seat]) func(ctx context.Context, tx *database.Tx) (string, error) {
	return func(ctx context.Context, tx *database.Tx) (string, error) {
		err := orm.Create(ctx, tx, form.Value)
		return fmt.Sprint("/", form.Value.ID), err
	}
}

const key = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

func seats(t testing.TB, db *database.DB) int64 {
	t.Helper()
	n, err := orm.From[seat](db).Count(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestManyAtOnce sends a form twenty times at once; every third fails after it has stored the
// row. One row is stored, and all others lead to it.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	form := forms.New[seat]()
	each(t, func(t *testing.T, db *database.DB) {
		broken := errors.New("broken")
		var wait sync.WaitGroup
		var lock sync.Mutex
		to := map[string]int{}
		for i := range 20 {
			wait.Go(func() {
				bound := read(t, t.Context(), form, seat{}, key, url.Values{"row": {"A"}})
				url, ok, err := once.Save(t.Context(), db, bound, func(ctx context.Context, tx *database.Tx) (string, error) {
					url, err := create(bound)(ctx, tx)
					if err == nil && i%3 == 0 {
						err = broken
					}
					return url, err
				})
				if err != nil && !(i%3 == 0 && errors.Is(err, broken)) || err == nil && !ok {
					t.Errorf("%d: ok %v, %v, %v", i, ok, err, bound.Errors())
				}
				if err == nil {
					lock.Lock()
					defer lock.Unlock()
					to[url]++
				}
			})
		}
		wait.Wait()
		if n := seats(t, db); n != 1 || len(to) != 1 {
			t.Errorf("%d rows, led to %v", n, to)
		}
	})
}

// TestInATransaction: a form that is stored in a transaction of the caller is stored once, and its
// key is free again if that one is rolled back.
func TestInATransaction(t *testing.T) {
	t.Parallel()
	form := forms.New[seat]()
	each(t, func(t *testing.T, db *database.DB) {
		undone := errors.New("undone")
		for _, end := range []error{undone, nil, nil} {
			err := db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
				for range 2 {
					bound := read(t, ctx, form, seat{}, key, url.Values{"row": {"A"}})
					if _, ok, err := once.Save(ctx, tx, bound, create(bound)); err != nil || !ok {
						t.Errorf("ok %v, %v", ok, err)
					}
				}
				return end
			})
			if !errors.Is(err, end) {
				t.Fatal(err)
			}
		}
		if n := seats(t, db); n != 1 {
			t.Errorf("%d rows", n)
		}
		bound := read(t, t.Context(), form, seat{}, key, url.Values{"row": {"B"}})
		if to, ok, err := once.Save(t.Context(), db, bound, create(bound)); to != "" || ok || err != nil || len(bound.Errors()) != 1 || bound.Key() == key {
			t.Errorf("other content: %q, ok %v, %v, %q", to, ok, err, bound.Errors())
		}
	})
}

// TestTakenAndTwice: a form whose value is taken has an error and leaves its key free.
func TestTakenAndTwice(t *testing.T) {
	t.Parallel()
	form := forms.New[seat]()
	each(t, func(t *testing.T, db *database.DB) {
		if err := orm.Create(t.Context(), db, &seat{Row: "A"}); err != nil {
			t.Fatal(err)
		}
		bound := read(t, t.Context(), form, seat{}, key, url.Values{"row": {"A"}})
		if _, ok, err := once.Save(t.Context(), db, bound, create(bound)); ok || err != nil || len(bound.Problems()) != 1 {
			t.Errorf("taken: ok %v, %v, %v", ok, err, bound.Problems())
		}
		bound = read(t, t.Context(), form, seat{}, key, url.Values{"row": {"B"}})
		if to, ok, err := once.Save(t.Context(), db, bound, create(bound)); !ok || err != nil || to == "" {
			t.Errorf("another value: %q, ok %v, %v, %v", to, ok, err, bound.Errors())
		}
	})
}

// TestRowsTwice: the second of two that add a row finds it there already, and leads to what the
// first has stored.
func TestRowsTwice(t *testing.T) {
	t.Parallel()
	form := forms.New[hall]()
	each(t, func(t *testing.T, db *database.DB) {
		sent := url.Values{"name": {"Hall"}, "seats": {"n1"}, "seats.n1.row": {"A"}}
		load := func() (h hall) {
			all, err := orm.From[seat](db).All(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range all {
				h.Seats = append(h.Seats, seatOfRow{s.ID, s.Row})
			}
			return h
		}
		for range 2 {
			bound := read(t, t.Context(), form, load(), key, sent)
			to, ok, err := once.Save(t.Context(), db, bound, func(ctx context.Context, tx *database.Tx) (string, error) {
				changes, err := forms.ChangesOf(bound.Values, &bound.Value.Seats)
				for _, s := range changes.Added {
					if err == nil {
						err = orm.Create(ctx, tx, &seat{Row: s.Row})
					}
				}
				return "/hall", err
			})
			if to != "/hall" || !ok || err != nil {
				t.Errorf("%q, ok %v, %v, %q", to, ok, err, bound.Errors())
			}
		}
		if n := seats(t, db); n != 1 {
			t.Errorf("%d rows", n)
		}
	})
}
