package orm_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	"github.com/volaweb/vola/database"
	. "github.com/volaweb/vola/examples/hr"
	"github.com/volaweb/vola/orm"
)

// TestPagesHaveEachRowOnce: rows that are equal in the order are written to
// between the pages, which moves them in PostgreSQL's table. Each is on one page,
// and both databases have the same pages.
func TestPagesHaveEachRowOnce(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		_, it, _ := seed(t, db)
		var rows []Employee
		for i := range 30 {
			rows = append(rows, Employee{Name: fmt.Sprintf("%02d", i*7%30), Department: orm.Ref[Department]{ID: it.ID}, Salary: int64(1000 + i%2)})
		}
		if err := orm.CreateAll(t.Context(), db, rows); err != nil {
			t.Fatal(err)
		}
		E := Employees
		byKey := func(a, b Employee) int { return cmp.Compare(a.ID, b.ID) }
		bySalary := func(a, b Employee) int { return cmp.Or(cmp.Compare(a.Salary, b.Salary), byKey(a, b)) }
		for name, tt := range map[string]struct {
			orders []orm.Order[Employee]
			want   func(a, b Employee) int
		}{
			"no order":      {nil, byKey},
			"up":            {[]orm.Order[Employee]{E.Salary.Asc()}, bySalary},
			"down":          {[]orm.Order[Employee]{E.Salary.Desc()}, func(a, b Employee) int { return bySalary(b, a) }},
			"an expression": {[]orm.Order[Employee]{orm.Mul(E.Salary, orm.Value[Employee](int64(2))).Asc()}, bySalary},
			"a relation":    {[]orm.Order[Employee]{E.Department.By(Departments.Name.Asc())}, byKey},
			"the key first": {[]orm.Order[Employee]{E.ID.Desc(), E.Salary.Asc()}, func(a, b Employee) int { return byKey(b, a) }},
			"no value":      {[]orm.Order[Employee]{E.Joined.Desc()}, func(a, b Employee) int { return byKey(b, a) }},
		} {
			q := orm.From[Employee](db).Where(E.Salary.Ge(1000))
			var got, want []int64
			for n := 1; n <= 10; n++ {
				_, err := orm.From[Employee](db).Where(E.ID.Eq(rows[n*3%30].ID)).Update(t.Context(), E.Remote.Set(n%2 == 0))
				if err != nil {
					t.Fatal(err)
				}
				p, err := q.OrderBy(tt.orders...).Page(t.Context(), n, 3)
				if err != nil {
					t.Fatal(err)
				}
				for _, e := range p.Items {
					got = append(got, e.ID)
				}
			}
			sorted := slices.Clone(rows)
			slices.SortFunc(sorted, tt.want)
			for _, e := range sorted {
				want = append(want, e.ID)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: pages have %v, want %v", name, got, want)
			}
		}
	})
}
