package orm_test

import (
	"context"
	"fmt"
	"strings"
	"time"

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

// Relations of relations are loaded with Then; related rows are chosen, ordered
// and limited.
func ExampleQuery_With() {
	withFirm(func(ctx context.Context, db *database.DB) error {
		// snippet: with
		all, err := orm.From[Department](db).OrderBy(Departments.Name.Asc()).With(
			Departments.Head,
			Departments.Employees.Where(Employees.Remote.Eq(false)).OrderBy(Employees.Salary.Desc()).Limit(3).Then(
				Employees.Manager.Then(Employees.Department),
				Employees.Skills,
			),
		).All(ctx)
		// end snippet
		if err != nil {
			return err
		}
		for _, d := range all {
			for _, e := range d.Employees.Rows() {
				fmt.Println(d.Name, e.Name, e.Manager != nil, len(e.Skills.Rows()))
			}
		}
		return nil
	})
	// Output:
	// IT Ann false 0
	// IT Bob true 0
	// Sales Dora false 0
	// Sales Émile false 0
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

// A line of a file becomes a row, with the rows that belong to it.
func ExampleReplaceAll() {
	withFirm(func(ctx context.Context, db *database.DB) error {
		line := []string{"Cid", "4200", "Go SQL", "2026-08-03T00:00:00Z 2026-12-21T00:00:00Z"}
		// snippet: replace-all
		cid := Employee{Name: line[0], Department: orm.RefTo[Department](1)}
		if err := orm.ParseSet(db, &cid, Employees.Salary, line[1]); err != nil {
			return err
		}
		skills, err := orm.GetOrCreateEach(ctx, db, Skills.Name.Set, strings.Fields(line[2])...)
		if err != nil {
			return err
		}
		var leaves []Leave
		for _, start := range strings.Fields(line[3]) {
			var leave Leave
			if err := orm.ParseSet(db, &leave, Leaves.Start, start); err != nil {
				return err
			}
			leaves = append(leaves, leave)
		}
		err = db.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
			if err := orm.Create(ctx, tx, &cid); err != nil {
				return err
			}
			if err := Employees.Skills.Set(ctx, tx, &cid, skills...); err != nil {
				return err
			}
			return orm.ReplaceAll(ctx, tx, Employees.Leaves, &cid, leaves)
		})
		// end snippet
		if err != nil {
			return err
		}
		stored, err := orm.From[Employee](db).Where(Employees.ID.Eq(cid.ID)).With(Employees.Skills, Employees.Leaves).Get(ctx)
		if err != nil {
			return err
		}
		fmt.Println(stored.Name, stored.Salary, len(stored.Skills.Rows()), stored.Leaves.Rows()[1].Start.Format(time.DateOnly))
		return nil
	})
	// Output:
	// Cid 4200 2 2026-12-21
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
