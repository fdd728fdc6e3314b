// Package compiled_test asks the compiler: what it refuses of code on models, and how
// much it has to do for them. It is apart from the tests of package orm, which take
// long enough.
package compiled_test
