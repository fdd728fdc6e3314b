package database

import "github.com/volaweb/vola/schema"

// Alteration is a change of one table that loses no row: what [Editor] turns
// into statements. From and To have the same name; their columns are the same
// ones where they have the same name, and so are indexes and constraints,
// which are otherwise told apart by what they say.
type Alteration struct {
	From, To schema.Table
	// Fills give the values that rows there already get in columns that are
	// new, must have a value now, or change their type.
	Fills []Fill
	// Concurrently builds and drops indexes without keeping writers out. Such
	// statements run outside transactions. SQLite has no such thing and
	// ignores it.
	Concurrently bool
	// NotValid adds foreign keys and checks for rows written from now on, and
	// leaves those there already unread. SQLite ignores it.
	NotValid bool
}

// Fill says where the values of a column come from while a table is altered.
// Both are expressions in the database's own language over the columns of the
// table as it was.
type Fill struct {
	Column string
	// Value is the value of a column that is new, and what takes the place of
	// NULL in one that may no longer be NULL.
	Value string
	// Convert is the new value in every row of a column that changes its type.
	Convert string
}

// Fill returns the fill of the column; the zero value when there is none.
func (a Alteration) Fill(column string) Fill {
	for _, f := range a.Fills {
		if f.Column == column {
			return f
		}
	}
	return Fill{}
}
