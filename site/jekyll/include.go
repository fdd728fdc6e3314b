package jekyll

import (
	"errors"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/volaweb/vola/site/blog/markup"
)

// Bounds on what includes may add up to, so that a few files that include each
// other can neither fill the memory nor keep the program busy: the files that a
// post includes in all, how deep they may include each other, the bytes of one,
// and those of all with the parameters filled in.
const (
	maxIncludes     = 100
	maxIncludeDepth = 5
	maxIncludeBytes = 64 << 10
	allIncludeBytes = 2 << 20
)

// included counts what a post includes, at whatever depth, also if nothing
// comes of it.
type included struct{ files, bytes int }

// include puts a file in place of the tag, which is n bytes long.
func (l *liquid) include(n int, args string) bool {
	name, params, _ := strings.Cut(args, " ")
	if name == "JB/setup" {
		return l.replace(n, "") // of Jekyll-Bootstrap: it sets variables and shows nothing
	}
	if l.opts.Includes == nil || !fs.ValidPath(path.Clean(name)) {
		return l.figure(n, params) || l.noInclude(name, "there is no such file")
	}
	if l.included.files++; l.included.files > maxIncludes || l.depth >= maxIncludeDepth {
		return l.noInclude(name, "too many files are included")
	}
	text, err := readInclude(l.opts.Includes, path.Clean(name))
	if err != "" {
		return l.figure(n, params) || l.noInclude(name, err)
	}
	text, fits := withParams(text, parseParams(params), 4*maxIncludeBytes)
	if l.included.bytes += len(text); !fits || l.included.bytes > allIncludeBytes {
		return l.noInclude(name, "it is too large")
	}
	inner := &liquid{
		file: l.file, opts: l.opts, title: l.title, markdown: l.markdown, codes: l.codes,
		variables: l.variables, included: l.included, depth: l.depth + 1, grown: l.grown,
	}
	out := inner.run(part{text: text, line: l.line})
	if strings.Contains(out, "{%") {
		return l.figure(n, params) || l.noInclude(name, "it is a program in Liquid")
	}
	l.codes = inner.codes
	l.warnings = append(l.warnings, inner.warnings[:min(len(inner.warnings), maxWarnings-len(l.warnings))]...)
	return l.replace(n, strings.TrimRight(out, "\n"))
}

func (l *liquid) noInclude(name, reason string) bool {
	l.warnf("include %q: %s; it stays as text", markup.Clip(name, 80), reason)
	return false
}

// readInclude returns the text of a file, or what is wrong with it.
func readInclude(files fs.FS, name string) (text, problem string) {
	data, err := readRegular(files, name, maxIncludeBytes)
	switch {
	case errors.Is(err, errNotRegular):
		return "", "it is not a regular file"
	case errors.Is(err, fs.ErrNotExist):
		return "", "there is no such file"
	case err != nil:
		return "", "it cannot be read"
	case len(data) > maxIncludeBytes:
		return "", "it is too large"
	case markup.InvalidUTF8(data) >= 0 || strings.Contains(string(data), "\x00"):
		return "", "it is not text"
	}
	return markup.Normalise(string(data)), ""
}

var errNotRegular = errors.New("it is not a regular file")

// readRegular reads a file, one byte more than limit at most. It opens nothing
// but a regular file: a pipe that nobody writes to would keep the program for
// ever.
func readRegular(files fs.FS, name string, limit int) (data []byte, err error) {
	info, err := fs.Stat(files, name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errNotRegular
	}
	f, err := files.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return io.ReadAll(io.LimitReader(f, int64(limit)+1))
}

type param struct{ name, value string }

// parseParams reads name="value" name='value' name=word.
func parseParams(s string) []param {
	var params []param
	for len(params) < maxIncludes {
		name, rest, ok := strings.Cut(s, "=")
		if !ok {
			break
		}
		name, rest = strings.TrimSpace(name), strings.TrimSpace(rest)
		value := ""
		if rest != "" && (rest[0] == '"' || rest[0] == '\'') {
			value, s, _ = strings.Cut(rest[1:], rest[:1])
		} else {
			value, s, _ = strings.Cut(rest, " ")
		}
		params = append(params, param{name, value})
	}
	return params
}

// withParams replaces {{ include.name }}. It reports whether the result has no
// more bytes than limit; else it is cut.
func withParams(text string, params []param, limit int) (result string, fits bool) {
	var out strings.Builder
	for {
		before, rest, ok := strings.Cut(text, "{{")
		out.WriteString(before)
		if !ok || out.Len() > limit {
			return out.String(), out.Len() <= limit
		}
		inner, _, ok := strings.Cut(rest[:min(len(rest), maxTag)], "}}")
		name, include := strings.CutPrefix(strings.TrimSpace(inner), "include.")
		if !ok || !include {
			out.WriteString("{{")
			text = rest
			continue
		}
		for _, p := range params {
			if p.name == name {
				out.WriteString(p.value)
			}
		}
		text = rest[len(inner)+2:]
	}
}
