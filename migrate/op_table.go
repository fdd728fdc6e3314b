package migrate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/volaweb/vola/schema"
)

// CreateTable makes a table with its indexes and constraints. Undone, it drops
// the table.
type CreateTable struct {
	Table schema.Table
	Safe  string
}

// String says what is done.
func (o CreateTable) String() string { return "create table " + o.Table.Name }

func (o CreateTable) change(s *state) (step, error) {
	if _, ok := s.tables[o.Table.Name]; ok {
		return step{}, fmt.Errorf("the table %q is there already", o.Table.Name)
	}
	t := o.Table.Clone()
	if errs := t.Validate(); len(errs) > 0 {
		return step{}, errs[0]
	}
	for _, f := range t.ForeignKeys {
		if err := s.refers(f, t); err != nil {
			return step{}, err
		}
	}
	s.tables[t.Name], s.owner[t.Name] = t, s.module
	return step{kind: createTable, to: t}, nil
}

// DropTable removes a table and its rows. Undone, it makes the table again,
// without rows. Foreign keys of other tables that refer to it must be dropped
// before.
type DropTable struct {
	Table string // name
	Safe  string
}

// String says what is done.
func (o DropTable) String() string { return "drop table " + o.Table }

func (o DropTable) change(s *state) (step, error) {
	t, err := s.table(o.Table)
	if err != nil {
		return step{}, err
	}
	if refs := s.referring(o.Table); len(refs) > 0 {
		return step{}, fmt.Errorf("the table %q is still referred to, by the foreign key %s; drop that first", o.Table, strings.Join(refs, ", "))
	}
	delete(s.tables, o.Table)
	delete(s.owner, o.Table)
	delete(s.users, o.Table)
	return step{kind: dropTable, from: t}, nil
}

// RenameTable gives a table another name. Foreign keys of other tables follow;
// the names of indexes and constraints stay, see [RenameConstraint].
type RenameTable struct {
	Table string // name before
	To    string
	Safe  string
}

// String says what is done.
func (o RenameTable) String() string { return "rename table " + o.Table + " to " + o.To }

func (o RenameTable) change(s *state) (step, error) {
	t, err := s.table(o.Table)
	if err != nil {
		return step{}, err
	}
	if _, ok := s.tables[o.To]; ok || o.To == "" {
		return step{}, fmt.Errorf("the table cannot be called %q: there is one, or the name is empty", o.To)
	}
	owner, users := s.owner[o.Table], s.users[o.Table]
	delete(s.tables, o.Table)
	delete(s.owner, o.Table)
	delete(s.users, o.Table)
	t.Name = o.To
	s.tables[o.To], s.owner[o.To], s.users[o.To] = t, owner, users
	s.redirect(func(f *schema.ForeignKey) {
		if f.RefTable == o.Table {
			f.RefTable = o.To
		}
	})
	return step{kind: renameTable, table: o.Table, old: o.Table, new: o.To}, nil
}

// redirect changes foreign keys of all tables.
func (s *state) redirect(change func(*schema.ForeignKey)) {
	for name, t := range s.tables {
		if len(t.ForeignKeys) == 0 {
			continue
		}
		t = t.Clone()
		for i := range t.ForeignKeys {
			change(&t.ForeignKeys[i])
		}
		s.tables[name] = t
	}
}

// RenameConstraint gives an index or a constraint of a table another name.
type RenameConstraint struct {
	Table string
	Name  string // before
	To    string
	Safe  string
}

// String says what is done.
func (o RenameConstraint) String() string {
	return "rename " + o.Name + " of " + o.Table + " to " + o.To
}

func (o RenameConstraint) change(s *state) (step, error) {
	from, err := s.table(o.Table)
	if err != nil {
		return step{}, err
	}
	to := from.Clone()
	names := constraintNames(&to)
	i := slices.IndexFunc(names, func(n *string) bool { return *n == o.Name })
	if i < 0 {
		return step{}, fmt.Errorf("the table %q has no index or constraint %q", o.Table, o.Name)
	}
	*names[i] = o.To
	return s.alter(from, to, nil, nil)
}

// constraintNames returns where the names of the indexes and constraints are.
func constraintNames(t *schema.Table) []*string {
	var out []*string
	for i := range t.Uniques {
		out = append(out, &t.Uniques[i].Name)
	}
	for i := range t.Indexes {
		out = append(out, &t.Indexes[i].Name)
	}
	for i := range t.ForeignKeys {
		out = append(out, &t.ForeignKeys[i].Name)
	}
	for i := range t.Checks {
		out = append(out, &t.Checks[i].Name)
	}
	return out
}
