package orm_test

import (
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	. "github.com/volaweb/vola/examples/hr"
	"github.com/volaweb/vola/orm"
)

// TestPersonnelTutorial asks what a tutorial on models asks of a personnel
// department: every question, on both databases, with the number of
// statements that it takes.
func TestPersonnelTutorial(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		_, it, ann := staff(t, db)
		var s databasetest.Statements
		ctx := s.Observe(t.Context())
		year := func(y int) time.Time { return time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC) }

		employees := func(name, want string, statements int, q *orm.Query[Employee]) {
			t.Helper()
			list, err := q.OrderBy(Employees.Name.Asc()).All(ctx)
			var got []string
			for _, e := range list {
				got = append(got, e.Name)
			}
			if text := strings.Join(got, " "); err != nil || text != want {
				t.Errorf("%s: %q, %v, want %q", name, text, err, want)
			}
			s.Want(t, statements)
		}
		departments := func(name, want string, statements int, q *orm.Query[Department]) {
			t.Helper()
			list, err := q.OrderBy(Departments.Name.Asc()).All(ctx)
			var got []string
			for _, d := range list {
				got = append(got, d.Name)
			}
			if text := strings.Join(got, " "); err != nil || text != want {
				t.Errorf("%s: %q, %v, want %q", name, text, err, want)
			}
			s.Want(t, statements)
		}
		E, D := Employees, Departments
		all := orm.From[Employee](db)

		departments("a department by its key", "IT", 1, orm.From[Department](db).Where(D.ID.Eq(it.ID)))
		departments("a department by its name", "Sales", 1, orm.From[Department](db).Where(D.Name.Eq("Sales")))
		employees("the employees of a department", "Ann Bob Cid", 1, all.Where(E.Department.Eq(it.ID)))
		if n, err := all.Where(E.Department.Eq(it.ID)).Count(ctx); n != 3 || err != nil {
			t.Errorf("how many employees a department has: %d, %v", n, err)
		}
		s.Want(t, 1)
		employees("the colleagues of an employee", "Bob Cid", 1, all.Where(E.Department.Eq(ann.Department.ID), E.ID.Ne(ann.ID)))
		if n, err := orm.From[Leave](db).Where(Leaves.Employee.Eq(ann.ID), Leaves.Start.Ge(year(2026)), Leaves.Start.Lt(year(2027))).Count(ctx); n != 3 || err != nil {
			t.Errorf("this year's leaves: %d, %v", n, err)
		}
		s.Want(t, 1)
		employees("the heads of all departments", "Ann", 1, all.Where(orm.ReverseOf(D.Head).Any()))
		departments("all departments with their heads", "IT Sales", 2, orm.From[Department](db).With(D.Head))
		departments("the departments of a contractor", "IT Sales", 1, orm.From[Department](db).Where(D.Contractors.Any(Contractors.Name.Eq("Eve"))))
		contractors, err := orm.From[Contractor](db).Where(Contractors.Departments.Any(D.ID.Eq(it.ID))).All(ctx)
		if err != nil || len(contractors) != 1 {
			t.Errorf("the contractors of a department: %v, %v", contractors, err)
		}
		s.Want(t, 1)
		leaves, err := orm.From[Leave](db).Where(Leaves.Employee.Has(E.Department.Has(D.Name.Eq("IT")))).All(ctx)
		if err != nil || len(leaves) != 3 {
			t.Errorf("the leaves in a department: %d, %v", len(leaves), err)
		}
		s.Want(t, 1)
		employees("who joined since 2020 in IT", "Ann", 1, all.Where(E.Department.Has(D.Name.Eq("IT")), E.Joined.Ge(year(2020))))
		employees("who reports to Ann or joined before 2021", "Ann Bob Cid", 1,
			all.Where(orm.Or(E.Manager.Eq(ann.ID), E.Joined.Lt(year(2021)))))
		employees("the managers in a department", "Ann", 1, all.Where(E.Department.Eq(it.ID), E.Reports.Any()))
		employees("who has been married before", "Ann", 1, all.Where(E.History.Any(Histories.Married.Eq(true))))
	})
}
