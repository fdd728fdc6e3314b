// Command nethttp is the programs of bench/pages that use the standard library alone, and
// nothing else, so that its memory can be measured.
package main

import (
	"github.com/volaweb/vola/bench/pagepeers"
)

func main() { pagepeers.Main(pagepeers.Standard()) }
