package orm_test

import (
	"context"
	"fmt"
	"time"

	"github.com/volaweb/vola/database"
	. "github.com/volaweb/vola/examples/hr"
	"github.com/volaweb/vola/orm"
)

// withFirm is withStaff with five employees in two departments.
func withFirm(fn func(ctx context.Context, db *database.DB) error) {
	withStaff(func(ctx context.Context, db *database.DB) error {
		departments := []Department{{Name: "IT"}, {Name: "Sales"}}
		if err := orm.CreateAll(ctx, db, departments); err != nil {
			return err
		}
		it, sales := orm.Ref[Department]{ID: departments[0].ID}, orm.Ref[Department]{ID: departments[1].ID}
		joined := func(year int, month time.Month) *time.Time {
			return new(time.Date(year, month, 15, 9, 0, 0, 0, time.UTC))
		}
		ann := orm.Ref[Employee]{ID: 1}
		err := orm.CreateAll(ctx, db, []Employee{
			{ID: 1, Name: "Ann", Department: it, Salary: 5000, Joined: joined(2020, 1)},
			{ID: 2, Name: "Bob", Department: it, Salary: 3000, Joined: joined(2021, 5), Manager: &ann},
			{ID: 3, Name: "Cid", Department: it, Salary: 6000, Manager: &ann, Remote: true},
			{ID: 4, Name: "Dora", Department: sales, Salary: 4000, Joined: joined(2021, 5)},
			{ID: 5, Name: "Émile", Department: sales, Salary: 3000, Joined: joined(2022, 8)},
		})
		if err != nil {
			return err
		}
		return fn(ctx, db)
	})
}

// show prints the names of the employees that a query finds.
func show(ctx context.Context, q *orm.Query[Employee]) error {
	names, err := orm.Select[string](q, Employees.Name).All(ctx)
	if err == nil {
		fmt.Println(names)
	}
	return err
}

// Queries are values: what is added to one makes another, and the first may be
// used again.
func ExampleFrom() {
	withFirm(func(ctx context.Context, db *database.DB) error {
		// snippet: from
		byName := orm.From[Employee](db).OrderBy(Employees.Name.Asc())
		earners := byName.Where(Employees.Salary.Ge(4000))
		office := earners.Where(orm.Not(Employees.Remote.Eq(true)))
		// end snippet
		for _, q := range []*orm.Query[Employee]{byName, earners, office} {
			if err := show(ctx, q); err != nil {
				return err
			}
		}
		return nil
	})
	// Output:
	// [Ann Bob Cid Dora Émile]
	// [Ann Cid Dora]
	// [Ann Dora]
}

// Conditions are joined by And, Or and Not; those on related rows stand in Has
// and Any.
func ExampleQuery_Where() {
	withFirm(func(ctx context.Context, db *database.DB) error {
		// snippet: where
		E, D := Employees, Departments
		questions := []orm.Condition[Employee]{
			orm.Or(E.Salary.Between(5000, 9000), E.Joined.Lt(time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC))),
			E.Department.Has(D.Name.In("Sales", "Marketing")),
			E.Reports.Any(E.Remote.Eq(true)),
			E.Name.HasPrefixFold("é"),
			orm.Not(E.Manager.Eq(1)), // also those without a manager
			E.Manager.Ne(1),          // only those with another one
		}
		// end snippet
		for _, c := range questions {
			if err := show(ctx, orm.From[Employee](db).Where(c).OrderBy(E.Name.Asc())); err != nil {
				return err
			}
		}
		return nil
	})
	// Output:
	// [Ann Cid]
	// [Dora Émile]
	// [Ann]
	// [Émile]
	// [Ann Dora Émile]
	// []
}

// Expressions stand where columns stand: they are compared, ordered by and
// assigned.
func ExampleCase() {
	withFirm(func(ctx context.Context, db *database.DB) error {
		// snippet: case
		E := Employees
		band := orm.Case[Employee, string]().
			When(E.Salary.Ge(5000), "high").
			When(E.Salary.Ge(4000), "middle").
			Else("low")
		q := orm.From[Employee](db).Where(band.Ne("low")).OrderBy(band.Asc(), E.Name.Asc())
		// end snippet
		type line struct{ Name, Band string }
		lines, err := orm.Select[line](q, E.Name, band).All(ctx)
		fmt.Println(lines)
		return err
	})
	// Output:
	// [{Ann high} {Cid high} {Dora middle}]
}

// An update computes from what is in the row, so that nobody's change is lost.
func ExampleColumn_SetTo() {
	withFirm(func(ctx context.Context, db *database.DB) error {
		// snippet: set-to
		E := Employees
		raise := orm.Calc(E.Salary).Mul(103).Div(100)
		n, err := orm.From[Employee](db).Where(E.Salary.Lt(4000)).Update(ctx, E.Salary.SetTo(raise), E.Remote.Set(true))
		// end snippet
		if err != nil {
			return err
		}
		total, err := orm.Select[int64](orm.From[Employee](db), orm.Sum(E.Salary)).Get(ctx)
		fmt.Println(n, "raised; all together", total)
		return err
	})
	// Output:
	// 2 raised; all together 21180
}

// Rows with the same values of what is no aggregate are one group.
func ExampleSelect() {
	withFirm(func(ctx context.Context, db *database.DB) error {
		// snippet: select
		type group struct {
			Salary int64
			Staff  int64
			First  string
			Remote int64
		}
		E := Employees
		groups, err := orm.Select[group](
			orm.From[Employee](db).
				Where(E.Department.Has(Departments.Name.Ne("Marketing"))).
				Having(orm.Sum(E.Salary).Gt(5000)).
				OrderBy(orm.Count[Employee]().Desc(), E.Salary.Desc()),
			E.Salary, orm.Min(E.Name),
			orm.As("Staff", orm.Count[Employee]()),
			orm.As("Remote", orm.Count[Employee]().Where(E.Remote.Eq(true))),
		).All(ctx)
		// end snippet
		for _, g := range groups {
			fmt.Printf("%+v\n", g)
		}
		return err
	})
	// Output:
	// {Salary:3000 Staff:2 First:Bob Remote:0}
	// {Salary:6000 Staff:1 First:Cid Remote:1}
}

// Times are grouped by what Trunc makes of them; those without a value are a
// group too.
func ExampleTrunc() {
	withFirm(func(ctx context.Context, db *database.DB) error {
		// snippet: trunc
		type year struct {
			Begins *time.Time
			Joined int64
		}
		begins := orm.Trunc(orm.Year, Employees.Joined)
		years, err := orm.Select[year](
			orm.From[Employee](db).OrderBy(begins.Asc().NullsLast()), begins, orm.Count[Employee](),
		).All(ctx)
		// end snippet
		for _, y := range years {
			if y.Begins == nil {
				fmt.Println("unknown:", y.Joined)
				continue
			}
			fmt.Printf("%d: %d\n", y.Begins.Year(), y.Joined)
		}
		return err
	})
	// Output:
	// 2020: 1
	// 2021: 2
	// 2022: 1
	// unknown: 1
}

// A union puts selections from different models together.
func ExampleSelection_Union() {
	withFirm(func(ctx context.Context, db *database.DB) error {
		// snippet: union
		people := orm.Select[string](orm.From[Employee](db).Where(Employees.Salary.Gt(4000)), Employees.Name)
		places := orm.Select[string](orm.From[Department](db), Departments.Name)
		names, err := people.Union(places).OrderBy(-1).Limit(3).All(ctx)
		// end snippet
		fmt.Println(names, err)
		return nil
	})
	// Output:
	// [Sales IT Cid] <nil>
}

// Via looks along a relation: at a value of the one row, or at all of many.
func ExampleVia() {
	withFirm(func(ctx context.Context, db *database.DB) error {
		// snippet: via
		E := Employees
		overpaid := orm.Gt(E.Salary, orm.Via(E.Manager, E.Salary))

		type entry struct {
			Department Department
			Staff      int64
			Best       *int64
		}
		entries, err := orm.Select[entry](
			orm.From[Department](db).OrderBy(Departments.Name.Asc()),
			orm.Row[Department](),
			orm.As("Staff", orm.Via(Departments.Employees, orm.Count[Employee]())),
			orm.As("Best", orm.Via(Departments.Employees, orm.Max(E.Salary), E.Remote.Eq(false))),
		).All(ctx)
		// end snippet
		if err != nil {
			return err
		}
		for _, e := range entries {
			fmt.Println(e.Department.Name, e.Staff, *e.Best)
		}
		return show(ctx, orm.From[Employee](db).Where(overpaid))
	})
	// Output:
	// IT 3 5000
	// Sales 2 4000
	// [Cid]
}

// What this package has no function for is written in SQL, with columns and
// values in place of question marks.
func ExampleRaw() {
	withFirm(func(ctx context.Context, db *database.DB) error {
		// snippet: raw
		type ranked struct {
			Name string
			Rank int64
		}
		E := Employees
		rank := orm.Raw[Employee, int64]("rank() OVER (PARTITION BY ? ORDER BY ? DESC)", E.Department, E.Salary)
		list, err := orm.Select[ranked](orm.From[Employee](db).OrderBy(E.Name.Asc()), E.Name, rank).All(ctx)
		// end snippet
		fmt.Println(list, err)
		return nil
	})
	// Output:
	// [{Ann 2} {Bob 3} {Cid 1} {Dora 1} {Émile 2}] <nil>
}

// A whole statement may be one's own; its columns find their fields by name.
func ExampleFromSQL() {
	withFirm(func(ctx context.Context, db *database.DB) error {
		// snippet: from-sql
		staff, err := orm.FromSQL[Employee](db, `
			WITH RECURSIVE team(id) AS (
				SELECT id FROM hr_employee WHERE name = ?
				UNION
				SELECT e.id FROM hr_employee e JOIN team ON e.manager_id = team.id
			)
			SELECT e.* FROM hr_employee e JOIN team ON team.id = e.id ORDER BY e.name`, "Ann").All(ctx)
		// end snippet
		for _, e := range staff {
			fmt.Println(e.Name, e.Joined != nil)
		}
		return err
	})
	// Output:
	// Ann true
	// Bob true
	// Cid false
}

// A cursor leads on from the last row that was read, whatever came before it
// meanwhile.
func ExampleQuery_Seek() {
	withFirm(func(ctx context.Context, db *database.DB) error {
		// snippet: seek
		q := orm.From[Employee](db).OrderBy(Employees.Salary.Desc())
		part, err := q.Seek(ctx, "", 2)
		for err == nil {
			for _, e := range part.Items {
				fmt.Println(e.Name, e.Salary)
			}
			if part.Next == "" {
				break
			}
			fmt.Println("...")
			part, err = q.Seek(ctx, part.Next, 2)
		}
		// end snippet
		return err
	})
	// Output:
	// Cid 6000
	// Ann 5000
	// ...
	// Dora 4000
	// Émile 3000
	// ...
	// Bob 3000
}

// Rows come one by one, in memory that does not grow with their number.
func ExampleQuery_Iter() {
	withFirm(func(ctx context.Context, db *database.DB) error {
		// snippet: iter
		var sum int64
		for e, err := range orm.From[Employee](db).Iter(ctx) {
			if err != nil {
				return err
			}
			sum += e.Salary
		}
		// end snippet
		fmt.Println(sum)
		return nil
	})
	// Output: 21000
}

// The lookup of GetOrCreate is by a key or by what a unique constraint covers.
func ExampleGetOrCreate() {
	withStaff(func(ctx context.Context, db *database.DB) error {
		// snippet: get-or-create
		for range 2 {
			skill, created, err := orm.GetOrCreate(ctx, db, orm.By(Skills.Name.Set("Go")),
				func(context.Context) (Skill, error) { return Skill{Grade: "novice"}, nil })
			if err != nil {
				return err
			}
			fmt.Println(skill.Name, skill.Grade, created)
		}
		// end snippet
		return nil
	})
	// Output:
	// Go novice true
	// Go novice false
}

// UpdateOrCreate gives values to the row, whether it was there or not.
func ExampleUpdateOrCreate() {
	withStaff(func(ctx context.Context, db *database.DB) error {
		for _, grade := range []Grade{"novice", "expert"} {
			// snippet: update-or-create
			skill, created, err := orm.UpdateOrCreate(ctx, db, orm.By(Skills.Name.Set("Go")), nil, Skills.Grade.Set(grade))
			// end snippet
			if err != nil {
				return err
			}
			fmt.Println(skill.ID, skill.Grade, created)
		}
		return nil
	})
	// Output:
	// 1 novice true
	// 1 expert false
}
