// Command gin is the program of bench/pages with gin and GORM, and
// nothing else, so that its memory can be measured.
package main

import (
	"github.com/volaweb/vola/bench/pagepeers"
	"github.com/volaweb/vola/bench/pagepeers/gingorm"
)

func main() { pagepeers.Main([]pagepeers.Program{gingorm.Program()}) }
