package snippets_test

import (
	"fmt"
	"testing/fstest"

	"github.com/volaweb/vola/internal/snippets"
)

func ExampleQuote() {
	source := fstest.MapFS{"hello.go": {Data: []byte("package main\n\nfunc main() {\n\t// snippet: greet\n\tprintln(\"hello\")\n\t// end snippet\n}\n")}}
	document := "To greet:\n\n```go hello.go#greet\nfmt.Println()\n```\n"

	r := snippets.Quote(source, "doc.md", []byte(document))
	fmt.Println(r.Stale[0])
	fmt.Print(string(r.Text))
	// Output:
	// doc.md:3: the block is not what hello.go#greet says now
	// To greet:
	//
	// ```go hello.go#greet
	// println("hello")
	// ```
}
