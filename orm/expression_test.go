package orm_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/database"
	. "github.com/volaweb/vola/examples/hr"
	"github.com/volaweb/vola/orm"
)

func TestExpressionsInConditions(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		_, it, ann := seed(t, db)
		E := Employees
		val := orm.Value[Employee, int64]
		berlin, err := time.LoadLocation("Europe/Berlin")
		if err != nil {
			t.Fatal(err)
		}
		rank := orm.Case[Employee, string]().
			When(E.Salary.Ge(500), "high").
			When(E.Salary.Ge(400), "middle").
			Else("low")
		for _, tt := range []struct {
			name string
			cond orm.Condition[Employee]
			want string
		}{
			{"column against column", orm.Gt(E.ID, E.Department), "Cid Dora"},
			{"eq of columns", orm.Eq(E.Department, orm.Value[Employee](it.ID)), "Ann Bob Cid"},
			{"ne", orm.Ne(E.Department, E.ID), "Ann Cid Dora"},
			{"arithmetic", orm.Lt(orm.Add(E.Salary, val(50)), val(400)), "Bob Cid"},
			{"given numbers", orm.Calc(E.Salary).Add(50).Lt(400), "Bob Cid"},
			{"given numbers in turn", orm.Calc(E.Salary).Mul(2).Sub(1).Add(7).Div(2).Eq(403), "Dora"},
			{"sub mul", orm.Sub(orm.Mul(E.Salary, val(2)), val(1)).Eq(799), "Dora"},
			{"div cuts", orm.Div(E.Salary, val(150)).Eq(2), "Bob Cid Dora"},
			{"div by zero is null", orm.Div(E.Salary, val(0)).IsNull(), "Ann Bob Cid Dora"},
			{"mod", orm.Mod(E.Salary, val(200)).Eq(100), "Ann Bob Cid"},
			{"lower", orm.Lower(E.Name).Eq("ann"), "Ann"},
			{"upper contains", orm.Upper(E.Name).Contains("OR"), "Dora"},
			{"prefix of expression", orm.Lower(E.Name).HasPrefix("d"), "Dora"},
			{"suffix of expression", orm.Upper(E.Name).HasSuffix("ID"), "Cid"},
			{"length", orm.Length(E.Name).Between(4, 9), "Dora"},
			{"concat", orm.Concat(E.Name, orm.Value[Employee]("!")).Eq("Bob!"), "Bob"},
			{"coalesce", orm.Coalesce(E.Manager, orm.Value[Employee](ann.ID)).Eq(ann.ID), "Ann Bob Cid Dora"},
			{"case", rank.Eq("middle"), "Dora"},
			{"case in", rank.In("low", "high"), "Ann Bob Cid"},
			{"case not in", rank.NotIn("low", "high"), "Dora"},
			{"is", orm.Is(E.Joined.IsNull()).Eq(false), "Ann"},
			{"year", orm.Part(orm.Year, E.Joined).Eq(2020), "Ann"},
			{"month in zone", orm.PartIn(orm.Day, E.Joined, berlin).Eq(2), "Ann"},
			{"hour in zone", orm.PartIn(orm.Hour, E.Joined, berlin).Eq(1), "Ann"},
			{"trunc", orm.Trunc(orm.Month, E.Joined).Eq(time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)), "Ann"},
			{"trunc in zone", orm.TruncIn(orm.Month, E.Joined, berlin).Eq(time.Date(2019, 12, 31, 23, 0, 0, 0, time.UTC)), "Ann"},
			{"fold", E.Name.EqFold("ANN"), "Ann"},
			{"contains fold", E.Name.ContainsFold("O"), "Bob Dora"},
			{"prefix fold", E.Name.HasPrefixFold("dO"), "Dora"},
			{"suffix fold", E.Name.HasSuffixFold("Id"), "Cid"},
			{"suffix fold nothing", E.Name.HasSuffixFold(""), "Ann Bob Cid Dora"},
			{"via a foreign key", orm.Gt(orm.Via(E.Manager, E.Salary), E.Salary), "Bob Cid"},
			{"via many", orm.Via(E.Skills, orm.Count[Skill]()).Eq(2), "Ann"},
			{"via many, some", orm.Via(E.Skills, orm.Count[Skill](), Skills.Name.Eq("Go")).Gt(0), "Ann Bob Cid"},
			{"via reverse", orm.Via(orm.ReverseOf(E.Manager), orm.Max(E.Salary)).Eq(300), "Ann"},
			{"in a selection", orm.In(E.Department, orm.Select[int64](orm.From[Department](db).Where(Departments.Name.Eq("Sales")), Departments.ID)), "Dora"},
			{"not in a selection with null", orm.Not(orm.In(E.ID, orm.Select[int64](orm.From[Employee](db), E.Manager))), "Bob Cid Dora"},
			{"scalar", orm.Gt(E.Salary, orm.Scalar[Employee](orm.Select[int64](orm.From[Employee](db).OrderBy(E.Salary.Asc()), E.Salary))), "Ann Dora"},
			{"scalar aggregate", orm.Eq(E.Salary, orm.Scalar[Employee](orm.Select[int64](orm.From[Employee](db), orm.Max(E.Salary)))), "Ann"},
			{"raw", orm.Raw[Employee, int64]("? + ? * 2", E.Salary, 100).Eq(500), "Bob Cid"},
			{"raw with quotes", orm.Raw[Employee, string]("'?' || ? || '??'", E.Name).Eq("?Bob??"), "Bob"},
		} {
			if got := names(t, orm.From[Employee](db).Where(tt.cond)); got != tt.want {
				t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
			}
			if got, want := names(t, orm.From[Employee](db).Where(orm.Not(orm.Not(tt.cond)))), tt.want; got != want {
				t.Errorf("not not %s: %q, want %q", tt.name, got, want)
			}
		}
	})
}

func TestSelect(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		seed(t, db)
		ctx := t.Context()
		E := Employees
		type bySalary struct {
			Salary int
			N      int64
			First  string
			Mean   *float64
		}
		q := orm.From[Employee](db).OrderBy(orm.Count[Employee]().Desc(), E.Salary.Asc())
		got, err := orm.Select[bySalary](q, E.Salary, orm.Count[Employee](), orm.Min(E.Name), orm.Avg(E.Manager)).All(ctx)
		if err != nil {
			t.Fatal(err)
		}
		var text []string
		for _, g := range got {
			text = append(text, fmt.Sprintln(g.Salary, g.N, g.First, g.Mean != nil))
		}
		if s := strings.Join(text, ""); s != "300 2 Bob true\n400 1 Dora false\n500 1 Ann false\n" {
			t.Errorf("groups %s", s)
		}
		having, err := orm.Select[int64](orm.From[Employee](db).Having(orm.Count[Employee]().Ge(2)), E.Salary).All(ctx)
		if err != nil || len(having) != 1 || having[0] != 300 {
			t.Errorf("having: %v, %v", having, err)
		}
		type totals struct {
			N, Remote, Sum int64
			Max            *time.Time
			Kinds          int64
		}
		total, err := orm.Select[totals](orm.From[Employee](db), orm.As("N", orm.Count[Employee]()), orm.As("Kinds", orm.CountDistinct(E.Department)),
			orm.As("Remote", orm.Count[Employee]().Where(E.Remote.Eq(true))), orm.Sum(E.Salary), orm.Max(E.Joined)).Get(ctx)
		if err != nil || total.N != 4 || total.Remote != 1 || total.Sum != 1500 || total.Max == nil || total.Max.Year() != 2020 || total.Kinds != 2 {
			t.Errorf("totals: %+v, %v", total, err)
		}
		none, err := orm.Select[totals](orm.From[Employee](db).Where(E.Name.Eq("x")), orm.As("N", orm.Count[Employee]()), orm.As("Remote", orm.Count[Employee]()),
			orm.As("Sum", orm.Sum(E.Salary)), orm.Max(E.Joined), orm.CountOf(E.Joined)).Get(ctx)
		if err != nil || none != (totals{}) {
			t.Errorf("totals of nothing: %+v, %v", none, err)
		}
		type entry struct {
			Employee Employee
			Skills   int64
		}
		entries, err := orm.Select[entry](orm.From[Employee](db).OrderBy(E.Name.Asc()).Limit(2), orm.Row[Employee](), orm.Via(E.Skills, orm.Count[Skill]())).All(ctx)
		if err != nil || len(entries) != 2 || entries[0].Employee.Name != "Ann" || entries[0].Skills != 2 || entries[1].Employee.Manager == nil {
			t.Errorf("rows: %+v, %v", entries, err)
		}
		distinct, err := orm.Select[int64](orm.From[Employee](db).OrderBy(E.Salary.Desc()), E.Salary).Distinct().All(ctx)
		if fmt.Sprint(distinct, err) != "[500 400 300] <nil>" {
			t.Errorf("distinct: %v, %v", distinct, err)
		}
		low := orm.Select[string](orm.From[Employee](db).Where(E.Salary.Eq(300)), E.Name)
		all := orm.Select[string](orm.From[Employee](db), E.Name)
		u, err := low.Union(all).OrderBy(-1).Limit(3).All(ctx)
		if fmt.Sprint(u, err) != "[Dora Cid Bob] <nil>" {
			t.Errorf("union: %v, %v", u, err)
		}
		ua, err := low.UnionAll(all).OrderBy(1).All(ctx)
		if fmt.Sprint(ua, err) != "[Ann Bob Bob Cid Cid Dora] <nil>" {
			t.Errorf("union all: %v, %v", ua, err)
		}
		window, err := orm.Select[struct {
			Name string
			Row  int64
		}](orm.From[Employee](db).OrderBy(E.Name.Asc()), E.Name, orm.Raw[Employee, int64]("row_number() OVER (PARTITION BY ? ORDER BY ? DESC)", E.Department, E.Salary)).All(ctx)
		if err != nil || len(window) != 4 || window[0].Row != 1 || window[3].Row != 1 {
			t.Errorf("window: %v, %v", window, err)
		}
		months, err := orm.Select[struct {
			Month *time.Time
			N     int64
		}](orm.From[Employee](db).OrderBy(orm.Trunc(orm.Month, E.Joined).Desc()), orm.Trunc(orm.Month, E.Joined), orm.Count[Employee]()).All(ctx)
		if err != nil || len(months) != 2 || months[0].Month.Month() != 1 || months[1].N != 3 {
			t.Errorf("months: %v, %v", months, err)
		}
	})
}

func TestSelectMistakes(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		seed(t, db)
		E := Employees
		q := orm.From[Employee](db)
		check := func(err error, want string) {
			t.Helper()
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("error %v, want one with %q", err, want)
			}
		}
		_, err := orm.Select[struct{ A, B string }](q, E.Name).All(t.Context())
		check(err, "the struct has 2 fields, and 1 expressions are selected; each field takes one; "+
			"nothing of the name is selected for A, B; no field has the name of Name")
		_, err = orm.Select[struct{ Name, Extra string }](q, E.Name).All(t.Context())
		check(err, "each field takes one; nothing of the name is selected for Extra")
		_, err = orm.Select[struct{ Name string }](q, E.Name, orm.Lower(E.Name)).All(t.Context())
		check(err, "each field takes one; no field has the name of number 2")
		_, err = orm.Select[struct{ Name, Title string }](q, orm.As("Titel", E.Name)).All(t.Context())
		check(err, "it has no field Titel, which As names")
		_, err = orm.Select[struct{ A string }](q, E.Salary).All(t.Context())
		check(err, "field A is a string, and what is selected for it a int64")
		_, err = orm.Select[time.Time](q, E.Joined).All(t.Context())
		check(err, "pointer or a sql.Null")
		_, err = q.Where(orm.Count[Employee]().Gt(1)).All(t.Context())
		check(err, "Having")
		_, err = q.Having(orm.Count[Employee]().Gt(1)).All(t.Context())
		check(err, "Having is for queries that Select is given")
		_, err = orm.Select[string](q.With(E.Department), E.Name).All(t.Context())
		check(err, "leave out With")
		_, err = orm.Select[string](q.OrderBy(E.Salary.Asc()), E.Name).Distinct().All(t.Context())
		check(err, "ordered by what is not selected")
		_, err = orm.Select[string](q.Where(orm.Via(E.Skills, Skills.Name).Eq("x")), E.Name).All(t.Context())
		check(err, "Via needs an aggregate")
		_, err = q.Where(orm.Raw[Employee, int64]("? + 1").Eq(1)).All(t.Context())
		check(err, "has 1 question marks, and 0 args are given")
		_, err = q.Where(orm.Raw[Employee, int64]("'abc").Eq(1)).All(t.Context())
		check(err, "does not end a text")
		_, err = q.Where(orm.Case[Employee, string]().ElseTo(E.Name).Eq("x")).All(t.Context())
		check(err, "Case without When")
		_, err = q.Where(new(orm.Expr[*Employee, string]).Eq("x")).All(t.Context())
		check(err, "orm:")
		_, err = q.Where(orm.PartIn(orm.Hour, E.Joined, time.FixedZone("'; DROP", 1)).Eq(1)).All(t.Context())
		check(err, "no zone of the IANA database")
		_, err = orm.Select[string](q).All(t.Context())
		check(err, "names nothing")
		_, err = orm.Select[int64](q, orm.Max(E.Remote)).All(t.Context())
		check(err, "the largest of Remote")
	})
}
