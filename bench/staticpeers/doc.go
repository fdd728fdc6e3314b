// Staticpeers measures static files over HTTP: a site of Vola, nginx, and the FileServer of net/http.
//
//	go run ./staticpeers -write ../docs/benchmarks/static.md
//
// Each is a process of its own on the same folder. They take turns in many short rounds of one run, so that
// whatever else the machine does meets all of them. What counts is the processor time of the processes,
// user and system, without the client's; a ratio is of two of them in one round. It needs Linux, as it
// reads the clocks of other processes, and nginx, from VOLA_TEST_NGINX or the path.
package main
