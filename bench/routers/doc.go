// Package routers mounts one handler of Vola in the routers of other libraries, and shows by its
// tests that the answers are the same bytes, and that a cache before it keeps them. The handler
// is the program of examples/starving, of which app.go and page.html are copies.
//
// What was shown is in docs/benchmarks/routers.md. "make routers" runs the tests with a Varnish.
package routers
