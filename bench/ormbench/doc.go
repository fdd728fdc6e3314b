// Ormbench measures Vola's ORM against SQL by hand and against other ORMs, and
// writes the tables and charts of docs/benchmarks:
//
//	go run ./ormbench -write ../docs/benchmarks
//
// PostgreSQL is measured when VOLA_TEST_POSTGRES holds the URL of a server on
// which databases may be made.
//
// The operations of all peers are measured in turn, in many short rounds of one
// run, so that whatever else the machine does meets all of them. What counts is
// the processor time of the process, the collection of garbage included (on
// PostgreSQL that of the client alone), and the number of allocations. Every
// peer has a database of its own, a copy of the same one. Before an operation is
// measured its result is compared: a peer that returns or stores something else
// ends the run.
package main
