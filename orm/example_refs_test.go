package orm_test

import (
	"context"
	"fmt"

	"github.com/volaweb/vola/database"
	. "github.com/volaweb/vola/examples/hr"
	"github.com/volaweb/vola/orm"
)

// A reference is set by the key of the row that it leads to, and read by Get
// when the query was asked to load it.
func ExampleRef() {
	withStaff(func(ctx context.Context, db *database.DB) error {
		// snippet: references
		it := Department{Name: "IT"}
		if err := orm.Create(ctx, db, &it); err != nil {
			return err
		}
		ann := Employee{Name: "Ann", Department: orm.Ref[Department]{ID: it.ID}}
		if err := orm.Create(ctx, db, &ann); err != nil {
			return err
		}
		bob := Employee{Name: "Bob", Department: ann.Department, Manager: &orm.Ref[Employee]{ID: ann.ID}} // may be nil
		if err := orm.Create(ctx, db, &bob); err != nil {
			return err
		}
		bob.Department.ID, bob.Manager = it.ID, nil // by another key, or none
		if err := orm.Update(ctx, db, &bob, Employees.Department, Employees.Manager); err != nil {
			return err
		}
		boss := Employees.Manager.Set(ann.ID) // the same in many rows
		if _, err := orm.From[Employee](db).Where(Employees.Name.Eq("Bob")).Update(ctx, boss); err != nil {
			return err
		}

		bob, err := orm.From[Employee](db).Where(Employees.ID.Eq(bob.ID)).With(Employees.Department).Get(ctx)
		if err != nil {
			return err
		}
		department, err := bob.Department.Get()
		if err != nil { // With did not name it
			return err
		}
		fmt.Println(bob.Name, department.Name, bob.Manager.ID == ann.ID)
		// end snippet
		return nil
	})
	// Output: Bob IT true
}
