package migrate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/volaweb/vola/schema"
)

// AddIndex builds an index. Undone, it drops the index.
type AddIndex struct {
	Table string
	Index schema.Index
	// Concurrently builds the index on PostgreSQL without keeping writers out;
	// the migration must be NonAtomic.
	Concurrently bool
	Safe         string
}

// String says what is done.
func (o AddIndex) String() string { return "add index " + o.Index.Name + " on " + o.Table }

func (o AddIndex) change(s *state) (step, error) {
	st, err := s.add(o.Table, o.Index.Name, func(t *schema.Table) { t.Indexes = append(t.Indexes, o.Index) })
	st.concurrently = o.Concurrently
	return st, err
}

// DropIndex drops an index. Undone, it builds it again.
type DropIndex struct {
	Table string
	Index string // name
	// Concurrently drops the index on PostgreSQL without keeping writers out;
	// the migration must be NonAtomic.
	Concurrently bool
	Safe         string
}

// String says what is done.
func (o DropIndex) String() string { return "drop index " + o.Index + " of " + o.Table }

func (o DropIndex) change(s *state) (step, error) {
	st, err := s.drop(o.Table, "index", o.Index, func(t *schema.Table) int {
		n := len(t.Indexes)
		t.Indexes = slices.DeleteFunc(t.Indexes, func(x schema.Index) bool { return x.Name == o.Index })
		return n - len(t.Indexes)
	})
	st.concurrently = o.Concurrently
	return st, err
}

// AddUnique adds a constraint that no two rows have the same values in some
// columns. Undone, it drops the constraint.
type AddUnique struct {
	Table  string
	Unique schema.Unique
	Safe   string
}

// String says what is done.
func (o AddUnique) String() string {
	return "add unique constraint " + o.Unique.Name + " to " + o.Table
}

func (o AddUnique) change(s *state) (step, error) {
	return s.add(o.Table, o.Unique.Name, func(t *schema.Table) { t.Uniques = append(t.Uniques, o.Unique) })
}

// DropUnique drops a unique constraint. Undone, it adds it again.
type DropUnique struct {
	Table  string
	Unique string // name
	Safe   string
}

// String says what is done.
func (o DropUnique) String() string { return "drop unique constraint " + o.Unique + " of " + o.Table }

func (o DropUnique) change(s *state) (step, error) {
	return s.drop(o.Table, "unique constraint", o.Unique, func(t *schema.Table) int {
		n := len(t.Uniques)
		t.Uniques = slices.DeleteFunc(t.Uniques, func(u schema.Unique) bool { return u.Name == o.Unique })
		return n - len(t.Uniques)
	})
}

// AddCheck adds a condition that every row fulfils. Undone, it drops the
// condition.
type AddCheck struct {
	Table string
	Check schema.Check
	// NotValid leaves the rows there already unread on PostgreSQL; they are
	// checked by [Validate] in a later migration.
	NotValid bool
	Safe     string
}

// String says what is done.
func (o AddCheck) String() string { return "add check " + o.Check.Name + " to " + o.Table }

func (o AddCheck) change(s *state) (step, error) {
	st, err := s.add(o.Table, o.Check.Name, func(t *schema.Table) { t.Checks = append(t.Checks, o.Check) })
	st.notValid = o.NotValid
	return st, err
}

// DropCheck drops a check. Undone, it adds it again.
type DropCheck struct {
	Table string
	Check string // name
	Safe  string
}

// String says what is done.
func (o DropCheck) String() string { return "drop check " + o.Check + " of " + o.Table }

func (o DropCheck) change(s *state) (step, error) {
	return s.drop(o.Table, "check", o.Check, func(t *schema.Table) int {
		n := len(t.Checks)
		t.Checks = slices.DeleteFunc(t.Checks, func(c schema.Check) bool { return c.Name == o.Check })
		return n - len(t.Checks)
	})
}

// AddForeignKey makes columns refer to rows of another table. Undone, it drops
// the constraint.
type AddForeignKey struct {
	Table      string
	ForeignKey schema.ForeignKey
	// NotValid leaves the rows there already unread on PostgreSQL; they are
	// checked by [Validate] in a later migration.
	NotValid bool
	Safe     string
}

// String says what is done.
func (o AddForeignKey) String() string {
	return "add foreign key " + o.ForeignKey.Name + " to " + o.Table
}

func (o AddForeignKey) change(s *state) (step, error) {
	st, err := s.add(o.Table, o.ForeignKey.Name, func(t *schema.Table) { t.ForeignKeys = append(t.ForeignKeys, o.ForeignKey) })
	st.notValid = o.NotValid
	return st, err
}

// DropForeignKey drops a foreign key; the columns stay. Undone, it adds it
// again.
type DropForeignKey struct {
	Table      string
	ForeignKey string // name
	Safe       string
}

// String says what is done.
func (o DropForeignKey) String() string {
	return "drop foreign key " + o.ForeignKey + " of " + o.Table
}

func (o DropForeignKey) change(s *state) (step, error) {
	return s.drop(o.Table, "foreign key", o.ForeignKey, func(t *schema.Table) int {
		n := len(t.ForeignKeys)
		t.ForeignKeys = slices.DeleteFunc(t.ForeignKeys, func(f schema.ForeignKey) bool { return f.Name == o.ForeignKey })
		return n - len(t.ForeignKeys)
	})
}

// AlterPrimaryKey makes other columns the primary key of a table.
type AlterPrimaryKey struct {
	Table   string
	Columns []string
	Safe    string
}

// String says what is done.
func (o AlterPrimaryKey) String() string {
	return "make " + strings.Join(o.Columns, ", ") + " the primary key of " + o.Table
}

func (o AlterPrimaryKey) change(s *state) (step, error) {
	from, err := s.table(o.Table)
	if err != nil {
		return step{}, err
	}
	to := from.Clone()
	to.PrimaryKey = slices.Clone(o.Columns)
	return s.alter(from, to, nil, nil)
}

// Validate checks the rows of a table against a foreign key or check that was
// added with NotValid, on PostgreSQL. It keeps no writer out. SQLite has done
// so already. Undone, it does nothing.
type Validate struct {
	Table      string
	Constraint string // name
}

// String says what is done.
func (o Validate) String() string { return "validate " + o.Constraint + " of " + o.Table }

func (o Validate) change(s *state) (step, error) {
	t, err := s.table(o.Table)
	if err != nil {
		return step{}, err
	}
	_, isForeignKey := t.ForeignKey(o.Constraint)
	_, isCheck := t.Check(o.Constraint)
	if !isForeignKey && !isCheck {
		return step{}, fmt.Errorf("the table %q has no foreign key or check %q", o.Table, o.Constraint)
	}
	return step{kind: validate, table: o.Table, new: o.Constraint}, nil
}

// add changes a table by what brings an index or constraint.
func (s *state) add(table, name string, change func(*schema.Table)) (step, error) {
	from, err := s.table(table)
	if err != nil {
		return step{}, err
	}
	if name == "" {
		return step{}, fmt.Errorf("an index or constraint of %s has no name", table)
	}
	for _, n := range constraintNames(&from) {
		if *n == name {
			return step{}, fmt.Errorf("the table %q has an index or constraint %q already", table, name)
		}
	}
	to := from.Clone()
	change(&to)
	return s.alter(from, to.Clone(), nil, nil)
}

// drop changes a table by what takes one index or constraint away.
func (s *state) drop(table, what, name string, change func(*schema.Table) (dropped int)) (step, error) {
	from, err := s.table(table)
	if err != nil {
		return step{}, err
	}
	to := from.Clone()
	if change(&to) == 0 {
		return step{}, fmt.Errorf("the table %q has no %s %q", table, what, name)
	}
	return s.alter(from, to, nil, nil)
}
