package migrate_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/schema"
)

// personnel1 and personnel2 are the two stages of a personnel department's
// tables: in the second, employees have managers and leaves, and departments
// have a head, so that the two refer to each other.
func personnel1() schema.Schema {
	department := table("hr_department", text("name", 100))
	department.Uniques = []schema.Unique{unique("hr_department", "name")}
	employee := table("hr_employee", text("name", 100), number("department_id"))
	employee.ForeignKeys = []schema.ForeignKey{foreignKey("hr_employee", "department_id", "hr_department", schema.Restrict)}
	employee.Indexes = []schema.Index{index("hr_employee", "department_id")}
	history := table("hr_history", number("employee_id"), schema.Column{Name: "married", Type: schema.Type{Kind: schema.Bool}})
	history.ForeignKeys = []schema.ForeignKey{foreignKey("hr_history", "employee_id", "hr_employee", schema.Cascade)}
	history.Uniques = []schema.Unique{unique("hr_history", "employee_id")}
	contractor := table("hr_contractor", text("name", 100))
	pairs := table("hr_contractor_departments", number("contractor_id"), number("department_id"))
	pairs.ForeignKeys = []schema.ForeignKey{
		foreignKey("hr_contractor_departments", "contractor_id", "hr_contractor", schema.Cascade),
		foreignKey("hr_contractor_departments", "department_id", "hr_department", schema.Cascade),
	}
	pairs.Uniques = []schema.Unique{unique("hr_contractor_departments", "contractor_id", "department_id")}
	return schema.Schema{Tables: []schema.Table{department, employee, history, contractor, pairs}}
}

func personnel2() schema.Schema {
	s := personnel1()
	department, employee := &s.Tables[0], &s.Tables[1]
	department.Columns = append(department.Columns, null(number("head_id")))
	department.ForeignKeys = append(department.ForeignKeys, foreignKey("hr_department", "head_id", "hr_employee", schema.SetNull))
	department.Uniques = append(department.Uniques, unique("hr_department", "head_id"))
	employee.Columns = append(employee.Columns, null(number("manager_id")))
	employee.ForeignKeys = append(employee.ForeignKeys, foreignKey("hr_employee", "manager_id", "hr_employee", schema.SetNull))
	employee.Indexes = append(employee.Indexes, index("hr_employee", "manager_id"))
	leave := table("hr_leave", number("employee_id"), schema.Column{Name: "day", Type: schema.Type{Kind: schema.Date}})
	leave.ForeignKeys = []schema.ForeignKey{foreignKey("hr_leave", "employee_id", "hr_employee", schema.Cascade)}
	s.Tables = append(s.Tables, leave)
	return s
}

// personnel makes the migrations for both stages.
func personnel(t testing.TB) migrate.Group {
	t.Helper()
	group := migrate.Group{Module: "hr"}
	for _, stage := range []schema.Schema{personnel1(), personnel2()} {
		changes, err := migrate.Make(graph(t, group), map[string]schema.Schema{"hr": stage}, migrate.MakeOptions{})
		if err != nil || len(changes) != 1 {
			t.Fatalf("Make = %v, %v", changes, err)
		}
		group.Migrations = append(group.Migrations, *changes[0].Migration)
	}
	return group
}

func fillPersonnel(t testing.TB, db *database.DB) {
	for _, q := range []string{
		"INSERT INTO hr_department (name) VALUES ('Research'), ('Sales')",
		"INSERT INTO hr_employee (name, department_id) VALUES ('Ann', 1), ('Bob', 1), ('Cid', 2)",
		"INSERT INTO hr_history (employee_id, married) VALUES (1, true), (2, false)",
		"INSERT INTO hr_contractor (name) VALUES ('Dee')",
		"INSERT INTO hr_contractor_departments (contractor_id, department_id) VALUES (1, 1), (1, 2)",
	} {
		exec(t, db, q)
	}
}

func TestPersonnelFromStageOneToTwoAndBack(t *testing.T) {
	t.Parallel()
	group := personnel(t)
	counts := `SELECT (SELECT count(*) FROM hr_department) || ' ' || (SELECT count(*) FROM hr_employee) || ' ' || (SELECT count(*) FROM hr_history) || ' ' ||
		(SELECT count(*) FROM hr_contractor) || ' ' || (SELECT count(*) FROM hr_contractor_departments)`
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		r := runner(t, db, graph(t, group))
		apply(t, r, migrate.Target{Module: "hr", Name: "0001"})
		fillPersonnel(t, db)
		before := tables(t, db)
		apply(t, r, migrate.Target{})
		exec(t, db, "UPDATE hr_employee SET manager_id = 1 WHERE id > 1")
		exec(t, db, "UPDATE hr_department SET head_id = 1 WHERE id = 1")
		exec(t, db, "INSERT INTO hr_leave (employee_id, day) VALUES (2, '2010-01-18')")
		if _, err := db.Exec(t.Context(), "UPDATE hr_department SET head_id = 1 WHERE id = 2"); err == nil {
			t.Error("one employee is the head of two departments")
		}
		want(t, db, counts, "2 3 2 1 2")
		apply(t, r, migrate.Target{Module: "hr", Name: "0001"})
		want(t, db, counts, "2 3 2 1 2")
		if diff := cmp.Diff(before, tables(t, db)); diff != "" {
			t.Errorf("after going back (-want +got)\n%s", diff)
		}
		apply(t, r, migrate.Target{})
		want(t, db, counts, "2 3 2 1 2")
		apply(t, r, migrate.Target{Module: "hr", Name: "zero"})
		if names, err := db.Dialect().Editor().Tables(t.Context(), db); err != nil || len(names) != 1 {
			t.Errorf("at zero there is %v, %v", names, err)
		}
	})
}

func TestVerify(t *testing.T) {
	t.Parallel()
	group := personnel(t)
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		r := runner(t, db, graph(t, group))
		apply(t, r, migrate.Target{Module: "hr", Name: "0001"})
		fillPersonnel(t, db)
		copied := func() *database.DB {
			if db.Dialect().Name() == "postgres" {
				return databasetest.Postgres(t)
			}
			path := filepath.Join(t.TempDir(), "copy.db")
			exec(t, db, "VACUUM INTO '"+path+"'")
			c, err := database.Open(t.Context(), database.Config{URL: "sqlite:" + path, Drivers: databasetest.Drivers()})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { c.Close() })
			return c
		}
		scratch := copied()
		if err := migrate.Verify(t.Context(), r, scratch); err != nil {
			t.Errorf("good migrations: %v", err)
		}
		want(t, scratch, "SELECT name FROM hr_employee ORDER BY id", "Ann", "Bob", "Cid")
		if pending, err := r.Pending(t.Context()); err != nil || len(pending) != 1 {
			t.Errorf("the database itself was changed: %v, %v", pending, err)
		}
		bad := group
		bad.Migrations = append(bad.Migrations[:2:2], after("hr", bad.Migrations[1].Name, "0003_bad", migrate.RunGo{
			Name: "delete a row",
			Up: func(ctx context.Context, tx *database.Tx) error {
				_, err := tx.Exec(ctx, "DELETE FROM hr_contractor")
				return err
			},
			Down: migrate.Nothing,
		}))
		err := migrate.Verify(t.Context(), runner(t, db, graph(t, bad)), copied())
		if err == nil || !strings.Contains(err.Error(), "table hr_contractor_departments has 0 rows and had 2") {
			t.Errorf("a migration that loses a row: %v", err)
		}
	})
}
