package main

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"time"
)

// writeDocument puts what was measured into a document, between the lines
// <!-- generated: NAME --> and <!-- end generated -->. The rest stays.
func writeDocument(o options, reports []report) error {
	text, err := os.ReadFile(o.write)
	if err != nil {
		return err
	}
	for _, r := range reports {
		part := fmt.Sprintf("%s\n%s", r.how(o), strings.TrimSuffix(r.tables(o), "\n"))
		if text, err = replacePart(text, strings.ToLower(r.database), part); err != nil {
			return fmt.Errorf("%s: %w", o.write, err)
		}
	}
	return os.WriteFile(o.write, text, 0o644)
}

// replacePart replaces the generated part of that name.
func replacePart(text []byte, name, part string) ([]byte, error) {
	begin, end := []byte("<!-- generated: "+name+" -->\n"), []byte("<!-- end generated -->\n")
	before, rest, ok := bytes.Cut(text, begin)
	_, after, ok2 := bytes.Cut(rest, end)
	if !ok || !ok2 {
		return nil, fmt.Errorf("there are no lines %q and %q after it", begin, end)
	}
	return bytes.Join([][]byte{before, begin, []byte("\n" + part + "\n"), end, after}, nil), nil
}

// how says with what the figures were made.
func (r report) how(o options) string {
	return fmt.Sprintf("%s, River %s, %s, %s, %s, load average %s before. %d rounds; medians, in parentheses the least and the most.\n",
		r.version, version("github.com/riverqueue/river"), time.Now().UTC().Format(time.DateOnly), runtime.Version(), machine(), r.load, o.rounds)
}

// machine describes where this runs.
func machine() string {
	out := fmt.Sprintf("%s/%s, %d cores", runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return out
	}
	for line := range strings.Lines(string(info)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			out += " (" + strings.TrimSpace(value) + ")"
			break
		}
	}
	return out
}

// load returns how busy the machine is, "?" where it does not say so.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if fields := strings.Fields(string(text)); err == nil && len(fields) > 0 {
		return fields[0]
	}
	return "?"
}

// version returns that of a module that the program was built with.
func version(path string) string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "?"
	}
	for _, m := range info.Deps {
		if m.Path == path {
			return m.Version
		}
	}
	return "?"
}
