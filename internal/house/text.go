package house

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Words returns the lines of the module's text files that hold a word which
// must not leave the machine it comes from, or the path of a directory that
// only some machine has: under /home, /root or /work.
func (m *Module) Words(forbidden ...string) ([]Finding, error) {
	names, err := m.tracked()
	if err != nil {
		return nil, err
	}
	machinePath := regexp.MustCompile(`(?:^|file://|[\s"'` + "`" + `=:(,<>\[])(/(?:home|root|work)/[\w.~-]+)`)
	var found []Finding
	for _, name := range names {
		text, err := m.readText(name)
		if err != nil {
			return nil, err
		}
		number := 0
		for line := range strings.Lines(string(text)) {
			number++
			for _, word := range forbidden {
				if strings.Contains(line, word) {
					found = append(found, Finding{name, number, fmt.Sprintf("%q must not be written into this project", word)})
				}
			}
			if match := machinePath.FindStringSubmatch(line); match != nil {
				found = append(found, Finding{name, number, fmt.Sprintf("%s is a path of one machine; write a relative one", match[1])})
			}
		}
	}
	return found, nil
}

// Links returns the links and images in Markdown files that point to a file
// which is not there. It reads the files in the root, and those below the
// directories named, but for testdata. Links with a scheme or a leading slash
// are not followed, nor is anything in code, nor are footnotes.
func (m *Module) Links(dirs ...string) ([]Finding, error) {
	names, err := m.tracked()
	if err != nil {
		return nil, err
	}
	code := regexp.MustCompile("`[^`]*`")
	link := regexp.MustCompile(`\]\(\s*<?([^)\s>]+)|^\s*\[[^\]^][^\]]*\]:\s*(\S+)|(?:href|src)="([^"]+)"`)
	var found []Finding
	for _, name := range names {
		top, _, below := strings.Cut(name, "/")
		if path.Ext(name) != ".md" || below && !slices.Contains(dirs, top) || strings.Contains(name, "/testdata/") {
			continue
		}
		text, err := m.readText(name)
		if err != nil {
			return nil, err
		}
		number, fenced := 0, false
		for line := range strings.Lines(string(text)) {
			number++
			if trimmed := strings.TrimSpace(line); strings.HasPrefix(trimmed, "```") || strings.HasPrefix(trimmed, "~~~") {
				fenced = !fenced
			}
			if fenced {
				continue
			}
			for _, match := range link.FindAllStringSubmatch(code.ReplaceAllString(line, ""), -1) {
				target := match[1] + match[2] + match[3]
				if !m.resolves(name, target) {
					found = append(found, Finding{name, number, fmt.Sprintf("the link to %s leads nowhere", target)})
				}
			}
		}
	}
	return found, nil
}

// resolves reports whether a link in a file leads to a file, as far as that can
// be told without a network and a running site.
func (m *Module) resolves(from, target string) bool {
	target, _, _ = strings.Cut(target, "#")
	target, _, _ = strings.Cut(target, "?")
	if target == "" || strings.HasPrefix(target, "/") || strings.Contains(target, ":") || strings.Contains(target, "{{") {
		return true
	}
	_, err := os.Stat(filepath.Join(m.Dir, filepath.FromSlash(path.Join(path.Dir(from), target))))
	return err == nil
}

// tracked returns the files that are or would be under version control, sorted.
// Outside a git checkout it returns every file, except those in directories
// whose name begins with a dot.
func (m *Module) tracked() ([]string, error) {
	git := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	git.Dir = m.Dir
	if out, err := git.Output(); err == nil {
		names := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
		slices.Sort(names)
		return slices.Compact(names), nil
	}
	var names []string
	err := filepath.WalkDir(m.Dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && name != m.Dir && strings.HasPrefix(entry.Name(), ".") {
			return fs.SkipDir
		}
		if entry.Type().IsRegular() {
			rel, err := filepath.Rel(m.Dir, name)
			if err != nil {
				return err
			}
			names = append(names, filepath.ToSlash(rel))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("house: list files: %w", err)
	}
	return names, nil
}

// readText returns the contents of a text file, and nothing for any other: a
// binary by the rule that git follows too, a symbolic link, or a file that has
// been deleted without telling git.
func (m *Module) readText(name string) ([]byte, error) {
	name = filepath.Join(m.Dir, filepath.FromSlash(name))
	info, err := os.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular() {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("house: %w", err)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("house: %w", err)
	}
	if bytes.IndexByte(text[:min(len(text), 8000)], 0) >= 0 {
		return nil, nil
	}
	return text, nil
}
