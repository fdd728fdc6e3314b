// Command echo is the program of bench/pages with echo and bun, and
// nothing else, so that its memory can be measured.
package main

import (
	"github.com/volaweb/vola/bench/pagepeers"
	"github.com/volaweb/vola/bench/pagepeers/echobun"
)

func main() { pagepeers.Main([]pagepeers.Program{echobun.Program()}) }
