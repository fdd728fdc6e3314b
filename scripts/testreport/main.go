// Testreport reads the output of "go test -json" on its standard input and
// prints a short account of it; scripts/test.sh is what runs it. Its exit
// status is 1 when the tests have not done what they should.
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/volaweb/vola/internal/testreport"
)

func main() {
	var config testreport.Config
	flag.BoolVar(&config.Strict, "strict", false, "take a skipped test, or something missing, for a failure")
	flag.Func("ran", "what the tests are run `with`; may be repeated", appendTo(&config.Ran))
	flag.Func("missing", "what the tests cannot be run with, and `why`; may be repeated", appendTo(&config.Missing))
	flag.Parse()
	if _, err := testreport.Write(os.Stdout, os.Stdin, config); err != nil {
		fmt.Fprintln(os.Stderr, "test:", err)
		os.Exit(1)
	}
}

func appendTo(list *[]string) func(string) error {
	return func(value string) error {
		*list = append(*list, value)
		return nil
	}
}
