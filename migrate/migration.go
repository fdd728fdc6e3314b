package migrate

import (
	"context"

	"github.com/volaweb/vola/database"
)

// Migration is one step in the history of a module's tables.
type Migration struct {
	// Module is the module that the migration belongs to. [NewGraph] fills it
	// in from the [Group]; files leave it out.
	Module string
	// Name is the number and name that the migration is known by, such as
	// "0002_post_subtitle". It must not change once the migration was applied
	// anywhere.
	Name string
	// Depends are the migrations that must be applied before this one: the
	// previous one of the same module, and those of other modules whose tables
	// this one refers to.
	Depends []Ref
	// Operations are what the migration does, in order. Going back undoes
	// them in the opposite order.
	Operations []Operation
	// Replaces are the names of migrations of the same module that this one
	// does the work of, for databases that have none of them. A database that
	// has all of them has this one too.
	Replaces []string
	// NonAtomic runs each operation for itself instead of all in one
	// transaction, and records each. Indexes that PostgreSQL builds
	// concurrently need it. An operation that was not recorded because the
	// program was killed is run again: one that runs SQL or Go must bear that.
	NonAtomic bool
	// Compatible says that a program which does not know the migration, one of
	// the version before, may run on a database that has it: it finds all that
	// it reads, and nothing that it writes is refused. [Make] says so where the
	// operations are all of that kind: new tables, new columns that may be NULL
	// or have a default, indexes that are not unique. Where SQL or Go code is
	// part of it, a person must say so. It is recorded with the migration, again
	// whenever migrations are applied, and is not part of the hash. False keeps
	// programs that do not know the migration from starting.
	Compatible bool
}

// Ref names a migration.
type Ref struct {
	Module string
	Name   string
}

// String returns the name as people write it: "blog.0001_initial".
func (r Ref) String() string { return r.Module + "." + r.Name }

// Ref returns the name of the migration.
func (m *Migration) Ref() Ref { return Ref{m.Module, m.Name} }

// Group is the migrations of one module, in the order in which their list
// names them.
type Group struct {
	Module     string
	Migrations []Migration
}

// SQL is an expression or a statement in the languages of both databases.
// Where one is empty, that database gets none.
type SQL struct {
	SQLite   string
	Postgres string
}

// Same returns SQL that is the same on both databases.
func Same(sql string) SQL { return SQL{SQLite: sql, Postgres: sql} }

// IsZero reports whether there is no SQL for either database.
func (s SQL) IsZero() bool { return s == SQL{} }

// In returns the SQL for the dialect of that name: "sqlite" or "postgres".
func (s SQL) In(dialect string) string {
	if dialect == "postgres" {
		return s.Postgres
	}
	return s.SQLite
}

// Func is what a migration does in Go. It works on the transaction alone, and
// with SQL or its own structs rather than with the models of the program,
// which will have changed when the migration is run in later years.
type Func func(ctx context.Context, tx *database.Tx) error

// Nothing is the way back of a change that needs none.
func Nothing(context.Context, *database.Tx) error { return nil }
