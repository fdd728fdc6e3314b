package orm_test

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/database"
	. "github.com/volaweb/vola/examples/hr"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/orm"
)

func TestSeek(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		_, it, _ := seed(t, db)
		ctx := t.Context()
		r := rand.New(rand.NewPCG(1, 2))
		for i := range 40 {
			e := Employee{Name: fmt.Sprint("n", r.IntN(9)), Department: orm.Ref[Department]{ID: it.ID}, Salary: int64(r.IntN(4)), Remote: i%3 == 0}
			if r.IntN(2) == 0 {
				at := time.Date(2020, 1, r.IntN(5)+1, 0, 0, 0, 0, time.UTC)
				e.Joined = &at
			}
			ok(t, orm.Create(ctx, db, &e))
		}
		E := Employees
		for name, orders := range map[string][]orm.Order[Employee]{
			"none":        nil,
			"one":         {E.Salary.Asc()},
			"descending":  {E.Name.Desc()},
			"two":         {E.Salary.Desc(), E.Name.Asc()},
			"nulls":       {E.Joined.Asc(), E.Salary.Desc()},
			"nulls desc":  {E.Joined.Desc()},
			"nulls last":  {E.Joined.Asc().NullsLast(), E.Manager.Desc().NullsFirst()},
			"nulls first": {E.Remote.Desc(), E.Joined.Desc().NullsFirst()},
			"the key":     {E.ID.Desc()},
		} {
			q := orm.From[Employee](db).OrderBy(orders...)
			full := append(slices.Clip(orders), E.ID.Asc())
			if len(orders) > 0 && strings.Contains("descending nulls desc nulls last nulls first two", name) {
				full[len(full)-1] = E.ID.Asc()
			}
			var walked []int64
			var slicesSeen []orm.Slice[Employee]
			cursor := ""
			for {
				s, err := q.Seek(ctx, cursor, 7)
				ok(t, err)
				slicesSeen = append(slicesSeen, s)
				for _, e := range s.Items {
					walked = append(walked, e.ID)
				}
				if s.Next == "" {
					break
				}
				cursor = s.Next
			}
			if len(walked) != 44 || len(slicesSeen) != 7 {
				t.Fatalf("%s: %d rows in %d parts", name, len(walked), len(slicesSeen))
			}
			sorted := slices.Clone(walked)
			slices.Sort(sorted)
			if len(slices.Compact(sorted)) != 44 {
				t.Errorf("%s: a row was seen twice", name)
			}
			// The walk is in the order of the query.
			all, err := q.All(ctx)
			ok(t, err)
			for i, e := range all {
				at := slices.Index(walked, e.ID)
				if !sameRank(all[i], byID(all, walked[i]), name) {
					t.Errorf("%s: place %d holds %d, and All has %d there (walk %d)", name, i, walked[i], e.ID, at)
				}
			}
			// And back again.
			if slicesSeen[0].Prev != "" {
				t.Errorf("%s: there is a part before the first", name)
			}
			for i := len(slicesSeen) - 1; i > 0; i-- {
				s, err := q.Seek(ctx, slicesSeen[i].Prev, 7)
				ok(t, err)
				if got, want := ids(s.Items), ids(slicesSeen[i-1].Items); got != want {
					t.Errorf("%s: back from %d: %s, want %s", name, i, got, want)
				}
				if (s.Prev == "") != (i == 1) || s.Next == "" {
					t.Errorf("%s: back from %d: prev %q, next %q", name, i, s.Prev, s.Next)
				}
			}
		}
	})
}

func ids(list []Employee) string {
	var out []int64
	for _, e := range list {
		out = append(out, e.ID)
	}
	return fmt.Sprint(out)
}

func byID(list []Employee, id int64) Employee {
	return list[slices.IndexFunc(list, func(e Employee) bool { return e.ID == id })]
}

// sameRank reports whether two rows are equal in the columns of an order.
func sameRank(a, b Employee, order string) bool {
	joined := func(e Employee) string {
		if e.Joined == nil {
			return ""
		}
		return e.Joined.String()
	}
	switch order {
	case "one":
		return a.Salary == b.Salary
	case "descending":
		return a.Name == b.Name
	case "two":
		return a.Salary == b.Salary && a.Name == b.Name
	case "nulls":
		return joined(a) == joined(b) && a.Salary == b.Salary
	case "nulls desc", "nulls last":
		return joined(a) == joined(b)
	case "nulls first":
		return a.Remote == b.Remote && joined(a) == joined(b)
	case "the key":
		return a.ID == b.ID
	}
	return true
}

func TestSeekRefusesStrangersCursors(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		seed(t, db)
		encode := base64.RawURLEncoding.EncodeToString
		q := orm.From[Employee](db).OrderBy(Employees.Salary.Asc())
		for _, text := range []string{
			"x", "!!", encode([]byte(`{}`)), encode([]byte(`[]`)), encode([]byte(`[false]`)), encode([]byte(`[false,null,"1"]`)),
			encode([]byte(`[false,"1","2","3"]`)), encode([]byte(`[1,"1","2"]`)), encode([]byte(`[false,1,2]`)),
			encode([]byte(`[false,"99999999999999999999","2"]`)), encode([]byte(`[false,"' OR 1=1 --","2"]`)), strings.Repeat("A", 1<<20),
		} {
			if _, err := q.Seek(t.Context(), text, 3); fault.KindOf(err) != fault.Invalid {
				t.Errorf("cursor %.40q: %v", text, err)
			}
		}
		if _, err := q.OrderBy(orm.Lower(Employees.Name).Asc()).Seek(t.Context(), "", 3); err == nil || !strings.Contains(err.Error(), "only columns can be sought") {
			t.Errorf("an order by an expression: %v", err)
		}
		for _, bad := range []func() error{
			func() error { _, err := q.Seek(t.Context(), "", 0); return err },
			func() error { _, err := q.Limit(3).Seek(t.Context(), "", 1); return err },
		} {
			if bad() == nil {
				t.Error("no error")
			}
		}
	})
}

func TestFromSQL(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		_, _, ann := seed(t, db)
		ctx := t.Context()
		list, err := orm.FromSQL[Employee](db, `WITH low AS (SELECT id FROM hr_employee WHERE salary < ? OR joined = ?)
			SELECT e.* FROM hr_employee e JOIN low ON low.id = e.id WHERE '?' <> e.name ORDER BY e.name`, 400, *ann.Joined).All(ctx)
		if err != nil || len(list) != 3 || list[0].Name != "Ann" || !list[0].Joined.Equal(*ann.Joined) || list[2].Manager == nil {
			t.Errorf("rows %+v, %v", list, err)
		}
		type pair struct {
			Name       string
			HeadCount  int64
			LastJoined *time.Time
		}
		pairs, err := orm.FromSQL[pair](db, `SELECT d.name, count(*) AS head_count, max(e.joined) AS last_joined
			FROM hr_department d JOIN hr_employee e ON e.department_id = d.id GROUP BY d.name ORDER BY 1`).All(ctx)
		if err != nil || len(pairs) != 2 || pairs[0].HeadCount != 3 || !pairs[0].LastJoined.Equal(*ann.Joined) || pairs[1].LastJoined != nil {
			t.Errorf("pairs %+v, %v", pairs, err)
		}
		if n, err := orm.FromSQL[int64](db, "SELECT count(*) FROM hr_employee").First(ctx); n != 4 || err != nil {
			t.Errorf("count %d, %v", n, err)
		}
		if _, err := orm.FromSQL[int64](db, "SELECT id FROM hr_employee WHERE id < 0").First(ctx); err == nil {
			t.Error("no row is no error")
		}
		if _, err := orm.FromSQL[pair](db, "SELECT 1 AS other, 2 AS name").All(ctx); err == nil || !strings.Contains(err.Error(), `column "other"`) {
			t.Errorf("a column without a field: %v", err)
		}
		if _, err := orm.FromSQL[int64](db, "SELECT ?").All(ctx); err == nil || !strings.Contains(err.Error(), "0 args") {
			t.Errorf("a missing argument: %v", err)
		}
	})
}

func TestExplainAndEstimate(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		seed(t, db)
		q := orm.From[Employee](db).Where(Employees.ID.Eq(1))
		text, err := q.Explain(t.Context())
		if err != nil || !strings.Contains(text, "hr_employee") && !strings.Contains(text, "t0") {
			t.Errorf("explained %q, %v", text, err)
		}
		if _, err := db.Exec(t.Context(), "ANALYZE"); err != nil {
			t.Fatal(err)
		}
		if n, err := orm.From[Employee](db).CountEstimate(t.Context(), 1000); n != 4 || err != nil {
			t.Errorf("about %d rows, %v", n, err)
		}
	})
}
