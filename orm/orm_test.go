package orm_test

import (
	"context"
	"errors"
	"math"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	. "github.com/volaweb/vola/examples/hr"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/orm"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 123456789, time.UTC)

// open makes the HR tables in an empty database.
func open(t testing.TB, db *database.DB) {
	t.Helper()
	models, err := orm.NewModels(orm.Group{Module: "hr", Models: Models()})
	if err != nil {
		t.Fatal(err)
	}
	if err := orm.Use(db, models.WithClock(func() time.Time { return noon })); err != nil {
		t.Fatal(err)
	}
	if err := models.CreateTables(context.Background(), db); err != nil {
		t.Fatal(err)
	}
}

// seed stores two departments, four employees and two skills.
func seed(t testing.TB, db *database.DB) (sales, it Department, ann Employee) {
	t.Helper()
	ctx := context.Background()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	sales, it = Department{Name: "Sales"}, Department{Name: "IT"}
	must(orm.Create(ctx, db, &sales))
	must(orm.Create(ctx, db, &it))
	sql, golang := Skill{Name: "SQL", Grade: "expert"}, Skill{Name: "Go", Grade: "novice"}
	must(orm.Create(ctx, db, &sql))
	must(orm.Create(ctx, db, &golang))
	joined := time.Date(2020, 1, 2, 0, 0, 0, 0, time.UTC)
	ann = Employee{Name: "Ann", Department: orm.Ref[Department]{ID: it.ID}, Joined: &joined, Salary: 500, Remote: true}
	must(orm.Create(ctx, db, &ann))
	for _, name := range []string{"Bob", "Cid"} {
		e := Employee{Name: name, Department: orm.Ref[Department]{ID: it.ID}, Manager: &orm.Ref[Employee]{ID: ann.ID}, Salary: 300}
		must(orm.Create(ctx, db, &e))
		must(Employees.Skills.Add(ctx, db, &e, &golang))
	}
	dora := Employee{Name: "Dora", Department: orm.Ref[Department]{ID: sales.ID}, Salary: 400}
	must(orm.Create(ctx, db, &dora))
	must(Employees.Skills.Add(ctx, db, &ann, &sql, &golang))
	return sales, it, ann
}

func names(t *testing.T, q *orm.Query[Employee]) string {
	t.Helper()
	list, err := q.OrderBy(Employees.Name.Asc()).All(t.Context())
	if err != nil {
		t.Error(err)
	}
	var out []string
	for _, e := range list {
		out = append(out, e.Name)
	}
	return strings.Join(out, " ")
}

func each(t *testing.T, fn func(t *testing.T, db *database.DB)) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) { open(t, db); fn(t, db) })
}

func TestCreateReadsBackTheSame(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		_, it, ann := seed(t, db)
		if ann.ID == 0 || !ann.Created.Equal(noon.Truncate(time.Microsecond)) {
			t.Errorf("Create left the struct as %+v", ann)
		}
		got, err := orm.From[Employee](db).Where(Employees.ID.Eq(ann.ID)).Get(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(ann, got, cmp.Exporter(func(reflect.Type) bool { return true })); diff != "" {
			t.Error(diff)
		}
		if got.Department.ID != it.ID || got.Department.Loaded() {
			t.Errorf("reference = %+v", got.Department)
		}
		if _, err := got.Department.Get(); err == nil || !strings.Contains(err.Error(), "With") {
			t.Errorf("a reference that was not loaded: %v", err)
		}
		if _, err := got.Skills.All(); err == nil || !strings.Contains(err.Error(), "hr.Skill was not loaded") {
			t.Errorf("a relation that was not loaded: %v", err)
		}
		given := Department{ID: 77, Name: "Given"}
		if err := orm.Create(t.Context(), db, &given); err != nil || given.ID != 77 {
			t.Errorf("a key that was given: %+v, %v", given, err)
		}
	})
}

func TestConditions(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		_, it, ann := seed(t, db)
		E := Employees
		joined := *ann.Joined
		tests := []struct {
			name string
			cond orm.Condition[Employee]
			want string
		}{
			{"eq", E.Name.Eq("Bob"), "Bob"},
			{"ne", E.Name.Ne("Bob"), "Ann Cid Dora"},
			{"lt", E.Salary.Lt(400), "Bob Cid"},
			{"le", E.Salary.Le(400), "Bob Cid Dora"},
			{"gt", E.Name.Gt("Bob"), "Cid Dora"},
			{"ge and bool", orm.And(E.Salary.Ge(400), E.Remote.Eq(true)), "Ann"},
			{"between", E.Salary.Between(300, 400), "Bob Cid Dora"},
			{"time", E.Joined.Eq(joined), "Ann"},
			{"time in another zone", E.Joined.Eq(joined.In(time.FixedZone("x", 3600))), "Ann"},
			{"time after", E.Joined.Ge(joined.Add(time.Microsecond)), ""},
			{"in", E.Name.In("Ann", "Dora", "Zoe"), "Ann Dora"},
			{"in nothing", E.Name.In(), ""},
			{"in numbers", E.Salary.In(500, 400), "Ann Dora"},
			{"in times", E.Joined.In(joined), "Ann"},
			{"not in", E.Name.NotIn("Ann", "Dora"), "Bob Cid"},
			{"not in, with null", E.Joined.NotIn(joined), ""},
			{"is null", E.Manager.IsNull(), "Ann Dora"},
			{"is not null", E.Joined.IsNotNull(), "Ann"},
			{"or", orm.Or(E.Name.Eq("Ann"), E.Name.Eq("Cid")), "Ann Cid"},
			{"or of nothing", orm.Or[Employee](), ""},
			{"and of nothing", orm.And[Employee](), "Ann Bob Cid Dora"},
			{"not is two-valued", orm.Not(E.Joined.Eq(joined)), "Bob Cid Dora"},
			{"not not", orm.Not(orm.Not(E.Joined.Eq(joined))), "Ann"},
			{"contains", E.Name.Contains("o"), "Bob Dora"},
			{"contains nothing", E.Name.Contains(""), "Ann Bob Cid Dora"},
			{"contains is literal", E.Name.Contains("%"), ""},
			{"contains minds case", E.Name.Contains("B"), "Bob"},
			{"prefix", E.Name.HasPrefix("D"), "Dora"},
			{"prefix nothing", E.Name.HasPrefix(""), "Ann Bob Cid Dora"},
			{"prefix too long", E.Name.HasPrefix("Doras"), ""},
			{"suffix", E.Name.HasSuffix("d"), "Cid"},
			{"suffix nothing", E.Name.HasSuffix(""), "Ann Bob Cid Dora"},
			{"suffix too long", E.Name.HasSuffix("xCid"), ""},
			{"quotes", E.Name.Eq(`'; DROP TABLE hr_employee; --`), ""},
			{"foreign key by value", E.Department.Eq(it.ID), "Ann Bob Cid"},
			{"has", E.Department.Has(Departments.Name.Eq("Sales")), "Dora"},
			{"has, twice", E.Department.Has(Departments.Name.Eq("IT"), Departments.ID.Gt(0)), "Ann Bob Cid"},
			{"has, self", E.Manager.Has(E.Name.Eq("Ann")), "Bob Cid"},
			{"has, nested", E.Manager.Has(E.Manager.IsNull(), E.Department.Has(Departments.Name.HasPrefix("I"))), "Bob Cid"},
			{"not has", orm.Not(E.Manager.Has()), "Ann Dora"},
			{"any", E.Skills.Any(), "Ann Bob Cid"},
			{"any, not twice", E.Skills.Any(Skills.Name.In("Go", "SQL")), "Ann Bob Cid"},
			{"any with a named type", E.Skills.Any(Skills.Grade.Eq("expert")), "Ann"},
			{"none", E.Skills.None(Skills.Name.Eq("SQL")), "Bob Cid Dora"},
			{"none at all", E.Skills.None(), "Dora"},
		}
		for _, tt := range tests {
			if got := names(t, orm.From[Employee](db).Where(tt.cond)); got != tt.want {
				t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
			}
		}
	})
}

func TestQueriesAreValues(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		seed(t, db)
		all := orm.From[Employee](db)
		low := all.Where(Employees.Salary.Lt(450))
		for _, name := range []string{"Bob", "Dora"} {
			if got := names(t, low.Where(Employees.Name.Eq(name))); got != name {
				t.Errorf("%q, want %q", got, name)
			}
		}
		if got := names(t, low); got != "Bob Cid Dora" {
			t.Errorf("the query that others were made of gives %q", got)
		}
		if got := names(t, all); got != "Ann Bob Cid Dora" {
			t.Errorf("the first query gives %q", got)
		}
	})
}

func TestOrderLimitAndPages(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		seed(t, db)
		order := func(orders ...orm.Order[Employee]) string {
			list, err := orm.From[Employee](db).OrderBy(orders...).All(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var out string
			for _, e := range list {
				out += e.Name[:1]
			}
			return out
		}
		E := Employees
		for _, tt := range []struct{ got, want string }{
			{order(E.Salary.Desc(), E.Name.Desc()), "ADCB"},
			{order(E.Joined.Asc(), E.Name.Asc()), "BCDA"},
			{order(E.Joined.Desc(), E.Name.Asc()), "ABCD"},
			{order(E.Joined.Asc().NullsLast(), E.Name.Asc()), "ABCD"},
			{order(E.Joined.Desc().NullsFirst(), E.Name.Asc()), "BCDA"},
		} {
			if tt.got != tt.want {
				t.Errorf("order %s, want %s", tt.got, tt.want)
			}
		}
		q := orm.From[Employee](db).OrderBy(E.Name.Asc())
		first, err := q.Page(t.Context(), 1, 3)
		if err != nil || len(first.Items) != 3 || first.Total != 4 || first.Pages != 2 || first.Prev != 0 || first.Next != 2 {
			t.Errorf("page 1 = %+v, %v", first, err)
		}
		last, err := q.Page(t.Context(), 2, 3)
		if err != nil || len(last.Items) != 1 || last.Items[0].Name != "Dora" || last.Next != 0 || last.Prev != 1 {
			t.Errorf("page 2 = %+v, %v", last, err)
		}
		for _, n := range []int{0, -1, 3, math.MaxInt} {
			if _, err := q.Page(t.Context(), n, 3); !errors.Is(err, orm.ErrNotFound) || fault.KindOf(err) != fault.NotFound {
				t.Errorf("page %d: %v", n, err)
			}
		}
		empty, err := q.Where(E.Name.Eq("x")).Page(t.Context(), 1, 3)
		if err != nil || empty.Pages != 1 {
			t.Errorf("page 1 of nothing = %+v, %v", empty, err)
		}
		rest, err := q.Offset(3).All(t.Context())
		if err != nil || len(rest) != 1 {
			t.Errorf("Offset alone: %v, %v", rest, err)
		}
		if n, err := q.Limit(3).Offset(2).Count(t.Context()); n != 2 || err != nil {
			t.Errorf("Count with limits = %d, %v", n, err)
		}
		if none, err := q.Limit(0).All(t.Context()); len(none) != 0 || err != nil {
			t.Errorf("Limit(0) = %v, %v", none, err)
		}
	})
}

func TestGetAndFirst(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		seed(t, db)
		q := orm.From[Employee](db).OrderBy(Employees.Name.Desc())
		if e, err := q.First(t.Context()); err != nil || e.Name != "Dora" {
			t.Errorf("First = %v, %v", e.Name, err)
		}
		none := q.Where(Employees.Name.Eq("Zoe"))
		if _, err := none.First(t.Context()); !errors.Is(err, orm.ErrNotFound) {
			t.Errorf("First of none: %v", err)
		}
		if _, err := none.Get(t.Context()); !errors.Is(err, orm.ErrNotFound) || fault.KindOf(err) != fault.NotFound {
			t.Errorf("Get of none: %v", err)
		}
		if _, err := q.Get(t.Context()); !errors.Is(err, orm.ErrMultiple) || !strings.Contains(err.Error(), "hr.Employee") {
			t.Errorf("Get of four: %v", err)
		}
		for want, q := range map[bool]*orm.Query[Employee]{true: q, false: none} {
			if got, err := q.Exists(t.Context()); got != want || err != nil {
				t.Errorf("Exists = %v, %v", got, err)
			}
		}
	})
}

func TestPrefetchTakesOneStatementARelation(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		_, it, _ := seed(t, db)
		var s databasetest.Statements
		ctx := s.Observe(t.Context())
		q := orm.From[Employee](db).OrderBy(Employees.Name.Asc()).
			With(Employees.Department, Employees.Manager.Then(Employees.Department), Employees.Skills.OrderBy(Skills.Name.Asc()))
		check := func() {
			t.Helper()
			list, err := q.All(ctx)
			if err != nil {
				t.Fatal(err)
			}
			s.Want(t, 5)
			var got []string
			for _, e := range list[:4] {
				line := e.Name
				d, err := e.Department.Get()
				if err != nil {
					t.Fatal(err)
				}
				line += " " + d.Name
				if e.Manager != nil {
					m, err := e.Manager.Get()
					if err != nil {
						t.Fatal(err)
					}
					md, err := m.Department.Get()
					if err != nil {
						t.Fatal(err)
					}
					line += " under " + m.Name + " of " + md.Name
				}
				skills, err := e.Skills.All()
				if err != nil {
					t.Fatal(err)
				}
				for _, k := range skills {
					line += " " + k.Name
				}
				got = append(got, line)
			}
			want := []string{"Ann IT Go SQL", "Bob IT under Ann of IT Go", "Cid IT under Ann of IT Go", "Dora Sales"}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		}
		check()
		for range 100 {
			e := Employee{Name: "zz", Department: orm.Ref[Department]{ID: it.ID}}
			if err := orm.Create(t.Context(), db, &e); err != nil {
				t.Fatal(err)
			}
		}
		check()
	})
}

func TestUpdateWritesOnlyWhatIsNamed(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		_, _, ann := seed(t, db)
		ctx := t.Context()
		stale := ann
		if _, err := orm.From[Employee](db).Where(Employees.ID.Eq(ann.ID)).Update(ctx, Employees.Name.Set("Anna"), Employees.Salary.Increment(50), Employees.Joined.SetNull()); err != nil {
			t.Fatal(err)
		}
		stale.Remote = false
		if err := orm.Update(ctx, db, &stale, Employees.Remote); err != nil {
			t.Fatal(err)
		}
		got, err := orm.From[Employee](db).Where(Employees.ID.Eq(ann.ID)).Get(ctx)
		if err != nil || got.Name != "Anna" || got.Salary != 550 || got.Joined != nil || got.Remote {
			t.Errorf("after both updates: %+v, %v", got, err)
		}
		missing := Employee{ID: 999}
		if err := orm.Update(ctx, db, &missing, Employees.Name); !errors.Is(err, orm.ErrNotFound) {
			t.Errorf("update of a row that is not there: %v", err)
		}
		if err := orm.Update(ctx, db, &ann); err == nil || !strings.Contains(err.Error(), "names no field") {
			t.Errorf("update of nothing: %v", err)
		}
		if err := orm.Update(ctx, db, &ann, Employees.ID); err == nil {
			t.Error("update of the key gives no error")
		}
	})
}

func TestWritesToEveryRowMustBeMeant(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		seed(t, db)
		ctx := t.Context()
		q := orm.From[Employee](db)
		if _, err := q.Delete(ctx); err == nil || !strings.Contains(err.Error(), "Every()") {
			t.Errorf("delete without a condition: %v", err)
		}
		if _, err := q.Update(ctx, Employees.Salary.Set(0)); err == nil {
			t.Error("update without a condition gives no error")
		}
		if _, err := q.Every().Update(ctx); err == nil {
			t.Error("update without an assignment gives no error")
		}
		if _, err := q.Limit(1).Every().Delete(ctx); err == nil {
			t.Error("delete with a limit gives no error")
		}
		if n, err := q.Every().Update(ctx, Employees.Salary.Set(1)); n != 4 || err != nil {
			t.Errorf("Every().Update = %d, %v", n, err)
		}
		if n, err := q.Where(Employees.Manager.IsNotNull()).Delete(ctx); n != 2 || err != nil {
			t.Errorf("Delete = %d, %v", n, err)
		}
	})
}

func TestDeleteFollowsOnDelete(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		_, it, ann := seed(t, db)
		ctx := t.Context()
		if err := orm.Delete(ctx, db, &it); !errors.Is(err, database.ErrForeignKey) {
			t.Errorf("delete of a protected row: %v", err)
		}
		if err := orm.Delete(ctx, db, &ann); err != nil {
			t.Fatal(err)
		}
		if got := names(t, orm.From[Employee](db).Where(Employees.Manager.IsNotNull())); got != "" {
			t.Errorf("%s still have a manager who is gone", got)
		}
		if err := orm.Delete(ctx, db, &ann); !errors.Is(err, orm.ErrNotFound) {
			t.Errorf("second delete: %v", err)
		}
	})
}

func TestPairs(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		_, _, ann := seed(t, db)
		ctx := t.Context()
		skills, err := orm.From[Skill](db).OrderBy(Skills.Name.Asc()).All(ctx)
		if err != nil {
			t.Fatal(err)
		}
		golang, sql := &skills[0], &skills[1]
		want := func(names ...string) {
			t.Helper()
			e, err := orm.From[Employee](db).Where(Employees.ID.Eq(ann.ID)).With(Employees.Skills).Get(ctx)
			if err != nil {
				t.Fatal(err)
			}
			list, _ := e.Skills.All()
			var got []string
			for _, s := range list {
				got = append(got, s.Name)
			}
			if diff := cmp.Diff(names, got); diff != "" {
				t.Error(diff)
			}
		}
		want("SQL", "Go") // in the order of adding
		for _, err := range []error{
			Employees.Skills.Add(ctx, db, &ann, golang),
			Employees.Skills.Remove(ctx, db, &ann, sql),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		want("Go")
		if err := Employees.Skills.Set(ctx, db, &ann, sql); err != nil {
			t.Fatal(err)
		}
		want("SQL")
		if err := Employees.Skills.Set(ctx, db, &ann); err != nil {
			t.Fatal(err)
		}
		want()
		err = Employees.Skills.Add(ctx, db, &ann, &Skill{ID: 99})
		if !errors.Is(err, database.ErrForeignKey) {
			t.Errorf("a pair with a row that is not there: %v", err)
		}
	})
}

func TestUniqueErrorNamesTheColumn(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		seed(t, db)
		err := orm.Create(t.Context(), db, &Department{Name: "IT"})
		var e *database.Error
		if !errors.As(err, &e) || e.Kind != database.Unique || len(e.Columns) != 1 || e.Columns[0] != "name" {
			t.Errorf("%v", err)
		}
		if !strings.Contains(err.Error(), "create hr.Department") {
			t.Errorf("the error does not say what was done: %v", err)
		}
	})
}

func TestBadValuesAreRefused(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		_, it, _ := seed(t, db)
		ctx := t.Context()
		for _, name := range []string{"a\x00b", "\xff", strings.Repeat("é", 101)} {
			err := orm.Create(ctx, db, &Department{Name: name})
			var fe *orm.FieldError
			if !errors.As(err, &fe) || fe.Field != "Name" || fault.KindOf(err) != fault.Invalid {
				t.Errorf("Create(%.10q): %v", name, err)
			}
			if _, err := orm.From[Department](db).Every().Update(ctx, Departments.Name.Set(name)); !errors.As(err, &fe) {
				t.Errorf("Set(%.10q): %v", name, err)
			}
			// What is too long to be stored may be asked for, and is not there.
			if _, err := orm.From[Department](db).Where(Departments.Name.Eq(name)).All(ctx); errors.As(err, &fe) == (len(name) > 100) {
				t.Errorf("Eq(%.10q): %v", name, err)
			}
		}
		if err := orm.Create(ctx, db, &Department{Name: strings.Repeat("é", 100)}); err != nil {
			t.Errorf("100 characters: %v", err)
		}
		early := time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC)
		err := orm.Create(ctx, db, &Employee{Name: "x", Department: orm.Ref[Department]{ID: it.ID}, Joined: &early})
		if err == nil || !strings.Contains(err.Error(), "year -1") {
			t.Errorf("a time before year 1: %v", err)
		}
		for name, q := range map[string]*orm.Query[Department]{
			"negative limit":     orm.From[Department](db).Limit(-1),
			"negative offset":    orm.From[Department](db).Offset(-2),
			"zero condition":     orm.From[Department](db).Where(orm.Condition[Department]{}),
			"unknown field":      orm.From[Department](db).Where(orm.Descriptor[orm.Text[*Department, string]]("Nmae").Eq("x")),
			"unknown order":      orm.From[Department](db).OrderBy(orm.Descriptor[orm.Text[*Department, string]]("Nmae").Asc()),
			"unknown relation":   orm.From[Department](db).With(orm.Descriptor[orm.ManyToMany[*Department, *Skill]]("Skills")),
			"no database at all": {},
		} {
			if _, err := q.All(ctx); err == nil {
				t.Errorf("%s gives no error", name)
			}
		}
	})
}

func TestAddIsExactUnderConcurrency(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		_, _, ann := seed(t, db)
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				if _, err := orm.From[Employee](db).Where(Employees.ID.Eq(ann.ID)).Update(t.Context(), Employees.Salary.Increment(1)); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if e, err := orm.From[Employee](db).Where(Employees.ID.Eq(ann.ID)).Get(t.Context()); err != nil || e.Salary != 550 {
			t.Errorf("salary = %d, %v", e.Salary, err)
		}
	})
}
