package orm_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/volaweb/vola/database"
	. "github.com/volaweb/vola/examples/hr"
	"github.com/volaweb/vola/orm"
)

// TestGroupsOfWhatIsSelected orders groups and asks of them what they have one
// value of.
func TestGroupsOfWhatIsSelected(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		seed(t, db)
		E := Employees
		q := orm.From[Employee](db)
		count := orm.Count[Employee]()
		it := orm.Via(E.Department, Departments.Name)
		type total struct{ A, B int64 }
		for _, tt := range []struct {
			name string
			s    *orm.Selection[int64]
			want string
		}{
			{"order by an aggregate", orm.Select[int64](q.OrderBy(count.Desc(), E.Salary.Asc()), E.Salary), "[300 400 500]"},
			{"order by what is computed of one", orm.Select[int64](q.OrderBy(orm.Sub(orm.Value[Employee](int64(0)), count).Asc(), E.Salary.Desc()), E.Salary), "[300 500 400]"},
			{"having on what is selected", orm.Select[int64](q.OrderBy(E.Salary.Asc()).Having(E.Salary.Gt(300)), E.Salary), "[400 500]"},
			{"having on a function of it", orm.Select[int64](q.OrderBy(E.Salary.Asc()).Having(orm.Calc(E.Salary).Add(1).Gt(301)), E.Salary), "[400 500]"},
			{"order by a function of it", orm.Select[int64](q.OrderBy(orm.Calc(E.Salary).Mul(-1).Asc()).Having(count.Ge(1)), E.Salary), "[500 400 300]"},
			{"having on a selected function", orm.Select[int64](q.Having(orm.Length(E.Name).Gt(3)), orm.Length(E.Name)), "[4]"},
			{"an aggregate and what is selected", orm.Select[int64](q.Having(orm.Gt(orm.Sum(E.Salary), E.Salary)), E.Salary), "[300]"},
			{"via a reference that is selected", orm.Select[int64](q.Having(it.Eq("Sales"), E.Department.Has(Departments.Name.Eq("Sales"))), E.Department), "[1]"},
			{"anything beside the key", orm.Select[int64](q.OrderBy(E.Name.Desc(), count.Asc()).Having(E.Salary.Le(400)), E.ID), "[4 3 2]"},
			{"via many beside the key", orm.Select[int64](q.Having(count.Ge(1), orm.Via(E.Skills, orm.Count[Skill]()).Eq(2)), E.ID), "[1]"},
			{"scalar", orm.Select[int64](q.Having(orm.Eq(E.Salary, orm.Scalar[Employee](orm.Select[int64](q, orm.Max(E.Salary))))), E.Salary), "[500]"},
		} {
			if got, err := tt.s.All(t.Context()); err != nil || fmt.Sprint(got) != tt.want {
				t.Errorf("%s: %v, %v; want %s", tt.name, got, err, tt.want)
			}
		}
		both, err := orm.Select[total](q.OrderBy(E.Salary.Asc()), orm.As("B", E.Salary), orm.Add(orm.Sum(E.Salary), E.Salary)).All(t.Context())
		if fmt.Sprint(both) != "[{900 300} {800 400} {1000 500}]" || err != nil {
			t.Errorf("an aggregate beside a field: %v, %v", both, err)
		}
		in, err := q.Where(orm.In(E.Salary, orm.Select[int64](q.OrderBy(count.Desc()).Limit(1), E.Salary))).Count(t.Context())
		if in != 2 || err != nil {
			t.Errorf("the most common salary: %d, %v", in, err)
		}
	})
}

// TestGroupsOfWhatIsNot asks groups for what each row has its own of.
func TestGroupsOfWhatIsNot(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		seed(t, db)
		E := Employees
		q := orm.From[Employee](db)
		count := orm.Count[Employee]()
		via := orm.Via(E.Department, Departments.Name)
		for _, tt := range []struct {
			name string
			s    *orm.Selection[int64]
			want string
		}{
			{"having on a field", orm.Select[int64](q.Having(E.Salary.Gt(350)), count), "has a Having on Salary, which is not selected"},
			{"having on a function", orm.Select[int64](q.Having(orm.Or(orm.Length(E.Name).Gt(3))), count), "has a Having on Name"},
			{"an item", orm.Select[int64](q, orm.Add(orm.Sum(E.Salary), E.Salary)), "computes with Salary, which is not selected"},
			{"via", orm.Select[int64](q.Having(via.Eq("IT")), count), "has a Having on Department"},
			{"via many", orm.Select[int64](q.Having(orm.Via(E.Skills, orm.Count[Skill]()).Eq(2)), count), "has a Having on ID"},
			{"has", orm.Select[int64](q.Having(orm.Not(E.Department.Has(Departments.Name.Eq("IT")))), count), "has a Having on Department"},
			{"order by a field", orm.Select[int64](q.OrderBy(E.Name.Asc()), E.Salary, count), "is ordered by Name, which is not selected"},
			{"order by both", orm.Select[int64](q.OrderBy(orm.Add(count, E.ID).Asc()), E.Salary), "is ordered by ID"},
			{"second order", orm.Select[int64](q.OrderBy(count.Desc(), E.Name.Asc()), E.Salary), "is ordered by Name"},
			{"order via", orm.Select[int64](q.OrderBy(E.Department.By(Departments.Name.Asc()), count.Asc()), E.Salary), "is ordered by Department"},
			{"a case", orm.Select[int64](q, orm.Case[Employee, int64]().When(E.Remote.Eq(true), 1).ElseTo(count)), "computes with Remote"},
			{"in a subquery", orm.Select[int64](q.Where(orm.In(E.Salary, orm.Select[int64](q.Having(E.Salary.Gt(1)), count))), E.ID), "has a Having on Salary"},
			{"aggregate in an aggregate's Where", orm.Select[int64](q, count.Where(orm.Count[Employee]().Gt(1))), "conditions on aggregates are for Having"},
			{"aggregate in Has", orm.Select[int64](q.Having(E.Department.Has(orm.Count[Department]().Gt(0))), E.Department), "use orm.Via"},
			{"aggregate in an aggregate", orm.Select[int64](q, orm.Sum(orm.Sum(E.Salary))), "an aggregate of hr.Employee"},
		} {
			if got, err := tt.s.All(t.Context()); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%s: %v, %v; want an error with %q", tt.name, got, err, tt.want)
			}
		}
	})
}
