// Jobs measures package jobs of Vola against River (github.com/riverqueue/river), and writes the tables of
// docs/benchmarks/jobs.md:
//
//	go run ./jobs measure -write ../docs/benchmarks/jobs.md
//
// PostgreSQL is measured when VOLA_TEST_POSTGRES holds the URL of a server on which databases may be made.
//
// Both do the same work in turn, in rounds of one run, each on a database of its own. What counts is the processor
// time of the process, the collection of garbage included, and on PostgreSQL also that of the server's processes
// for the database, if they run on the same machine.
package main
