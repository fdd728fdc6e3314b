package scaffold

import (
	"fmt"
	"strconv"
	"strings"
)

// VolaPath is the path of the Go module that every site needs.
const VolaPath = "github.com/volaweb/vola"

// GoVersion is the version of Go that a new site asks for: that of Vola.
const GoVersion = "1.26.0"

// GoMod is what the go.mod of a new site says. The modules that Vola itself
// needs are left to the go command.
type GoMod struct {
	Module  string
	Version string // of Vola
	// Replace is the folder with Vola's source, as an absolute path; "" takes
	// it from where Go takes modules.
	Replace string
}

// File returns the file.
func (m GoMod) File() File {
	var b strings.Builder
	fmt.Fprintf(&b, "module %s\n\ngo %s\n\nrequire %s %s\n", m.Module, GoVersion, VolaPath, m.Version)
	if m.Replace != "" {
		fmt.Fprintf(&b, "\nreplace %s => %s\n", VolaPath, quotePath(m.Replace))
	}
	return File{Path: "go.mod", Text: []byte(b.String())}
}

// quotePath writes a path as go.mod wants it: quoted where it holds what has a
// meaning there. See https://go.dev/ref/mod#go-mod-file-lexical.
func quotePath(path string) string {
	if strings.ContainsAny(path, " \t\"'`()[]{},;") || strings.Contains(path, "//") || strings.Contains(path, "=>") {
		return strconv.Quote(path)
	}
	return path
}
