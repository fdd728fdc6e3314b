package orm_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/volaweb/vola/database"
	. "github.com/volaweb/vola/examples/hr"
	"github.com/volaweb/vola/orm"
)

func TestGetOrCreate(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		calls := 0
		make := func(context.Context) (Skill, error) {
			calls++
			return Skill{Name: "replaced", Grade: "novice"}, nil
		}
		by := orm.By(Skills.Name.Set("Go"))
		s, created, err := orm.GetOrCreate(ctx, db, by, make)
		if err != nil || !created || s.ID == 0 || s.Name != "Go" || s.Grade != "novice" {
			t.Errorf("first: %+v, %v, %v", s, created, err)
		}
		again, created, err := orm.GetOrCreate(ctx, db, by, make)
		if err != nil || created || again.ID != s.ID || calls != 1 {
			t.Errorf("second: %+v, %v, %v after %d calls of make", again, created, err, calls)
		}
		// Inside a transaction, which stays usable.
		err = db.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
			_, created, err := orm.GetOrCreate(ctx, tx, orm.By(Skills.Name.Set("SQL")), nil)
			if err != nil || !created {
				t.Errorf("in a transaction: %v, %v", created, err)
			}
			_, created, err = orm.GetOrCreate(ctx, tx, by, make)
			if created {
				t.Error("found row counted as created")
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
		refused := errors.New("not today")
		_, created, err = orm.GetOrCreate(ctx, db, orm.By(Skills.Name.Set("C")), func(context.Context) (Skill, error) { return Skill{}, refused })
		if !errors.Is(err, refused) || created {
			t.Errorf("make refuses: %v, %v", created, err)
		}
		if n, err := orm.From[Skill](db).Count(ctx); n != 2 || err != nil {
			t.Errorf("%d rows, %v", n, err)
		}
		for name, by := range map[string]orm.Lookup[Skill]{
			"not unique":         orm.By(Skills.Grade.Set("novice")),
			"more than a unique": orm.By(Skills.Name.Set("Go"), Skills.Grade.Set("novice")),
			"nothing":            orm.By[Skill](),
			"null":               orm.By(Skills.Notes.SetNull()),
		} {
			if _, _, err := orm.GetOrCreate(ctx, db, by, nil); err == nil {
				t.Errorf("a lookup by %s is taken", name)
			}
		}
		// Another constraint than the lookup's is an error, not a row found.
		_, _, err = orm.GetOrCreate(ctx, db, orm.By(Skills.ID.Set(99)), func(context.Context) (Skill, error) { return Skill{Name: "Go"}, nil })
		if !errors.Is(err, database.ErrUnique) {
			t.Errorf("another constraint: %v", err)
		}
	})
}

func TestUpdateOrCreate(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		_, it, ann := seed(t, db)
		ctx := t.Context()
		by := orm.By(Employees.ID.Set(ann.ID))
		e, created, err := orm.UpdateOrCreate(ctx, db, by, nil, Employees.Salary.Increment(5), Employees.Name.Set("Anna"))
		if err != nil || created || e.Salary != 505 || e.Name != "Anna" || !e.Remote {
			t.Errorf("update: %+v, %v, %v", e, created, err)
		}
		e, created, err = orm.UpdateOrCreate(ctx, db, orm.By(Employees.ID.Set(1000)),
			func(context.Context) (Employee, error) {
				return Employee{Department: orm.Ref[Department]{ID: it.ID}, Salary: 7}, nil
			}, Employees.Salary.Increment(5), Employees.Name.Set("Zoe"), Employees.Joined.SetNull())
		if err != nil || !created || e.ID != 1000 || e.Name != "Zoe" || e.Salary != 7 {
			t.Errorf("create: %+v, %v, %v", e, created, err)
		}
		if _, _, err := orm.UpdateOrCreate(ctx, db, by, nil); err == nil {
			t.Error("an update of nothing gives no error")
		}
	})
}

// TestGetOrCreateUnderRace is the promise: one row and one created=true a
// round, no error, with deletes in between.
func TestGetOrCreateUnderRace(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		const goroutines, rounds = 100, 50
		ctx := t.Context()
		for round := range rounds {
			name := fmt.Sprint("skill ", round)
			var created atomic.Int32
			var wg sync.WaitGroup
			for i := range goroutines {
				wg.Go(func() {
					get := func(ctx context.Context, h database.Handle) error {
						s, isNew, err := orm.GetOrCreate(ctx, h, orm.By(Skills.Name.Set(name)), nil)
						if err == nil && s.Name != name {
							err = errors.New("wrong row " + s.Name)
						}
						if isNew {
							created.Add(1)
						}
						return err
					}
					var err error
					if i%2 == 0 {
						err = get(ctx, db)
					} else {
						err = db.InTx(ctx, func(ctx context.Context, tx *database.Tx) error { return get(ctx, tx) })
					}
					if err != nil {
						t.Errorf("round %d: %v", round, err)
					}
				})
			}
			wg.Wait()
			n, err := orm.From[Skill](db).Where(Skills.Name.Eq(name)).Count(ctx)
			if err != nil || n != 1 || created.Load() != 1 {
				t.Fatalf("round %d: %d rows, created %d times, %v", round, n, created.Load(), err)
			}
		}
	})
}

func TestGetOrCreateAgainstDeletes(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		stop := make(chan struct{})
		var deleter sync.WaitGroup
		deleter.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if _, err := orm.From[Skill](db).Every().Delete(ctx); err != nil {
					t.Error(err)
					return
				}
			}
		})
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 50 {
					if _, _, err := orm.GetOrCreate(ctx, db, orm.By(Skills.Name.Set("Go")), nil); err != nil {
						t.Error(err)
					}
					if _, _, err := orm.UpdateOrCreate(ctx, db, orm.By(Skills.Name.Set("Go")), nil, Skills.Grade.Set("expert")); err != nil && !strings.Contains(err.Error(), "no row matches") {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		close(stop)
		deleter.Wait()
	})
}
