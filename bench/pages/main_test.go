package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/bench/pagepeers"
)

// TestMain lets the tests start this program as the processes that serve.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "serve" {
		main()
		return
	}
	os.Exit(m.Run())
}

// small returns the options of a run that is over soon, with this program in
// the place of those that would have to be built.
func small(t *testing.T, args ...string) options {
	t.Helper()
	args = append([]string{"-rounds", "2", "-segment", "1ms", "-starts", "1", "-conns", "2"}, args...)
	o, err := parseOptions(args, os.Getenv("VOLA_TEST_POSTGRES"), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	o.command = func(p pagepeers.Program) []string { return []string{self, "serve", p.Name} }
	return o
}

// TestAllProgramsAnswerAlike starts all programs on each database, compares what
// they answer, and measures a moment, so that the document has all its tables.
func TestAllProgramsAnswerAlike(t *testing.T) {
	t.Parallel()
	doc := filepath.Join(t.TempDir(), "pages.md")
	databases := []string{"SQLite"}
	if os.Getenv("VOLA_TEST_POSTGRES") != "" {
		databases = append(databases, "PostgreSQL")
	}
	text := "# Pages\n"
	for _, name := range databases {
		text += "\n<!-- generated: " + strings.ToLower(name) + " -->\nold\n<!-- end generated -->\n"
	}
	if err := os.WriteFile(doc, []byte(text+"\nThe end.\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	var out, told bytes.Buffer
	if err := measureAll(t.Context(), small(t, "-write", doc), &out, &told); err != nil {
		t.Fatalf("%v\n%s", err, told.String())
	}
	written, err := os.ReadFile(doc)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range databases {
		if !strings.Contains(told.String(), name+": all programs answer alike\n") {
			t.Errorf("%s: the answers were not compared:\n%s", name, told.String())
		}
		for _, p := range programs() {
			// Twice in the tables of pages, but for the first, and once in that of starts.
			want := 3
			if p.Name == pagepeers.Base {
				want = 2
			}
			_, part, _ := strings.Cut(string(written), "<!-- generated: "+strings.ToLower(name)+" -->")
			part, _, _ = strings.Cut(part, "<!-- end")
			if n := strings.Count(part, "\n| "+p.Name+" |"); n != want {
				t.Errorf("%s: %s is in %d tables, not %d:\n%s", name, p.Name, n, want, part)
			}
		}
	}
	if text := string(written); strings.Contains(text, "old") || !strings.HasSuffix(text, "\nThe end.\n") {
		t.Errorf("the rest of the document is\n%s", text)
	}
}

// TestProfile writes what was asked for, and no tables.
func TestProfile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	o := small(t, "-db", "sqlite", "-programs", "vola", "-pages", "hit", "-profile", dir)
	o.profiled = 10 * time.Millisecond
	var out bytes.Buffer
	if err := measureAll(t.Context(), o, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"SQLite-nethttp-hit.pprof", "SQLite-vola-hit.pprof"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if out.Len() > 0 {
		t.Errorf("it printed\n%s", out.String())
	}
}

// TestBuildsEachProgram makes sure that each program names the command that has
// it, and is alone with its libraries there.
func TestBuildsEachProgram(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var told bytes.Buffer
	if err := build(t.Context(), dir, &told); err != nil {
		t.Fatalf("%v\n%s", err, told.String())
	}
	for _, p := range programs() {
		if _, err := os.Stat(filepath.Join(dir, p.Command)); err != nil {
			t.Errorf("%s: %v", p.Name, err)
		}
		text, err := os.ReadFile(filepath.Join("..", "pageprograms", p.Command, "main.go"))
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(text), "bench/pagepeers"); n > 2 {
			t.Errorf("%s has %d packages of programs", p.Command, n)
		}
	}
}

func TestBadArguments(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		nil, {"what"}, {"serve"}, {"serve", "none"}, {"serve", "vola"}, {"serve", "nethttp", "--database", "sqlite:x.db", "more"},
		{"measure", "-rounds", "0"}, {"measure", "-segment", "-1s"}, {"measure", "-conns", "0"}, {"measure", "-starts", "0"}, {"measure", "-lists", "0"},
		{"measure", "more"}, {"measure", "-nonsense"}, {"measure", "-db", "oracle"}, {"measure", "-programs", "vola,none"}, {"measure", "-pages", "none"},
	} {
		if err := run(t.Context(), args, "", io.Discard, io.Discard); err == nil {
			t.Errorf("%v: no error", args)
		}
	}
	if err := run(t.Context(), []string{"measure", "-db", "postgresql"}, "", io.Discard, io.Discard); err == nil {
		t.Error("PostgreSQL without a server: no error")
	}
}

func TestProgramThatDoesNotStart(t *testing.T) {
	t.Parallel()
	o := small(t)
	_, err := start(t.Context(), o, programs()[0], "sqlite:"+filepath.Join(t.TempDir(), "none", "none.db"), t.TempDir())
	if err == nil || !strings.Contains(err.Error(), "nethttp did not start") {
		t.Error(err)
	}
}
