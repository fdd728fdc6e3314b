package orm_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/sqlite"
	. "github.com/volaweb/vola/examples/hr"
	"github.com/volaweb/vola/orm"
)

// withStaff runs fn on a new database of a personnel department.
func withStaff(fn func(ctx context.Context, db *database.DB) error) {
	err := func() error {
		dir, err := os.MkdirTemp("", "vola")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		ctx := context.Background()
		db, err := database.Open(ctx, database.Config{
			URL: "sqlite:" + filepath.Join(dir, "hr.db"), Create: true, Drivers: []database.Driver{sqlite.Driver},
		})
		if err != nil {
			return err
		}
		defer db.Close()
		models, err := orm.NewModels(orm.Group{Module: "hr", Models: Models()})
		if err != nil {
			return err
		}
		if err := orm.Use(db, models); err != nil {
			return err
		}
		if err := models.CreateTables(ctx, db); err != nil {
			return err
		}
		return fn(ctx, db)
	}()
	if err != nil {
		fmt.Println(err)
	}
}

// Rows are created and changed in a few statements, however many they are.
func ExampleCreateAll() {
	withStaff(func(ctx context.Context, db *database.DB) error {
		skills := []Skill{{Name: "Go"}, {Name: "SQL"}, {Name: "Python"}}
		if err := orm.CreateAll(ctx, db, skills); err != nil {
			return err
		}
		fmt.Println(skills[2].Name, "has the key", skills[2].ID)
		for i := range skills {
			skills[i].Grade = Grade([]string{"expert", "novice", "adept"}[i])
		}
		if err := orm.UpdateAll(ctx, db, skills, Skills.Grade); err != nil {
			return err
		}
		sql, err := orm.From[Skill](db).Where(Skills.Name.Eq("SQL")).Get(ctx)
		fmt.Println(sql.Name, sql.Grade)
		return err
	})
	// Output:
	// Python has the key 3
	// SQL novice
}

// What comes from elsewhere is stored, whether it is there already or not.
func ExampleUpsert() {
	withStaff(func(ctx context.Context, db *database.DB) error {
		// snippet: upsert
		feed := []Skill{{Name: "Go", Grade: "novice"}, {Name: "SQL", Grade: "novice"}}
		created, err := orm.Upsert(ctx, db, feed, orm.OnConflict(Skills.Name).Update(Skills.Grade))
		// end snippet
		if err != nil {
			return err
		}
		fmt.Println(created, "new")
		feed = []Skill{{Name: "SQL", Grade: "expert"}, {Name: "C", Grade: "novice"}}
		created, err = orm.Upsert(ctx, db, feed, orm.OnConflict(Skills.Name).Update(Skills.Grade))
		fmt.Println(created, "new,", feed[0].Name, "has the key", feed[0].ID)
		return err
	})
	// Output:
	// 2 new
	// 1 new, SQL has the key 2
}

// A plan tells what else would go, before anything does.
func ExamplePlanDelete() {
	withStaff(func(ctx context.Context, db *database.DB) error {
		it := Department{Name: "IT"}
		if err := orm.Create(ctx, db, &it); err != nil {
			return err
		}
		staff := []Employee{{ID: 1, Name: "Ann"}, {ID: 2, Name: "Bob", Manager: &orm.Ref[Employee]{ID: 1}}}
		for i := range staff {
			staff[i].Department.ID = it.ID
		}
		if err := orm.CreateAll(ctx, db, staff); err != nil {
			return err
		}
		leaves := []Leave{{Employee: orm.Ref[Employee]{ID: 1}}, {Employee: orm.Ref[Employee]{ID: 1}}}
		if err := orm.CreateAll(ctx, db, leaves); err != nil {
			return err
		}
		// snippet: plan-delete
		plan, err := orm.PlanDelete(ctx, orm.From[Employee](db).Where(Employees.Name.Eq("Ann")))
		if err != nil {
			return err
		}
		fmt.Print(plan)
		// end snippet
		plan, err = orm.PlanDelete(ctx, orm.From[Department](db).Where(Departments.Name.Eq("IT")))
		fmt.Print(plan)
		return err
	})
	// Output:
	// delete 1 hr.Employee
	//   set manager_id to NULL in 1 hr.Employee
	//   delete 2 hr.Leave (employee_id)
	// delete 1 hr.Department
	//   refused by 2 hr.Employee (department_id): key 1, 2
}
