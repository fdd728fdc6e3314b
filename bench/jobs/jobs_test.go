package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestMain lets the tests start this program as the processes that work.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "work" {
		main()
		return
	}
	os.Exit(m.Run())
}

// places are the kinds of databases of this machine.
func places(t *testing.T) []*place {
	t.Helper()
	all := []*place{sqlitePlace(t.TempDir())}
	if server := os.Getenv("VOLA_TEST_POSTGRES"); server != "" {
		at, err := postgresPlace(context.Background(), server)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, at)
	}
	for _, at := range all {
		t.Cleanup(at.drop)
	}
	return all
}

// TestEnginesDoAll: both begin each job that was enqueued, once, and nothing is left when the worker has stopped.
func TestEnginesDoAll(t *testing.T) {
	t.Parallel()
	for _, at := range places(t) {
		for _, name := range []string{nameVola, nameRiver} {
			url, err := at.fresh(t.Context(), name)
			if err != nil {
				t.Fatal(err)
			}
			var mu sync.Mutex
			did, all := map[int]int{}, make(chan bool)
			e, err := open(t.Context(), name, url, func(n int) {
				mu.Lock()
				defer mu.Unlock()
				if did[n]++; len(did) == 301 {
					close(all)
				}
			})
			if err != nil {
				t.Fatal(at.name, name, err)
			}
			if err := e.enqueueMany(t.Context(), 300); err != nil {
				t.Fatal(err)
			}
			committing := false
			if err := e.enqueue(t.Context(), 300, func() { committing = true }); err != nil || !committing {
				t.Fatal(committing, err)
			}
			stop, err := e.work(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			<-all
			if err := stop(); err != nil {
				t.Error(err)
			}
			if len(did) != 301 {
				t.Errorf("%s, %s: %d jobs ran, want 301", at.name, name, len(did))
			}
			for n, times := range did {
				if times != 1 {
					t.Errorf("%s, %s: job %d ran %d times", at.name, name, n, times)
				}
			}
			// A second worker finds nothing.
			if stop, err = e.work(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := stop(); err != nil {
				t.Error(err)
			}
			if err := e.clear(t.Context()); err != nil {
				t.Error(err)
			}
			e.close()
			if len(did) != 301 {
				t.Errorf("%s, %s: %d jobs ran in the end, want 301", at.name, name, len(did))
			}
		}
	}
}

// TestDocument measures a moment, so that the document has all its tables.
func TestDocument(t *testing.T) {
	t.Parallel()
	doc := filepath.Join(t.TempDir(), "jobs.md")
	text := "# Jobs\n"
	databases := []string{"SQLite"}
	if os.Getenv("VOLA_TEST_POSTGRES") != "" {
		databases = append(databases, "PostgreSQL")
	}
	for _, name := range databases {
		text += "\n<!-- generated: " + strings.ToLower(name) + " -->\nold\n<!-- end generated -->\n"
	}
	if err := os.WriteFile(doc, []byte(text+"\nThe end.\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	args := []string{"measure", "-rounds", "2", "-singles", "3", "-many", "150", "-starts", "2", "-idle", "2ms", "-write", doc}
	var out, told bytes.Buffer
	if err := run(t.Context(), args, os.Getenv("VOLA_TEST_POSTGRES"), strings.NewReader(""), &out, &told); err != nil {
		t.Fatalf("%v\n%s", err, told.String())
	}
	written, err := os.ReadFile(doc)
	if err != nil {
		t.Fatal(err)
	}
	wants := []string{"The end.\n"}
	for _, name := range databases {
		wants = append(wants, "| "+name+" | µs of CPU a job", "| "+name+" | ms from the commit", "| "+name+" | Vola | River |")
	}
	for _, want := range append(wants, "| work off 150 jobs", "that works, 4 jobs |", "for a thousand.\n") {
		if !strings.Contains(string(written), want) {
			t.Errorf("the document has no %q:\n%s", want, written)
		}
	}
	if strings.Contains(string(written), "\nold\n") {
		t.Error("the document still has what was there")
	}
}

// TestFigures: what is written of given figures.
func TestFigures(t *testing.T) {
	t.Parallel()
	times := func(values ...int) (out []time.Duration) {
		for _, v := range values {
			out = append(out, time.Duration(v)*time.Microsecond)
		}
		return out
	}
	s := series{cpu: times(1, 2, 3), server: times(10, 20, 30)}
	for _, c := range []struct{ got, want string }{
		{micros(times(3, 1, 2)), "2 (1 to 3)"},
		{micros(s.all()), "22 (11 to 33)"},
		{against(times(1, 2, 3), times(2, 2, 2)), "1.00 (0.50 to 1.50)"},
		{against(times(3, 3, 3), times(2, 2, 2)), "**1.50 (1.50 to 1.50)**"},
		{marked("%.1f", 3, false), "**3.0**"},
		{percentile(times(4, 1, 3, 2), 50).String(), "2µs"},
		{percentile(times(4, 1, 3, 2), 99).String(), "4µs"},
	} {
		if c.got != c.want {
			t.Errorf("%s, want %s", c.got, c.want)
		}
	}
	after := usage{process: 5, server: map[int]time.Duration{1: 30, 3: 7}}
	if process, server := after.since(usage{process: 2, server: map[int]time.Duration{1: 10, 2: 99}}); process != 3 || server != 27 {
		t.Errorf("%d and %d, want 3 and 27", process, server)
	}
}

// TestOptions: what makes no sense is an error.
func TestOptions(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"measure", "-rounds", "0"}, {"measure", "-db", "mysql"}, {"measure", "more"}, {"work", "River"}, {"work", "Other", "sqlite:x"}, {}} {
		if err := run(t.Context(), args, "", strings.NewReader(""), io.Discard, io.Discard); err == nil {
			t.Errorf("%q is no error", args)
		}
	}
}
