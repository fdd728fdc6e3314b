package migrate

// Finding is something in a migration that a person should think about before
// it meets a database in use.
type Finding struct {
	Migration Ref
	Operation int // its index in the migration
	// Text says what may go wrong, and what to do instead.
	Text string
}

// String returns the finding as one line.
func (f Finding) String() string { return f.Migration.String() + ": " + f.Text }

// Lint returns what is risky in a migration.
func Lint(m *Migration) []Finding { return nil }
