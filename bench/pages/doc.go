// Pages measures whole pages over HTTP: a small blog, written with Vola, with
// net/http by hand, and with other libraries (see package pagepeers).
//
//	go run ./pages measure -write ../docs/benchmarks/pages.md
//	go run ./pages serve PROGRAM --database URL --addr 127.0.0.1:0
//
// Measure starts each program as a process of its own on a copy of one
// database, compares what they answer, and asks them for each page in turn, in
// many short rounds of one run, so that whatever else the machine does meets
// all of them. What counts is the processor time of the program's process,
// user and system, the garbage collector included, without the client's and on
// PostgreSQL without the server's. A ratio is of two programs in one round.
//
// PostgreSQL is measured when VOLA_TEST_POSTGRES holds the URL of a server on
// which databases may be made. Measure needs Linux: it reads the clocks of
// other processes.
package main
