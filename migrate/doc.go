// Package migrate changes the tables of a database step by step, forward and
// back, the same way on SQLite and PostgreSQL.
//
// A migration is a Go value that holds operations:
//
//	var m0002PostSubtitle = migrate.Migration{
//		Name:    "0002_post_subtitle",
//		Depends: []migrate.Ref{{Module: "blog", Name: "0001_initial"}},
//		Operations: []migrate.Operation{
//			migrate.AddColumn{
//				Table:  "blog_post",
//				Column: schema.Column{Name: "subtitle", Type: schema.Type{Kind: schema.Text, Size: 200}, Null: true},
//			},
//		},
//	}
//
// The migrations of all modules are joined by [NewGraph], which knows without
// a database what the tables look like after each of them. [Make] compares
// that with what the models want and writes the next migration. A [Runner]
// applies migrations to a database, each in one transaction together with the
// record that it was applied, so that a program that is killed leaves no
// migration half done.
//
// What is recorded is a hash of what the migration does. One that was changed
// after it had been applied is found out.
package migrate
