package orm_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	. "github.com/volaweb/vola/examples/hr"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/orm"
)

// TestForeignKeyErrorsOfSQLiteNameTheField: SQLite says only that some foreign
// key failed; the error says which field it is, and which way it points.
func TestForeignKeyErrorsOfSQLiteNameTheField(t *testing.T) {
	t.Parallel()
	db := databasetest.SQLite(t)
	open(t, db)
	_, it, ann := seed(t, db)
	ctx := t.Context()
	in := orm.Ref[Department]{ID: it.ID}
	nowhere := ann
	nowhere.Department.ID = 999
	_, deleteAll := orm.From[Department](db).Where(Departments.Name.HasPrefix("I")).Delete(ctx)
	_, set := orm.From[Employee](db).Where(Employees.ID.Eq(ann.ID)).Update(ctx, Employees.Department.Set(999))
	for _, tt := range []struct {
		name string
		err  error
		want string
	}{
		{"unset", orm.Create(ctx, db, &Employee{Name: "x"}), "hr.Employee.Department is not set: create hr.Employee: "},
		{"pointer to an unset one", orm.Create(ctx, db, &Employee{Name: "x", Department: in, Manager: &orm.Ref[Employee]{}}), "hr.Employee.Manager is not set: "},
		{"create", orm.Create(ctx, db, &Employee{Name: "x", Department: in, Manager: &orm.Ref[Employee]{ID: 999}}),
			"hr.Employee.Manager refers to the hr.Employee 999, which does not exist: "},
		{"update", orm.Update(ctx, db, &nowhere, Employees.Department), "hr.Employee.Department refers to the hr.Department 999, which does not exist: "},
		{"save", orm.Save(ctx, db, &nowhere), "hr.Employee.Department refers to the hr.Department 999, "},
		{"many", orm.CreateAll(ctx, db, []Employee{{Name: "y", Department: in}, {Name: "z", Department: orm.Ref[Department]{ID: 998}}}),
			"hr.Employee.Department refers to the hr.Department 998, "},
		{"delete", orm.Delete(ctx, db, &it), "hr.Employee.Department still refers to a row of hr.Department: "},
		{"delete of a query", deleteAll, "hr.Employee.Department still refers to a row of hr.Department: "},
		{"update of a query", set, "a row that is referred to is missing"}, // of what row is not known
	} {
		if tt.err == nil || !strings.Contains(tt.err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, tt.err, tt.want)
		}
		if !errors.Is(tt.err, database.ErrForeignKey) || fault.KindOf(tt.err) != fault.Conflict {
			t.Errorf("%s: %v is no conflict of foreign keys any more", tt.name, tt.err)
		}
	}
	if kept := fmt.Sprint(ann.Department.ID); kept != fmt.Sprint(it.ID) {
		t.Errorf("the row was changed: %s", kept)
	}
}
