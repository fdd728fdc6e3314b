package orm_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	. "github.com/volaweb/vola/examples/hr"
	"github.com/volaweb/vola/orm"
)

// create stores rows and ends the test when one is refused.
func create[T any](t testing.TB, db database.Handle, rows ...*T) {
	t.Helper()
	for _, r := range rows {
		if err := orm.Create(context.Background(), db, r); err != nil {
			t.Fatal(err)
		}
	}
}

// staff adds to seed what the relations are about: histories, leaves, projects
// and contractors.
func staff(t testing.TB, db *database.DB) (sales, it Department, ann Employee) {
	t.Helper()
	sales, it, ann = seed(t, db)
	ctx := context.Background()
	it.Head = &orm.Ref[Employee]{ID: ann.ID}
	if err := orm.Update(ctx, db, &it, Departments.Head); err != nil {
		t.Fatal(err)
	}
	create(t, db, &History{Employee: orm.Ref[Employee]{ID: ann.ID}, Married: true})
	for _, d := range []int{3, 1, 2} {
		create(t, db, &Leave{Employee: orm.Ref[Employee]{ID: ann.ID}, Start: time.Date(2026, 1, d, 0, 0, 0, 0, time.UTC)})
	}
	site, shop := Project{Name: "site"}, Project{Name: "shop"}
	create(t, db, &site, &shop)
	create(t, db,
		&Assignment{Employee: orm.Ref[Employee]{ID: ann.ID}, Project: orm.Ref[Project]{ID: shop.ID}, Hours: 5},
		&Assignment{Employee: orm.Ref[Employee]{ID: ann.ID}, Project: orm.Ref[Project]{ID: site.ID}, Hours: 9})
	eve := Contractor{Name: "Eve"}
	create(t, db, &eve)
	if err := Contractors.Departments.Add(ctx, db, &eve, &it, &sales); err != nil {
		t.Fatal(err)
	}
	return sales, it, ann
}

func TestConditionsAgainstTheDirection(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		staff(t, db)
		E, D := Employees, Departments
		for _, tt := range []struct {
			name string
			cond orm.Condition[Employee]
			want string
		}{
			{"has reports", E.Reports.Any(), "Ann"},
			{"has no reports", E.Reports.None(), "Bob Cid Dora"},
			{"has a report called Cid", E.Reports.Any(E.Name.Eq("Cid")), "Ann"},
			{"managers, without the field", orm.ReverseOf(E.Manager).Any(), "Ann"},
			{"history", E.History.Any(Histories.Married.Eq(true)), "Ann"},
			{"no history", E.History.None(), "Bob Cid Dora"},
			{"leaves", E.Leaves.Any(Leaves.Start.Gt(time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC))), "Ann"},
			{"through", E.Projects.Any(Projects.Name.Eq("shop")), "Ann"},
			{"through, by the model between", orm.ReverseOf(Assignments.Employee).Any(Assignments.Hours.Ge(6)), "Ann"},
			{"head of a department", orm.ReverseOf(D.Head).Any(), "Ann"},
			{"three deep", E.Department.Has(D.Contractors.Any(Contractors.Departments.Any(D.Name.Eq("Sales")))), "Ann Bob Cid Dora"},
			{"three deep, back and forth", E.Manager.Has(E.Department.Has(D.Head.Has(E.Name.Eq("Ann")))), "Bob Cid"},
		} {
			if got := names(t, orm.From[Employee](db).Where(tt.cond)); got != tt.want {
				t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
			}
		}
	})
}

func TestLoadAgainstTheDirection(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		staff(t, db)
		var s databasetest.Statements
		list, err := orm.From[Department](db).OrderBy(Departments.Name.Asc()).With(
			Departments.Head.Then(Employees.History, Employees.Leaves.OrderBy(Leaves.Start.Desc()).Limit(2), Employees.Projects),
			Departments.Employees.Where(Employees.Name.Ne("Cid")).Then(Employees.Reports.OrderBy(Employees.Name.Desc())),
			Departments.Contractors,
		).All(s.Observe(t.Context()))
		if err != nil {
			t.Fatal(err)
		}
		s.Want(t, 8)
		it, sales := list[0], list[1]
		head, err := it.Head.Get()
		if err != nil {
			t.Fatal(err)
		}
		history, err := head.History.Get()
		if err != nil || history == nil || !history.Married {
			t.Errorf("history = %+v, %v", history, err)
		}
		leaves, err := head.Leaves.All()
		if err != nil || len(leaves) != 2 || leaves[0].Start.Day() != 3 || leaves[1].Start.Day() != 2 {
			t.Errorf("the last two leaves = %+v, %v", leaves, err)
		}
		projects, err := head.Projects.All()
		if err != nil || len(projects) != 2 || projects[0].Name != "shop" {
			t.Errorf("projects in the order of assignment = %+v, %v", projects, err)
		}
		employees, err := it.Employees.All()
		if err != nil || len(employees) != 2 || employees[0].Name != "Ann" || employees[1].Name != "Bob" {
			t.Fatalf("employees = %+v, %v", employees, err)
		}
		reports, err := employees[0].Reports.All()
		if err != nil || len(reports) != 2 || reports[0].Name != "Cid" {
			t.Errorf("reports = %+v, %v", reports, err)
		}
		if sales.Head != nil {
			t.Errorf("Sales has the head %+v", sales.Head)
		}
		for _, d := range list {
			if c, err := d.Contractors.All(); err != nil || len(c) != 1 || c[0].Name != "Eve" {
				t.Errorf("contractors of %s = %+v, %v", d.Name, c, err)
			}
		}
	})
}

func TestHistoryOfNobody(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		staff(t, db)
		e, err := orm.From[Employee](db).Where(Employees.Name.Eq("Bob")).With(Employees.History).Get(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if h, err := e.History.Get(); h != nil || err != nil {
			t.Errorf("history = %+v, %v", h, err)
		}
		if _, err := (Employee{}).History.Get(); err == nil {
			t.Error("a relation that was not loaded gives no error")
		}
	})
}

func TestRelationsThatCannotBeLoadedOrChanged(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		_, _, ann := staff(t, db)
		ctx := t.Context()
		for want, q := range map[string]*orm.Query[Employee]{
			"orm.HasMany[hr.Department]": orm.From[Employee](db).With(orm.ReverseOf(Departments.Head)),
			"negative":                   orm.From[Employee](db).With(Employees.Leaves.Limit(-1)),
			"no field Wages":             orm.From[Employee](db).With(orm.Descriptor[orm.Reverse[*Employee, *Leave]]("Wages")),
		} {
			if _, err := q.All(ctx); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("error %v, want %q in it", err, want)
			}
		}
		err := Employees.Projects.Add(ctx, db, &ann, &Project{ID: 1})
		if err == nil || !strings.Contains(err.Error(), "rows of hr.Assignment") {
			t.Errorf("adding to a relation through a model: %v", err)
		}
	})
}

type (
	badRefs struct {
		ID   int64
		A, B orm.Ref[badTarget]
	}
	badTarget struct {
		ID   int64
		Many orm.HasMany[badRefs]
		One  orm.HasOne[badRefs]     `db:"by=A"`
		None orm.HasMany[Department] `db:"by=Head"`
		Thru orm.Many[badRefs]       `db:"through=Nothing"`
		Rev  orm.Many[badRefs]       `db:"reverse=Nothing"`
		Gone orm.Many[strings.Builder]
	}
)

func TestBadRelationsAreAllReported(t *testing.T) {
	t.Parallel()
	_, err := orm.NewModels(orm.Group{Module: "x", Models: []orm.Declaration{orm.Model[badRefs](), orm.Model[badTarget]()}})
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		"field Many: orm_test.badRefs has several references to orm_test.badTarget (A, B)",
		"field One: orm_test.badRefs.A is not unique",
		"field None: it relates to hr.Department, which no module declares",
		"field Thru: tag through=Nothing",
		"field Rev: tag reverse=Nothing",
		"field Gone: it relates to strings.Builder",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("not reported: %s\nin: %v", want, err)
		}
	}
	for line := range strings.Lines(err.Error()) {
		if !strings.HasPrefix(line, "relations_test.go:") && !strings.Contains(line, "/relations_test.go:") {
			t.Errorf("no file and line: %s", line)
		}
	}
}

// The statements do not grow with the rows, three relations deep.
func TestStatementCountIsConstant(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		_, it, _ := staff(t, db)
		for i := range 100 {
			e := Employee{Name: fmt.Sprint("e", i), Department: orm.Ref[Department]{ID: it.ID}}
			create(t, db, &e)
			create(t, db, &Leave{Employee: orm.Ref[Employee]{ID: e.ID}, Start: noon})
			for _, n := range []int{10, 100} {
				if i != n-1 {
					continue
				}
				var s databasetest.Statements
				if _, err := orm.From[Department](db).With(Departments.Employees.Then(Employees.Leaves.Then(Leaves.Employee))).All(s.Observe(t.Context())); err != nil {
					t.Fatal(err)
				}
				s.Want(t, 4)
			}
		}
	})
}

// A model of one package refers to a model of another, and the other is asked
// about it without knowing it.
type abroad struct {
	ID     int64
	Host   orm.Ref[Department] `db:"on_delete=cascade"`
	Guests orm.Many[Employee]
}

func TestRelationsAcrossPackages(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		models, err := orm.NewModels(orm.Group{Module: "hr", Models: Models()}, orm.Group{Module: "trip", Models: []orm.Declaration{orm.Model[abroad]()}})
		if err != nil {
			t.Fatal(err)
		}
		if err := orm.Use(db, models); err != nil {
			t.Fatal(err)
		}
		if err := models.CreateTables(t.Context(), db); err != nil {
			t.Fatal(err)
		}
		_, it, ann := seed(t, db)
		trip := abroad{Host: orm.Ref[Department]{ID: it.ID}}
		create(t, db, &trip)
		guests := orm.Descriptor[orm.ManyToMany[*abroad, *Employee]]("Guests")
		if err := guests.Add(t.Context(), db, &trip, &ann); err != nil {
			t.Fatal(err)
		}
		host := orm.Descriptor[orm.ForeignKey[*abroad, *Department, int64]]("Host")
		departments, err := orm.From[Department](db).Where(orm.ReverseOf(host).Any(guests.Any(Employees.Name.Eq("Ann")))).All(t.Context())
		if err != nil || len(departments) != 1 || departments[0].Name != "IT" {
			t.Errorf("%v, %v", departments, err)
		}
	})
}
