package orm_test

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"
	"weak"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	. "github.com/volaweb/vola/examples/hr"
	"github.com/volaweb/vola/orm"
)

// TestReadersLetGo: what reads rows is used again, and keeps no row alive.
func TestReadersLetGo(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) { // not in parallel: it counts on the collector
		open(t, db)
		seed(t, db)
		for name, read := range map[string]func() (weak.Pointer[Employee], error){
			"all": func() (weak.Pointer[Employee], error) {
				all, err := orm.From[Employee](db).With(Employees.Department, Employees.Skills).All(t.Context())
				return weak.Make(&all[0]), err
			},
			"select": func() (weak.Pointer[Employee], error) {
				all, err := orm.Select[Employee](orm.From[Employee](db), orm.Row[Employee]()).All(t.Context())
				return weak.Make(&all[0]), err
			},
			"returning": func() (weak.Pointer[Employee], error) {
				all, err := orm.Returning[Employee](orm.From[Employee](db).Every(), orm.Row[Employee]()).
					Update(t.Context(), Employees.Salary.Increment(1))
				return weak.Make(&all[0]), err
			},
		} {
			row, err := read()
			if err != nil {
				t.Fatal(name, err)
			}
			runtime.GC()
			if row.Value() != nil {
				t.Errorf("%s: rows that nobody has are still there", name)
			}
		}
	})
}

// TestStatementsAtOnce: statements of several goroutines share what they are made
// and read with, one after the other, and also after one that has failed.
func TestStatementsAtOnce(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		open(t, db)
		ctx := t.Context()
		const n = 40
		joined := time.Date(2020, 1, 2, 0, 0, 0, 0, time.UTC)
		var departments [4]Department
		for i := range departments {
			departments[i].Name = fmt.Sprintf("department %d", i)
			if err := orm.Create(ctx, db, &departments[i]); err != nil {
				t.Fatal(err)
			}
		}
		var all [n]Employee
		for i := range all {
			all[i] = Employee{Name: fmt.Sprintf("name %d", i), Department: orm.Ref[Department]{ID: departments[i%4].ID}, Salary: int64(i), Remote: i%3 == 0}
			if i%2 == 0 {
				all[i].Joined = &joined
			}
			if err := orm.Create(ctx, db, &all[i]); err != nil {
				t.Fatal(err)
			}
		}
		check := func(i int) error {
			switch i % 4 {
			case 0:
				_, err := orm.From[Employee](db).Where(Employees.Salary.Eq(int64(i)), Employees.Name.Eq("nobody")).Get(ctx)
				if err == nil {
					return fmt.Errorf("row %d: found with another name", i)
				}
			case 1:
				ended, cancel := context.WithCancel(ctx)
				cancel()
				if _, err := orm.From[Employee](db).With(Employees.Department).All(ended); err == nil {
					return fmt.Errorf("row %d: read after the end of the context", i)
				}
			case 2:
				old, err := orm.Returning[string](orm.From[Employee](db).Where(Employees.ID.Eq(all[i].ID)), Employees.Name).
					Update(ctx, Employees.Remote.Set(all[i].Remote))
				if want := []string{all[i].Name}; err != nil || !cmp.Equal(want, old) {
					return fmt.Errorf("row %d: returned %v, %w", i, old, err)
				}
			}
			got, err := orm.From[Employee](db).Where(Employees.ID.Eq(all[i].ID)).With(Employees.Department, Employees.Skills).Get(ctx)
			if err != nil {
				return err
			}
			if got.Name != all[i].Name || got.Salary != int64(i) || got.Remote != all[i].Remote || (got.Joined != nil) != (i%2 == 0) ||
				got.Department.Row().Name != departments[i%4].Name {
				return fmt.Errorf("row %d is %+v", i, got)
			}
			return nil
		}
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for i := range n {
					if err := check(i); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
	})
}
