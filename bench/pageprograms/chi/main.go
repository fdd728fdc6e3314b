// Command chi is the program of bench/pages with chi and templ, and
// nothing else, so that its memory can be measured.
package main

import (
	"github.com/volaweb/vola/bench/pagepeers"
	"github.com/volaweb/vola/bench/pagepeers/chitempl"
)

func main() { pagepeers.Main([]pagepeers.Program{chitempl.Program()}) }
