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
	s.freed[o.Table] = s.module
	s.free(t, schema.Table{})
	return step{kind: dropTable, from: t}, nil
}

// RenameTable gives a table another name; its rows stay. Foreign keys of other
// tables follow; the names of indexes and constraints stay, see
// [RenameConstraint].
type RenameTable struct {
	Table string // name before
	To    string
	// From is the module whose table it was, where the migration's own module
	// takes it over; To may be the same name then. Defaults to the table staying
	// with its module. Undone, it is given back.
	From string
	Safe string
}

// String says what is done.
func (o RenameTable) String() string {
	switch {
	case o.From == "":
		return "rename table " + o.Table + " to " + o.To
	case o.Table == o.To:
		return "take over table " + o.Table + " of module " + o.From
	}
	return "take over table " + o.Table + " of module " + o.From + " as " + o.To
}

func (o RenameTable) change(s *state) (step, error) {
	owner := s.owner[o.Table]
	if o.From != "" {
		if _, ok := s.tables[o.Table]; ok && (owner != o.From || o.From == s.module) {
			return step{}, fmt.Errorf("the table %q cannot be taken over from module %s: it is one of module %s", o.Table, o.From, owner)
		}
		owner = s.module
	}
	if o.From == "" || o.Table != o.To {
		return s.renameTable(o.Table, o.To, owner)
	}
	t, err := s.table(o.Table)
	if err != nil {
		return step{}, err
	}
	s.owner[o.Table] = owner
	s.takeOver(t)
	return step{kind: nothing}, nil
}

// renameTable gives a table another name, and perhaps another module.
func (s *state) renameTable(table, to, owner string) (step, error) {
	t, err := s.table(table)
	if err != nil {
		return step{}, err
	}
	if _, ok := s.tables[to]; ok || to == "" {
		return step{}, fmt.Errorf("the table cannot be called %q: there is one, or the name is empty", to)
	}
	users := s.users[table]
	delete(s.tables, table)
	delete(s.owner, table)
	delete(s.users, table)
	t.Name = to
	s.tables[to], s.owner[to], s.users[to] = t, owner, users
	s.freed[table] = s.module
	s.takeOver(t)
	s.redirect(func(f *schema.ForeignKey) {
		if f.RefTable == table {
			f.RefTable = to
		}
	})
	return step{kind: renameTable, table: table, old: table, new: to}, nil
}

// takeOver notes that the module refers to what the table refers to: whether
// that goes on is its business now.
func (s *state) takeOver(t schema.Table) {
	for _, f := range t.ForeignKeys {
		if !slices.Contains(s.users[f.RefTable], s.module) {
			s.users[f.RefTable] = append(s.users[f.RefTable], s.module)
		}
	}
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
