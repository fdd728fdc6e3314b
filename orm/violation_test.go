package orm_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/volaweb/vola/database"
	. "github.com/volaweb/vola/examples/hr"
	"github.com/volaweb/vola/orm"
)

// Both databases say which foreign key was violated, though SQLite does not.
func TestForeignKeyErrorsNameTheConstraint(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		_, it, ann := seed(t, db)
		ctx := t.Context()
		nobody := Employee{Name: "x", Department: orm.Ref[Department]{ID: it.ID}, Manager: &orm.Ref[Employee]{ID: 999}}
		nowhere := ann
		nowhere.Department.ID = 999
		_, deleteAll := orm.From[Department](db).Where(Departments.Name.HasPrefix("I")).Delete(ctx)
		for _, tt := range []struct {
			name          string
			err           error
			table, column string
		}{
			{"create", orm.Create(ctx, db, &nobody), "hr_employee", "manager_id"},
			{"update", orm.Update(ctx, db, &nowhere, Employees.Department), "hr_employee", "department_id"},
			{"delete", orm.Delete(ctx, db, &it), "hr_employee", "department_id"},
			{"delete of a query", deleteAll, "hr_employee", "department_id"},
		} {
			var e *database.Error
			if !errors.As(tt.err, &e) || e.Kind != database.ForeignKey || e.Table != tt.table || e.Constraint == "" {
				t.Errorf("%s: %v", tt.name, tt.err)
				continue
			}
			if db.Dialect().Name() == "sqlite" && (len(e.Columns) != 1 || e.Columns[0] != tt.column) {
				t.Errorf("%s: columns %q, want %s", tt.name, e.Columns, tt.column)
			}
			if !strings.Contains(e.Constraint, "_fk_") {
				t.Errorf("%s: constraint %q", tt.name, e.Constraint)
			}
		}
	})
}
