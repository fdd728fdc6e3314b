package scaffold

import (
	"fmt"
	"go/token"
	"slices"
	"strings"
)

// CheckSiteName reports why a name cannot be that of a new site: it becomes
// the name of a folder.
func CheckSiteName(name string) error {
	for i, c := range []byte(name) {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if letter || i > 0 && (c >= '0' && c <= '9' || c == '-' || c == '_') {
			continue
		}
		return fmt.Errorf("a site cannot be called %q: a name is a letter, then letters, digits, hyphens and underscores", name)
	}
	if name == "" || len(name) > 50 {
		return fmt.Errorf("a site cannot be called %q: a name has 1 to 50 letters", name)
	}
	return nil
}

// CheckModulePath reports why a path cannot be that of a site's Go module.
func CheckModulePath(path string) error {
	bad := func(why string) error {
		return fmt.Errorf("%q cannot be the path of a Go module: %s; choose another with --module, such as example.org/mysite", path, why)
	}
	for part := range strings.SplitSeq(path, "/") {
		switch {
		case part == "":
			return bad("a part of it is empty")
		case strings.HasPrefix(part, ".") || strings.HasSuffix(part, "."):
			return bad("a part of it begins or ends with a dot")
		}
		for _, c := range []byte(part) {
			if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0 {
				continue
			}
			return bad(fmt.Sprintf("%q is not one of the characters a-z A-Z 0-9 - . _ ~", part))
		}
	}
	if path == VolaPath {
		return bad("it is Vola's own")
	}
	if slices.Contains(reservedPaths, path) {
		return bad("Go itself has a package of that name")
	}
	return nil
}

// reservedPaths are the folders at the top of Go's own source, and words that
// mean something to the go command.
var reservedPaths = []string{
	"all", "archive", "arena", "bufio", "builtin", "bytes", "cmd", "cmp", "compress", "container", "context", "crypto",
	"database", "debug", "embed", "encoding", "errors", "expvar", "flag", "fmt", "go", "hash", "html", "image", "index",
	"internal", "io", "iter", "log", "main", "maps", "math", "mime", "net", "os", "path", "plugin", "reflect", "regexp",
	"runtime", "simd", "slices", "sort", "std", "strconv", "strings", "structs", "sync", "syscall", "testing", "text",
	"time", "tool", "unicode", "unique", "unsafe", "vendor", "weak",
}

// CheckModuleName reports why a name cannot be that of a new module of a site:
// it becomes the name of a package, its folder, and of tables.
func CheckModuleName(name string) error {
	for i, c := range []byte(name) {
		if c >= 'a' && c <= 'z' || i > 0 && (c >= '0' && c <= '9' || c == '_') {
			continue
		}
		return fmt.Errorf("a module cannot be called %q: a name is a lower-case letter, then lower-case letters, digits and underscores", name)
	}
	switch {
	case name == "" || len(name) > 30:
		return fmt.Errorf("a module cannot be called %q: a name has 1 to 30 letters", name)
	case token.IsKeyword(name):
		return fmt.Errorf("a module cannot be called %q: that is a word of the Go language", name)
	case strings.HasSuffix(name, "_test"):
		return fmt.Errorf("a module cannot be called %q: names that end in _test are those of tests", name)
	case slices.Contains(reservedNames, name):
		return fmt.Errorf("a module cannot be called %q: the files of a site use that name for something else", name)
	}
	return nil
}

// reservedNames are the packages that the files of sites and modules import,
// folders that mean something to the go command or to a site, and what Go
// declares by itself and these files use.
var reservedNames = []string{
	"main", "internal", "vendor", "testdata", "init", "string", "error", "int64", "nil",
	"static", "context", "embed", "fs", "http", "testing", "time",
	"vola", "database", "postgres", "sqlite", "migrate", "migrations", "module", "orm", "templates", "web", "volatest",
}
