package compiled_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// Mistakes that must not compile, each with a part of what the compiler says.
var refusals = []struct{ name, code, want string }{
	{"misspelled field", `Employees.Nmae.Eq("Ann")`, "Employees.Nmae undefined"},
	{"wrong type", `Employees.Name.Eq(3)`, "cannot use 3"},
	{"wrong number type", `Employees.Salary.Gt("much")`, `cannot use "much"`},
	{"condition on another model", `orm.From[Employee](db).Where(Departments.Name.Eq("IT"))`, "orm.ConditionOf[*Department]) as orm.Condition[Employee]"},
	{"order of another model", `orm.From[Employee](db).OrderBy(Departments.Name.Asc())`, "orm.OrderOf[*Department]) as orm.Order[Employee]"},
	{"relation of another model", `orm.From[Employee](db).With(Departments.Head)`, "as orm.Prefetch[Employee] value"},
	{"condition on the wrong side of a relation", `Employees.Department.Has(Employees.Name.Eq("Ann"))`, "orm.ConditionOf[*Employee]) as orm.ConditionOf[*Department]"},
	{"compared with nil", `Employees.Joined.Eq(nil)`, "cannot use nil"},
	{"text compared with nil", `Skills.Notes.Eq(nil)`, "cannot use nil"},
	{"a pointer for a value", `Employees.Joined.Le(new(time.Time))`, "cannot use new(time.Time)"},
	{"IsNull of a column that is never NULL", `Employees.Name.IsNull()`, "IsNull undefined"},
	{"SetNull of a column that is never NULL", `Employees.Salary.SetNull()`, "SetNull undefined"},
	{"incrementing a text", `Employees.Name.Increment("x")`, "Increment undefined"},
	{"searching in a number", `Employees.Salary.Contains("3")`, "Contains undefined"},
	{"assignment of another model", `orm.From[Employee](db).Update(ctx, Departments.Name.Set("x"))`, "orm.AssignmentOf[*Department]) as orm.Assignment[Employee]"},
	{"update of a field of another model", `orm.Update(ctx, db, &Employee{}, Departments.Name)`, "Field[Employee]"},
	{"relating the wrong model", `Employees.Skills.Add(ctx, db, &Employee{}, &Department{})`, "*Department"},
	{"columns of different types compared", `orm.Eq(Employees.Name, Employees.Salary)`, "Employees.Salary"},
	{"columns of different models compared", `orm.Eq(Employees.Name, Departments.Name)`, "Departments.Name"},
	{"computing with a text", `orm.Add(Employees.Name, Employees.Name)`, "string does not satisfy orm.Numeric"},
	{"the lower case of a number", `orm.Lower(Employees.Salary)`, "does not satisfy ~string"},
	{"selecting from another model", `orm.Select[string](orm.From[Employee](db), Departments.Name)`, "Departments.Name"},
	{"a selection of another type", `orm.In(Employees.Name, orm.Select[int64](orm.From[Employee](db), Employees.ID))`, "Selection[int64]"},
	{"setting what is computed", `orm.Lower(Employees.Name).Set("x")`, "Set undefined"},
	{"setting to another type", `Employees.Name.SetTo(Employees.Salary)`, "Employees.Salary"},
	{"the wrong side of a relation", `orm.Via(Employees.Department, Employees.Name)`, "Employees.Name"},
	{"a reference to another model", `Employee{Department: orm.RefTo[Skill](1)}`, "as orm.Ref[Department] value"},
	{"a condition of another model in a variable", `func(orm.Condition[Skill]) {}(Employees.Name.Eq("Ann"))`, "as orm.Condition[Skill] value"},
	{"a query of another model", `func(*orm.Query[Skill]) {}(orm.From[Employee](db))`, "as *orm.Query[Skill] value"},
	{"computing with a value of another type", `orm.Calc(Employees.Salary).Add("1")`, `cannot use "1"`},
	{"a key of the wrong type", `Employees.Department.Eq("IT")`, `cannot use "IT"`},
}

const around = `package hr

import (
	"context"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/orm"
)

var _ = time.Now
var _ orm.Declaration

func snippet(ctx context.Context, db *database.DB) {
	_, _ = func() (any, any) { %s return nil, nil }()
}
`

// TestWhatMustNotCompile adds each snippet to the package of the models and
// expects the compiler's refusal; the first, empty one must compile.
func TestWhatMustNotCompile(t *testing.T) {
	t.Parallel()
	check := func(code string) []packages.Error {
		file, err := filepath.Abs(filepath.Join("..", "..", "examples", "hr", "snippet.go"))
		if err != nil {
			t.Fatal(err)
		}
		pkgs, err := packages.Load(&packages.Config{
			Mode:    packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedImports | packages.NeedTypes | packages.NeedSyntax | packages.NeedTypesInfo,
			Dir:     filepath.Dir(file),
			Overlay: map[string][]byte{file: fmt.Appendf(nil, around, code)},
		}, ".")
		if err != nil || len(pkgs) != 1 {
			t.Fatalf("load: %d packages, %v", len(pkgs), err)
		}
		return pkgs[0].Errors
	}
	if errs := check(""); len(errs) > 0 {
		t.Fatalf("the file without a snippet does not compile: %v", errs)
	}
	// All at once: the compiler reports each, and one load serves for all.
	var code strings.Builder
	for _, r := range refusals {
		fmt.Fprintf(&code, "\n\tfunc(...any) {}(%s)\n", r.code)
	}
	errs := check(code.String())
	text := ""
	for _, e := range errs {
		text += e.Pos + ": " + e.Msg + "\n"
	}
	for i, r := range refusals {
		line := strings.Count(around[:strings.Index(around, "%s")], "\n") + 2 + 2*i
		found := false
		for _, e := range errs {
			if strings.Contains(e.Pos, fmt.Sprintf("snippet.go:%d:", line)) && strings.Contains(e.Msg, r.want) {
				found = true
			}
		}
		if !found {
			t.Errorf("%s: %s (line %d) was not refused with %q", r.name, r.code, line, r.want)
		}
	}
	if t.Failed() {
		t.Log(text)
	}
}
