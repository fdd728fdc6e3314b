// Package vola_test holds the rules of this project as tests. deps_test.go
// says which package may import which, this file the rest, but for the rule that
// needs the types of the whole module, which "make lint" runs (lint_test.go). How
// the rules are checked, and that each of them can fail, is in internal/house.
package vola_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/volaweb/vola/internal/house"
)

// limits are those of CONTRIBUTING.md.
func limits() house.Limits {
	return house.Limits{
		Methods: 30,
		InterfaceMethods: func(dir string) int {
			if dir == "database" { // what a database driver must do
				return 12
			}
			return 3
		},
		Names: func(dir string) int {
			if dir == "orm" || dir == "web" { // the vocabulary of most programs
				return 0
			}
			return 60
		},
		Depth:      3,
		Spread:     []house.Share{{Percent: 50, Under: 140}, {Percent: 90, Under: 450}},
		SpreadFrom: 40,
	}
}

func TestHouseRules(t *testing.T) {
	t.Parallel()
	rules := []struct {
		name  string
		check func(*house.Module) ([]house.Finding, error)
	}{
		{"methods of interfaces are documented", always((*house.Module).InterfaceDocs)},
		{"nothing runs on import", always((*house.Module).Inits)},
		{"contexts are passed, not kept", always((*house.Module).ContextFields)},
		{"examples with an output are run", always((*house.Module).Examples)},
		{"libraries do not print", always((*house.Module).Printing)},
		{"things are small", func(m *house.Module) ([]house.Finding, error) {
			return m.Sizes(limits()), nil
		}},
		{"links lead somewhere", func(m *house.Module) ([]house.Finding, error) {
			return m.Links("docs", "site")
		}},
		{"no machine is named", func(m *house.Module) ([]house.Finding, error) {
			// Written in two parts, or this file would break the rule itself.
			return m.Words("farm"+"-bench", "farm"+"-studio", "/work"+"/")
		}},
	}
	for _, rule := range rules {
		t.Run(rule.name, func(t *testing.T) {
			t.Parallel()
			found, err := rule.check(loadModule(t))
			if err != nil {
				t.Fatal(err)
			}
			report(t, found)
		})
	}
}

// parsed is shared by the tests, which only read it.
var parsed = sync.OnceValues(func() (*house.Module, error) { return house.Load(".") })

func loadModule(t *testing.T) *house.Module {
	t.Helper()
	m, err := parsed()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func report(t *testing.T, found []house.Finding) {
	t.Helper()
	for _, finding := range found {
		t.Error(finding)
	}
}

func always(rule func(*house.Module) []house.Finding) func(*house.Module) ([]house.Finding, error) {
	return func(m *house.Module) ([]house.Finding, error) { return rule(m), nil }
}

// words are not for comments, errors, help and documents here, with what to write
// instead: plain technical English is read by the most people.
func words() map[string]string {
	return map[string]string{
		`anew`: "again, or re- as in rebuild", `mend(s|ed|ing)?`: "fix", `belongs into`: "belongs in", `strangers?`: "untrusted, or other people",
		`of no use`: "useless, unused or not usable", `whims?`: "unspecified", `(is|are) minded`: "respected", `culprits?`: "violation, or the thing's name",
		`foretells?`: "predict", `shall`: "must, will or is", `upon`: "on", `whilst`: "while", `thereof`: "say what is meant", `whereof`: "say what is meant", `hereby`: "say what is meant", `weakness(es)?`: "vulnerability",
		`judgement`: "assessment",
	}
}

// TestWords: the words above are in no file that people read.
func TestWords(t *testing.T) {
	t.Parallel()
	var all []string
	for word := range words() {
		all = append(all, word)
	}
	pattern := regexp.MustCompile(`(?i)\b(` + strings.Join(all, "|") + `)\b`)
	stems := make([]string, len(all))
	for i, word := range all {
		stems[i] = stemOf(word)
	}
	err := fs.WalkDir(os.DirFS("."), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			if d != nil && name != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata") {
				return fs.SkipDir
			}
			return err
		}
		if !slices.Contains([]string{".go", ".md", ".html", ".sh", ".tmpl"}, filepath.Ext(name)) || name == "house_test.go" {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		// A regular expression costs some hundred times as much as a search for words.
		lower := strings.ToLower(string(text))
		if !slices.ContainsFunc(stems, func(stem string) bool { return strings.Contains(lower, stem) }) {
			return nil
		}
		for i, line := range strings.Split(string(text), "\n") {
			if word := pattern.FindString(line); word != "" {
				t.Errorf("%s:%d: %q is not plain English; house_test.go says what to write instead", name, i+1, word)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// stemOf returns letters that all matches of one of the words have.
func stemOf(word string) string {
	if _, after, grouped := strings.Cut(word, ")"); grouped && word[0] == '(' {
		return after
	}
	at := strings.IndexAny(word, "?(")
	switch {
	case at < 0:
		return word
	case word[at] == '?':
		return word[:at-1] // the letter before may be missing
	}
	return word[:at]
}

// TestStems: the words are found by their stems.
func TestStems(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{"anew": "anew", "mend(s|ed)?": "mend", "strangers?": "stranger", "(is|are) minded": " minded"} {
		if got := stemOf(word); got != want {
			t.Errorf("the stem of %q is %q, want %q", word, got, want)
		}
	}
	for word := range words() {
		if stem := stemOf(word); len(stem) < 4 || strings.ContainsAny(stem, "?(|)*+[") {
			t.Errorf("the stem of %q is %q", word, stem)
		}
	}
}

// TestDecisionsHaveOneForm: a record has a number, a date, a status, a question
// and a decision.
func TestDecisionsHaveOneForm(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("docs/decisions/*.md")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	form := regexp.MustCompile(`(?s)^# (\d{4}): [^\n]+\n\nDate: \d{4}-\d\d-\d\d\. Status: \w.*\n\n## Question\n.*\n## Decision`)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		m := form.FindSubmatch(text)
		if m == nil || !strings.HasPrefix(filepath.Base(file), string(m[1])) {
			t.Errorf("%s: write \"# NNNN: title\", \"Date: ... Status: ...\", \"## Question\" and \"## Decision\"", file)
		}
	}
}

// TestLayersHaveAllFiles: each file of the large packages has one place in
// ARCHITECTURE.md.
func TestLayersHaveAllFiles(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	for pkg, dir := range map[string]string{"orm": "orm", "templates": "templates", "vola": "."} {
		_, section, _ := strings.Cut(string(text), "### The files of "+pkg+"\n")
		section, _, _ = strings.Cut(section, "\n#")
		checkPlaces(t, dir, section)
	}
}

func checkPlaces(t *testing.T, dir, section string) {
	places := map[string]int{}
	for _, m := range regexp.MustCompile("`([a-z_]+\\.go)`").FindAllStringSubmatch(section, -1) {
		places[m[1]]++
	}
	files, err := filepath.Glob(dir + "/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(dir, err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		if n := places[name]; n != 1 && !strings.HasSuffix(name, "_test.go") {
			t.Errorf("ARCHITECTURE.md has %d places for %s", n, file)
		}
		delete(places, name)
	}
	for name := range places {
		t.Errorf("ARCHITECTURE.md has a place for %s/%s, which does not exist", dir, name)
	}
}

// TestNobodyAsksForTheDialect: what differs between databases is a method of a
// grammar, a dialect or an editor. Package copydata is about two databases.
func TestNobodyAsksForTheDialect(t *testing.T) {
	t.Parallel()
	asks := regexp.MustCompile(`(?i)dialect(\(\))?\.Name\(\) *[!=]=`)
	for _, pattern := range []string{"orm/*.go", "orm/internal/ormsql/*.go", "migrate/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatal(pattern, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if asks.Match(text) && !strings.HasSuffix(file, "_test.go") {
				t.Errorf("%s asks a dialect for its name; ask for what it can do", file)
			}
		}
	}
}
