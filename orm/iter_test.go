package orm_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	. "github.com/volaweb/vola/examples/hr"
	"github.com/volaweb/vola/orm"
)

func TestIter(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		d := Department{Name: "IT"}
		create(t, db, &d)
		const rows = 600 // more than two batches
		err := db.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
			for i := range rows {
				create(t, tx, &Employee{Name: fmt.Sprintf("%04d", i), Department: orm.Ref[Department]{ID: d.ID}})
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		q := func(h database.Handle) orm.Query[Employee] {
			return orm.From[Employee](h).OrderBy(Employees.Name.Asc()).With(Employees.Department)
		}
		check := func(h database.Handle, ctx context.Context) {
			t.Helper()
			n := 0
			for e, err := range q(h).Iter(ctx) {
				if err != nil {
					t.Fatal(err)
				}
				if want := fmt.Sprintf("%04d", n); e.Name != want || !e.Department.Loaded() {
					t.Fatalf("row %d is %+v", n, e)
				}
				n++
			}
			if n != rows {
				t.Errorf("%d rows, want %d", n, rows)
			}
		}
		var s databasetest.Statements
		check(db, s.Observe(ctx))
		s.Want(t, 4) // the rows, and the departments of three batches
		seq := q(db).Iter(ctx)
		for range 2 { // a sequence may be used twice, and be left early
			for e, err := range seq {
				if err != nil || e.Name != "0000" {
					t.Fatal(e, err)
				}
				break
			}
		}
		err = db.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
			check(tx, ctx)
			// Statements of the transaction go on inside the loop.
			for e, err := range q(tx).Iter(ctx) {
				if err != nil {
					return err
				}
				if n, err := orm.From[Employee](tx).Where(Employees.ID.Eq(e.ID)).Update(ctx, Employees.Salary.Add(1)); n != 1 || err != nil {
					t.Fatal(n, err)
				}
				if e.Name == "0300" {
					break
				}
			}
			n, err := orm.From[Employee](tx).Where(Employees.Salary.Eq(1)).Count(ctx)
			if n != 301 {
				t.Errorf("%d rows were changed in the loop", n)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
		for name, q := range map[string]orm.Query[Employee]{
			"negative": orm.From[Employee](db).Limit(-1),
			"database": {},
		} {
			n := 0
			for _, err := range q.Iter(ctx) {
				if n++; err == nil || !strings.Contains(err.Error(), name) {
					t.Errorf("%s: %v", name, err)
				}
			}
			if n != 1 {
				t.Errorf("%s: %d elements", name, n)
			}
		}
		cancelled, cancel := context.WithCancel(ctx)
		cancel()
		for _, err := range q(db).Iter(cancelled) {
			if !errors.Is(err, context.Canceled) {
				t.Errorf("cancelled: %v", err)
			}
		}
	})
}
