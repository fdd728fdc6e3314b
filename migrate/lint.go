package migrate

import (
	"fmt"
	"slices"
)

// Finding is something in a migration that a person should think about before
// it meets a database in use.
type Finding struct {
	Migration Ref
	Operation int // its index in the migration
	// Text says what may go wrong, and what to do instead.
	Text string
}

// String returns the finding as one line.
func (f Finding) String() string {
	return fmt.Sprintf("%s, operation %d: %s", f.Migration, f.Operation+1, f.Text)
}

// Lint returns what is risky in a migration: operations that keep others from
// a big table or write all of it, that lose values, that a program of the
// version before does not survive, or that cannot be undone. Tables that the
// migration itself makes are empty, and nothing is said of them. An operation
// with a reason in its field Safe is passed over.
func Lint(m *Migration) []Finding {
	var fresh []string // tables and columns made by the migration
	var out []Finding
	data, tables := -1, false
	for i, op := range m.Operations {
		text, safe := risk(op, fresh)
		switch o := op.(type) {
		case CreateTable:
			fresh = append(fresh, o.Table.Name)
		case AddColumn:
			if o.Column.Null && o.Backfill.IsZero() {
				fresh = append(fresh, o.Table+"."+o.Column.Name)
			}
			tables = tables || !slices.Contains(fresh, o.Table)
		case RunSQL, RunGo:
			data = i
		default:
			tables = true
		}
		if text != "" && safe == "" {
			out = append(out, Finding{m.Ref(), i, op.String() + ": " + text})
		}
	}
	if data >= 0 && tables && !m.NonAtomic {
		if _, safe := risk(m.Operations[data], nil); safe == "" {
			out = append(out, Finding{m.Ref(), data, m.Operations[data].String() + ": tables are changed in the same transaction, and others wait for them until the rows are written; put the data into a migration of its own"})
		}
	}
	return out
}

// risk returns what is risky in an operation, "" when nothing is, and the
// reason why it is to be passed over.
func risk(op Operation, fresh []string) (text, safe string) {
	isFresh := func(names ...string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return slices.Contains(fresh, n) })
	}
	const oldProgram = "a program of the version before, still running while this is applied, fails"
	switch o := op.(type) {
	case DropTable:
		return "the rows are lost, and " + oldProgram + "; drop it one release after the program stopped using it", o.Safe
	case RenameTable:
		if o.Table == o.To {
			return "", o.Safe
		}
		return oldProgram + "; stop the program meanwhile, or leave a view of the old name", o.Safe
	case RenameColumn:
		return oldProgram + "; stop the program meanwhile, or add a column and drop the old one a release later", o.Safe
	case AddColumn:
		if isFresh(o.Table) {
			return "", o.Safe
		}
		return riskOfColumn(o), o.Safe
	case DropColumn:
		if isFresh(o.Table) {
			return "", o.Safe
		}
		return "the values are lost, and " + oldProgram + "; drop it one release after the program stopped using it", o.Safe
	case AlterColumn:
		if isFresh(o.Table) {
			return "", o.Safe
		}
		if o.Column.Generated != "" {
			return "the column is computed again for every row while nobody else can use the table, and values that it held are lost", o.Safe
		}
		return "the table may be read or written as a whole while nobody else can use it; on a big one, add a new column, fill it in parts and drop the old one later, " +
			"or for NOT NULL first add and validate a check that the column IS NOT NULL", o.Safe
	case AlterPrimaryKey:
		return "the table is locked while an index is built over all rows; on a big one, build a unique index first and change the key while nobody needs the table", o.Safe
	case AddIndex:
		if o.Concurrently || isFresh(o.Table) {
			return "", o.Safe
		}
		return "on PostgreSQL, nobody can write to the table until the index is built; on a big one, put it into a migration of its own with NonAtomic: true, and Concurrently: true here", o.Safe
	case AddUnique:
		if isFresh(o.Table) {
			return "", o.Safe
		}
		return "this fails when two rows have the same values, and on PostgreSQL nobody can use the table until its index is built; look for such rows first", o.Safe
	case AddCheck:
		if o.NotValid || isFresh(o.Table) {
			return "", o.Safe
		}
		return "on PostgreSQL, nobody can use the table while all rows are checked; on a big one, add it with NotValid: true and Validate it in the next migration", o.Safe
	case AddForeignKey:
		if o.NotValid || isFresh(o.Table) || len(o.ForeignKey.Columns) == 1 && isFresh(o.Table+"."+o.ForeignKey.Columns[0]) {
			return "", o.Safe
		}
		return "on PostgreSQL, nobody can write to either table while all rows are checked; on a big one, add it with NotValid: true and Validate it in the next migration", o.Safe
	case RunSQL:
		return riskOfCode(o.Irreversible), o.Safe
	case RunGo:
		return riskOfCode(o.Irreversible), o.Safe
	}
	return "", ""
}

func riskOfCode(irreversible bool) string {
	if irreversible {
		return "it cannot be undone; keep a copy of the database"
	}
	return ""
}

func riskOfColumn(o AddColumn) string {
	c := o.Column
	switch {
	case !o.Backfill.IsZero() && !isConstant(o.Backfill.Postgres):
		return "every row is written while nobody else can use the table; on a big one, add the column without a value, fill it in parts in later migrations and then forbid NULL"
	case c.Generated != "", c.Default.SQL != "" && !isConstant(c.Default.SQL):
		return "every row is written while nobody else can use the table"
	}
	return ""
}
