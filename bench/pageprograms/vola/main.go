// Command vola is the site of bench/pages, and
// nothing else, so that its memory can be measured.
package main

import (
	"github.com/volaweb/vola/bench/pagepeers"
	"github.com/volaweb/vola/bench/pagepeers/volablog"
)

func main() { pagepeers.Main(volablog.Programs()) }
