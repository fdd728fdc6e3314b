package orm_test

import (
	"context"
	"fmt"

	"github.com/volaweb/vola/database"
	. "github.com/volaweb/vola/examples/hr"
	"github.com/volaweb/vola/orm"
)

// Find reads a row by its key.
func ExampleFind() {
	withFirm(func(ctx context.Context, db *database.DB) error {
		// snippet: find
		first, err := orm.Find[Employee](ctx, db, 1)
		if err != nil {
			return err
		}
		row, ok, err := orm.From[Employee](db).Where(Employees.Name.Eq("Nobody")).Lookup(ctx)
		// end snippet
		fmt.Println(first.Name, row.Name == "", ok, err)
		return nil
	})
	// Output:
	// Ann true false <nil>
}

// A field of a struct is read and set by its descriptor, for programs that work
// with fields they do not know.
func ExampleAccessorOf() {
	withFirm(func(ctx context.Context, db *database.DB) error {
		// snippet: accessor
		models, err := orm.ModelsOf(db)
		if err != nil {
			return err
		}
		info, err := orm.Info(models, Employees.Joined)
		if err != nil {
			return err
		}
		salary, err := orm.AccessorOf(Employees.Salary)
		if err != nil {
			return err
		}
		ann, err := orm.Find[Employee](ctx, db, 1)
		if err != nil {
			return err
		}
		old, _ := salary.Get(&ann)
		salary.Set(&ann, old+100)
		// end snippet
		fmt.Println(info.Column, info.Kind, info.Null, ann.Salary-old)
		return nil
	})
	// Output:
	// joined Time true 100
}

// A list shows columns that are known only when the program runs, by filters
// that come from a URL, a part at a time.
func ExampleParseEq() {
	withFirm(func(ctx context.Context, db *database.DB) error {
		// snippet: list
		columns := []orm.Selected[Employee]{Employees.Name, orm.Via(Employees.Department, Departments.Name)}
		remote, err := orm.ParseEq(db, Employees.Remote, "false")
		if err != nil {
			return err
		}
		q := orm.From[Employee](db).Where(remote).OrderBy(Employees.ID.Asc())
		indexed, err := q.OrderIndexed()
		if err != nil {
			return err
		}
		part, err := orm.Select[[]any](q, columns...).Seek(ctx, "", 2)
		// end snippet
		if err != nil {
			return err
		}
		fmt.Println(indexed, part.Items, part.Next != "")
		return nil
	})
	// Output:
	// true [[Ann IT] [Bob IT]] true
}

// Work on many rows is done in chunks, each a short transaction.
func ExampleQuery_Chunks() {
	withFirm(func(ctx context.Context, db *database.DB) error {
		// snippet: chunks
		raised := int64(0)
		for chunk, err := range orm.From[Employee](db).Where(Employees.Salary.Lt(5000)).Chunks(ctx, 2) {
			if err != nil {
				return err
			}
			n, err := chunk.Update(ctx, Employees.Salary.Increment(10))
			if err != nil {
				return err
			}
			raised += n
		}
		// end snippet
		fmt.Println(raised, "raised")
		return nil
	})
	// Output:
	// 3 raised
}

// The program's own SQL has the same question marks on every database.
func ExampleExecSQL() {
	withFirm(func(ctx context.Context, db *database.DB) error {
		// snippet: exec
		n, err := orm.ExecSQL(ctx, db, "UPDATE hr_employee SET salary = salary + ? WHERE remote = ?", 5, true)
		// end snippet
		fmt.Println(n, err)
		return nil
	})
	// Output:
	// 1 <nil>
}
