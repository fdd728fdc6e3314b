package orm_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	. "github.com/volaweb/vola/examples/hr"
	"github.com/volaweb/vola/orm"
)

func TestReturning(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		_, it, ann := seed(t, db)
		E := Employees
		q := orm.From[Employee](db)
		ofIT := q.Where(E.Department.Eq(it.ID))
		var s databasetest.Statements
		ctx := s.Observe(t.Context())

		got, err := orm.Returning[int64](q.Where(E.ID.Eq(ann.ID)), E.Salary).Update(ctx, E.Salary.Increment(11))
		if err != nil || len(got) != 1 || got[0] != 511 {
			t.Errorf("one column: %v, %v", got, err)
		}
		s.Want(t, 1)
		type row struct {
			Name   string
			Yearly int64
		}
		rows, err := orm.Returning[row](ofIT, E.Name, orm.As("Yearly", orm.Mul(E.Salary, orm.Value[Employee, int64](12)))).Update(ctx, E.Salary.Set(100), E.Remote.Set(true))
		slices.SortFunc(rows, func(a, b row) int { return strings.Compare(a.Name, b.Name) })
		if err != nil || fmt.Sprint(rows) != "[{Ann 1200} {Bob 1200} {Cid 1200}]" {
			t.Errorf("a struct: %v, %v", rows, err)
		}
		whole, err := orm.Returning[Employee](q.Where(E.ID.Eq(ann.ID)), orm.Row[Employee]()).Update(t.Context(), E.Name.Set("Anna"))
		if err != nil || len(whole) != 1 || whole[0].Name != "Anna" || whole[0].Salary != 100 || !whole[0].Joined.Equal(*ann.Joined) {
			t.Errorf("a whole row: %+v, %v", whole, err)
		}
		none, err := orm.Returning[int64](q.Where(E.Name.Eq("nobody")), E.Salary).Update(t.Context(), E.Salary.Set(1))
		if err != nil || none == nil || len(none) != 0 {
			t.Errorf("no rows: %v, %v", none, err)
		}

		for name, tt := range map[string]struct {
			change func() error
			want   string
		}{
			"no condition": {func() error {
				_, err := orm.Returning[int64](q, E.Salary).Update(t.Context(), E.Salary.Set(1))
				return err
			}, "Every"},
			"an aggregate": {func() error {
				_, err := orm.Returning[int64](ofIT, orm.Count[Employee]()).Update(t.Context(), E.Salary.Set(1))
				return err
			}, "what the row itself has"},
			"related rows": {func() error {
				_, err := orm.Returning[int64](ofIT, orm.Via(E.Skills, orm.Count[Skill]())).Delete(t.Context())
				return err
			}, "what the row itself has"},
			"With": {func() error {
				_, err := orm.Returning[int64](ofIT.With(E.Department), E.ID).Delete(t.Context())
				return err
			}, "leave out With"},
			"nothing": {func() error { _, err := orm.Returning[int64](ofIT).Delete(t.Context()); return err }, "names nothing"},
		} {
			if err := tt.change(); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%s: %v", name, err)
			}
		}

		gone, err := orm.Returning[string](q.Where(E.Name.In("Bob", "Dora")), E.Name).Delete(t.Context())
		slices.Sort(gone)
		left, err2 := q.Count(t.Context())
		if err := errors.Join(err, err2); err != nil || fmt.Sprint(gone) != "[Bob Dora]" || left != 2 {
			t.Errorf("deleted %v, %d are left, %v", gone, left, err)
		}
		heads, err := orm.Returning[string](orm.From[Department](db).Where(Departments.Name.Eq("IT")), Departments.Name).Delete(t.Context())
		if !errors.Is(err, database.ErrForeignKey) || heads != nil {
			t.Errorf("a department with employees: %v, %v", heads, err)
		}
	})
}

// TestReturningLosesNoCount counts from many goroutines: each count is returned to
// one of them.
func TestReturningLosesNoCount(t *testing.T) {
	eachModel[counted](t, func(t *testing.T, db *database.DB) {
		row := counted{State: "a"}
		if err := orm.Create(t.Context(), db, &row); err != nil {
			t.Fatal(err)
		}
		id, n := orm.Descriptor[orm.Number[*counted, int64]]("ID"), orm.Descriptor[orm.Number[*counted, int64]]("N")
		q := orm.From[counted](db).Where(id.Eq(row.ID))
		var mu sync.Mutex
		var all []int64
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() {
				for range 10 {
					got, err := orm.Returning[int64](q, n).Update(t.Context(), n.Increment(1))
					mu.Lock()
					if all = append(all, got...); err != nil {
						t.Error(err)
					}
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		slices.Sort(all)
		for i, v := range all {
			if v != int64(i+1) {
				t.Fatalf("counts %v", all)
			}
		}
		if len(all) != 50 {
			t.Errorf("%d counts", len(all))
		}
	})
}

// twig is one of a tree, which goes with what it grows on.
type twig struct {
	ID     int64
	Parent *orm.Ref[twig] `db:"on_delete=cascade"`
	Name   string
}

// TestReturningOfChains deletes a tree so deep that SQLite deletes it by several
// statements.
func TestReturningOfChains(t *testing.T) {
	eachModel[twig](t, func(t *testing.T, db *database.DB) {
		name := orm.Descriptor[orm.Text[*twig, string]]("Name")
		rows := make([]twig, 1500)
		for i := range rows {
			rows[i] = twig{ID: int64(i + 1), Name: fmt.Sprint("b", i)}
			if i > 0 {
				rows[i].Parent = &orm.Ref[twig]{ID: int64(i)}
			}
		}
		ctx := t.Context()
		if err := orm.CreateAll(ctx, db, rows); err != nil {
			t.Fatal(err)
		}
		gone, err := orm.Returning[string](orm.From[twig](db).Where(name.Eq("b0")), name).Delete(ctx)
		left, err2 := orm.From[twig](db).Count(ctx)
		if err := errors.Join(err, err2); err != nil || fmt.Sprint(gone) != "[b0]" || left != 0 {
			t.Errorf("deleted %v, %d are left, %v", gone, left, err)
		}
	})
}

// dimmed is a model whose rows are marked as deleted.
type dimmed struct {
	ID      int64
	Name    string
	Deleted *time.Time `db:"soft_delete"`
}

// TestReturningOfMarkedRows: rows that are marked as deleted are returned as they
// are then.
func TestReturningOfMarkedRows(t *testing.T) {
	eachModel[dimmed](t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		rows := []dimmed{{Name: "a"}, {Name: "b"}}
		if err := orm.CreateAll(ctx, db, rows); err != nil {
			t.Fatal(err)
		}
		name := orm.Descriptor[orm.Text[*dimmed, string]]("Name")
		q := orm.From[dimmed](db).Where(name.Ne("b"))
		for _, want := range []int{1, 0} {
			got, err := orm.Returning[dimmed](q, orm.Row[dimmed]()).Delete(ctx)
			if err != nil || len(got) != want || want == 1 && got[0].Deleted == nil {
				t.Errorf("%+v, %v", got, err)
			}
		}
	})
}
