package ormforms_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/forms"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/orm/ormforms"
)

type workshop struct {
	ID    int64
	Seats int64
}

type guest struct {
	ID       int64
	Workshop orm.Ref[workshop]
	Name     string `db:"size=40" label:"Name"`
}

type guestFields struct {
	Workshop *orm.ForeignKey[*guest, *workshop, int64]
	Name     *orm.Text[*guest, string]
}

// snippet: seats

// signUp stores a guest if a seat is left. It locks the workshop first: others who sign up for
// it wait until this transaction has ended, and then count its guest too.
func signUp(ctx context.Context, db *database.DB, form *forms.Bound[guest], of int64) (ok bool, err error) {
	guests := orm.Describe[guestFields]()
	return ormforms.Save(ctx, db, form, func(ctx context.Context, tx *database.Tx) error {
		w, err := orm.From[workshop](tx).Where(orm.Descriptor[orm.Number[*workshop, int64]]("ID").Eq(of)).ForUpdate(orm.Wait).Get(ctx)
		if err != nil {
			return err
		}
		taken, err := orm.From[guest](tx).Where(guests.Workshop.Eq(of)).Count(ctx)
		if err != nil {
			return err
		}
		if taken >= w.Seats {
			form.Add(nil, "All seats of this workshop are taken.")
			return nil
		}
		form.Value.Workshop = orm.RefTo[workshop](of)
		return orm.Create(ctx, tx, form.Value)
	})
}

// end snippet

// TestSeats: of many who sign up at once as many are stored as there are seats, on both
// databases.
func TestSeats(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		models, err := orm.NewModels(orm.Group{Module: "t", Models: []orm.Declaration{orm.Model[workshop](), orm.Model[guest]()}})
		if err == nil {
			err = errors.Join(orm.Use(db, models), models.CreateTables(ctx, db))
		}
		w := workshop{Seats: 5}
		if err == nil {
			err = orm.Create(ctx, db, &w)
		}
		form, err2 := ormforms.New(db, orm.Field[guest](orm.Describe[guestFields]().Name))
		if err = errors.Join(err, err2); err != nil {
			t.Fatal(err)
		}
		var wait sync.WaitGroup
		for range 12 {
			wait.Go(func() {
				bound := form.Bind(ctx, guest{})
				r := httptest.NewRequest("POST", "/", strings.NewReader("name=Ann"))
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				if ok, err := bound.Read(r); !ok || err != nil {
					t.Error(ok, err)
				}
				if ok, err := signUp(ctx, db, bound, w.ID); err != nil || ok == (len(bound.Errors()) > 0) {
					t.Errorf("%v, %v, %q", ok, err, bound.Errors())
				}
			})
		}
		wait.Wait()
		if n, err := orm.From[guest](db).Count(ctx); err != nil || n != w.Seats {
			t.Errorf("%d guests for %d seats, %v", n, w.Seats, err)
		}
	})
}
