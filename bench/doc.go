// Package bench measures Vola against its peers. It is a module of its own so
// that no peer enters the module that sites import. Run it with
//
//	go test -bench . -benchmem
//
// Beside the time that passed, benchmarks report the processor time of the
// process as cpu-ns/op, which other work on the machine disturbs less.
package bench
