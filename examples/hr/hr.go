// Package hr has the models of a personnel department: the example that the
// tests, examples and benchmarks of the data layer share.
package hr

import (
	"time"

	"github.com/volaweb/vola/orm"
)

// Department is a part of the firm.
type Department struct {
	ID   int64
	Name string `db:"size=100,unique"`
	// Head leads the department; nobody leads two.
	Head        *orm.Ref[Employee] `db:"unique,on_delete=set_null"`
	Employees   orm.HasMany[Employee]
	Contractors orm.Many[Contractor] `db:"reverse=Departments"`
}

// Employee works for a department.
type Employee struct {
	ID         int64
	Name       string              `db:"size=100,index"`
	Department orm.Ref[Department] // a department with employees cannot be deleted
	Manager    *orm.Ref[Employee]  `db:"on_delete=set_null"`
	Joined     *time.Time          `db:"index"`
	Salary     int64
	Remote     bool
	Skills     orm.Many[Skill]
	Reports    orm.HasMany[Employee]
	Leaves     orm.HasMany[Leave]
	History    orm.HasOne[History]
	Projects   orm.Many[Project] `db:"through=Assignment"`
	Stamped
}

// Stamped is embedded in models that keep the times of their changes.
type Stamped struct {
	Created time.Time `db:"auto_now_add"`
	Changed time.Time `db:"auto_now"`
}

// History is what is known of an employee from before: one row for each.
//
//vola:plural Histories
type History struct {
	ID       int64
	Employee orm.Ref[Employee] `db:"unique,on_delete=cascade"`
	Married  bool
}

// Leave is a time that an employee is away.
type Leave struct {
	ID       int64
	Employee orm.Ref[Employee] `db:"on_delete=cascade"`
	Start    time.Time         `db:"index"`
}

// Contractor works for departments without being employed.
type Contractor struct {
	ID          int64
	Name        string `db:"size=100"`
	Departments orm.Many[Department]
}

// Project is work that employees are assigned to.
type Project struct {
	ID   int64
	Name string `db:"size=100,unique"`
}

// Assignment is an employee's part in a project.
type Assignment struct {
	ID       int64
	Employee orm.Ref[Employee] `db:"on_delete=cascade"`
	Project  orm.Ref[Project]  `db:"on_delete=cascade"`
	Hours    int64
}

// Grade is how well someone is known to do something.
type Grade string

// Skill is something that employees can do.
type Skill struct {
	ID    int64
	Name  string `db:"size=50,unique"`
	Grade Grade  `db:"size=10"`
	Notes *string
}

// Models returns the declarations of all models.
func Models() []orm.Declaration {
	return []orm.Declaration{
		orm.Model[Department](), orm.Model[Employee](), orm.Model[History](), orm.Model[Leave](),
		orm.Model[Contractor](), orm.Model[Project](), orm.Model[Assignment](), orm.Model[Skill](),
	}
}
