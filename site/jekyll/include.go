package jekyll

import (
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/volaweb/vola/site/blog/markup"
)

// Bounds on what includes may add up to, so that a few files that include each
// other cannot fill the memory.
const (
	maxIncludes     = 100
	maxIncludeDepth = 5
	maxIncludeBytes = 64 << 10
)

// includes says how far inside of includes the work is.
type includes struct{ count, depth int }

// include puts a file in place of the tag, which is n bytes long.
func (l *liquid) include(n int, args string) bool {
	name, params, _ := strings.Cut(args, " ")
	if name == "JB/setup" {
		return l.replace(n, "") // of Jekyll-Bootstrap: it sets variables and shows nothing
	}
	if l.opts.Includes == nil || !fs.ValidPath(path.Clean(name)) {
		return l.figure(n, params) || l.noInclude(name, "there is no such file")
	}
	if l.includes.count++; l.includes.count > maxIncludes || l.includes.depth >= maxIncludeDepth {
		return l.noInclude(name, "too many files are included")
	}
	text, err := readInclude(l.opts.Includes, path.Clean(name))
	if err != "" {
		return l.figure(n, params) || l.noInclude(name, err)
	}
	if text = withParams(text, parseParams(params)); len(text) > 4*maxIncludeBytes {
		return l.noInclude(name, "it is too large")
	}
	inner := &liquid{
		file: l.file, opts: l.opts, title: l.title, markdown: l.markdown, codes: l.codes,
		includes: includes{count: l.includes.count, depth: l.includes.depth + 1},
	}
	out := inner.run(part{text: text, line: l.line})
	if strings.Contains(out, "{%") {
		return l.figure(n, params) || l.noInclude(name, "it is a program in Liquid")
	}
	l.codes, l.includes.count = inner.codes, inner.includes.count
	l.warnings = append(l.warnings, inner.warnings[:min(len(inner.warnings), maxWarnings-len(l.warnings))]...)
	return l.replace(n, strings.TrimRight(out, "\n"))
}

func (l *liquid) noInclude(name, reason string) bool {
	l.warnf("include %q: %s; it stays as text", markup.Clip(name, 80), reason)
	return false
}

// readInclude returns the text of a file, or what is wrong with it.
func readInclude(files fs.FS, name string) (text, problem string) {
	f, err := files.Open(name)
	if err != nil {
		return "", "there is no such file"
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxIncludeBytes+1))
	switch {
	case err != nil:
		return "", "it cannot be read"
	case len(data) > maxIncludeBytes:
		return "", "it is too large"
	case markup.InvalidUTF8(data) >= 0 || strings.Contains(string(data), "\x00"):
		return "", "it is not text"
	}
	return markup.Normalise(string(data)), ""
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

// withParams replaces {{ include.name }}.
func withParams(text string, params []param) string {
	var out strings.Builder
	for {
		before, rest, ok := strings.Cut(text, "{{")
		out.WriteString(before)
		if !ok {
			return out.String()
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
