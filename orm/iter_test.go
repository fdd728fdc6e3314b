package orm_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
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
		q := func(h database.Handle) *orm.Query[Employee] {
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
				if n, err := orm.From[Employee](tx).Where(Employees.ID.Eq(e.ID)).Update(ctx, Employees.Salary.Increment(1)); n != 1 || err != nil {
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
		for name, q := range map[string]*orm.Query[Employee]{
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

// TestIterSoak streams rows and looks at the memory in use on the way: 20,000
// in an ordinary run, 1,000,000 when VOLA_SOAK is set. It runs beside no other
// test, whose memory it would see.
func TestIterSoak(t *testing.T) {
	rows := 20_000
	if os.Getenv("VOLA_SOAK") != "" {
		rows = 1_000_000
	}
	t.Run("sqlite", func(t *testing.T) { streams(t, databasetest.SQLite(t), rows) })
	t.Run("postgres", func(t *testing.T) { streams(t, databasetest.Postgres(t), rows) })
}

func streams(t *testing.T, db *database.DB, rows int) {
	open(t, db)
	ctx := t.Context()
	d := Department{Name: "IT"}
	create(t, db, &d)
	chunk := make([]Employee, 10_000)
	for at := 0; at < rows; at += len(chunk) {
		for i := range chunk {
			chunk[i] = Employee{Name: fmt.Sprintf("employee %d", at+i), Department: orm.Ref[Department]{ID: d.ID}, Salary: 1}
		}
		if err := orm.CreateAll(ctx, db, chunk); err != nil {
			t.Fatal(err)
		}
	}
	chunk = nil
	used := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	read := func(h database.Handle, ctx context.Context) {
		t.Helper()
		var n, sum int64
		var most uint64
		first := used()
		for e, err := range orm.From[Employee](h).OrderBy(Employees.ID.Asc()).Iter(ctx) {
			if err != nil {
				t.Fatal(err)
			}
			if n++; n%int64(rows/10) == 0 {
				most = max(most, used())
			}
			sum += e.Salary
		}
		if n != int64(rows) || sum != n {
			t.Errorf("%d rows, sum %d", n, sum)
		}
		t.Logf("%d rows: %d KB in use before, at most %d KB", n, first>>10, most>>10)
		if most > first+2<<20 {
			t.Errorf("memory grew from %d to %d bytes", first, most)
		}
	}
	read(db, ctx)
	if err := db.InTx(ctx, func(ctx context.Context, tx *database.Tx) error { read(tx, ctx); return nil }); err != nil {
		t.Error(err)
	}
}

// TestIterLeftWithAFailure leaves a loop whose transaction is of no more use.
func TestIterLeftWithAFailure(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		seed(t, db)
		err := db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
			for _, err := range orm.From[Employee](tx).Iter(ctx) {
				if err != nil {
					return err
				}
				if _, err := tx.Exec(ctx, "SELECT nonsense"); err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil || !strings.Contains(err.Error(), "nonsense") {
			t.Errorf("the statement's error: %v", err)
		}
		err = db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			for _, err := range orm.From[Employee](tx).Iter(ctx) {
				if err != nil {
					return err
				}
				cancel()
				break
			}
			cancel()
			return nil
		})
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("a loop that was cancelled: %v", err)
		}
	})
}

// TestIterDoesNotSeeItsOwnWrites moves each row after all others in the order
// of the loop.
func TestIterDoesNotSeeItsOwnWrites(t *testing.T) {
	eachDocs(t, func(t *testing.T, db *database.DB) {
		const rows = 300
		docs := make([]Doc, rows)
		for i := range docs {
			docs[i].Slug = fmt.Sprintf("a%03d", i)
		}
		ok(t, orm.CreateAll(t.Context(), db, docs))
		visits := 0
		err := db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
			for d, err := range orm.From[Doc](tx).OrderBy(docSlug.Asc()).Iter(ctx) {
				if err != nil {
					return err
				}
				if visits++; visits > rows {
					return errors.New("it goes on and on")
				}
				d.Slug = "b" + d.Slug
				if err := orm.Update(ctx, tx, &d, docSlug); err != nil {
					return err
				}
			}
			return nil
		})
		if visits != rows || err != nil {
			t.Errorf("%d visits, %v", visits, err)
		}
	})
}
