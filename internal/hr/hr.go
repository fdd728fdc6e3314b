// Package hr has the models of a small personnel department: the example that
// the tests, examples and benchmarks of the data layer share.
package hr

import (
	"time"

	"github.com/volaweb/vola/orm"
)

// Department is a part of the firm.
type Department struct {
	ID   int64
	Name string `db:"size=100,unique"`
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
	Stamped
}

// Stamped is embedded in models that keep the times of their changes.
type Stamped struct {
	Created time.Time `db:"auto_now_add"`
	Changed time.Time `db:"auto_now"`
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
	return []orm.Declaration{orm.Model[Department](), orm.Model[Employee](), orm.Model[Skill]()}
}
