package routers_test

import (
	"flag"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "copy the program again")

// TestCopy: app.go and page.html are what the program of examples/starving has.
func TestCopy(t *testing.T) {
	t.Parallel()
	const from = "../../examples/starving/"
	for name, change := range map[string]func(string) string{"app.go": asPackage, "page.html": strings.Clone} {
		original := name
		if name == "app.go" {
			original = "main.go"
		}
		want := change(read(t, from+original))
		if *update {
			if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if read(t, name) != want {
			t.Errorf("%s is not as %s%s; copy it with: go test ./routers -run TestCopy -update", name, from, original)
		}
	}
}

// asPackage returns the program without its main function, and what only that imports.
func asPackage(program string) string {
	_, code, _ := strings.Cut(program, "package main\n")
	code, _, _ = strings.Cut(code, "\nfunc main() {")
	for _, name := range []string{"cmp", "log", "os"} {
		code = strings.Replace(code, "\t\""+name+"\"\n", "", 1)
	}
	return "// Code generated from examples/starving/main.go by go test ./routers -run TestCopy -update; DO NOT EDIT.\n\npackage routers\n" + code
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
