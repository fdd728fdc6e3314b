package migrate

import "slices"

// compatible reports whether a program that does not know the operations can
// work with a database in which they were done: it finds all that it reads, and
// what it writes is taken. Code and SQL of one's own can do anything.
func compatible(ops []Operation) bool {
	var fresh []string // tables and columns that such a program does not know
	for _, op := range ops {
		switch o := op.(type) {
		case CreateTable:
			fresh = append(fresh, o.Table.Name)
			continue
		case AddColumn:
			c := o.Column
			if c.Null || c.Generated != "" || !c.Default.IsZero() {
				if c.Null && c.Default.IsZero() && c.Generated == "" {
					fresh = append(fresh, o.Table+"."+c.Name) // NULL in all rows that the program adds
				}
				continue
			}
		case AddIndex:
			if !o.Index.Unique {
				continue
			}
		case DropIndex, RenameConstraint, Validate:
			continue
		}
		if !onlyFresh(op, fresh) {
			return false
		}
	}
	return true
}

// onlyFresh reports whether the operation changes nothing but a table that is
// new, or constrains nothing but columns that are new and NULL.
func onlyFresh(op Operation, fresh []string) bool {
	table, columns := "", []string(nil)
	switch o := op.(type) {
	case AddColumn:
		table = o.Table
	case AlterColumn:
		table = o.Table
	case AddIndex:
		table = o.Table
	case AddCheck:
		table = o.Table
	case DropCheck:
		table = o.Table
	case AddUnique:
		table, columns = o.Table, o.Unique.Columns
	case DropUnique:
		table = o.Table
	case AddForeignKey:
		table, columns = o.Table, o.ForeignKey.Columns
	case DropForeignKey:
		table = o.Table
	case AlterPrimaryKey:
		table = o.Table
	case DropColumn:
		table = o.Table
	case RenameColumn:
		table = o.Table
	}
	if slices.Contains(fresh, table) {
		return true
	}
	return len(columns) > 0 && !slices.ContainsFunc(columns, func(c string) bool { return !slices.Contains(fresh, table+"."+c) })
}
