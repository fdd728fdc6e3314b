// Package ormpeers does the same work on the same tables in several ways: with
// Vola's ORM, with SQL by hand, and with the ORMs that others wrote. Each way
// is a [Peer]; package ormbench measures them.
package ormpeers
