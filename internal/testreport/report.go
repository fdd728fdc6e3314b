// Package testreport turns what "go test -json" prints into a short account: a
// line for each package, the output of what failed, and at the end what was
// run, what was not and why.
package testreport

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Config says what else the account must tell. The zero value is a report of
// the tests alone.
type Config struct {
	Ran     []string // what the tests were run with, such as "the race detector"
	Missing []string // what they could not be run with, and why
	Strict  bool     // something missing, or one skipped test, is a failure
}

// Summary counts tests. A test with subtests is not counted beside them, unless
// it was skipped or failed of itself. A package that does not build, or fails
// outside its tests, counts as one failed test.
type Summary struct {
	Passed, Failed, Skipped int
}

// String returns the counts as "1 passed, 0 failed, 0 skipped".
func (s Summary) String() string {
	return fmt.Sprintf("%d passed, %d failed, %d skipped", s.Passed, s.Failed, s.Skipped)
}

// Write reads the events of a test run from in until its end and writes the
// account to out, each package as soon as it is done. Lines that are no events
// are passed on. The error is non-nil when a test failed, when the run broke
// off, when Strict asks for more than was done, or when reading or writing failed.
func Write(out io.Writer, in io.Reader, config Config) (Summary, error) {
	r := &report{out: bufio.NewWriter(out), packages: make(map[string]*packageRun), builds: make(map[string]*strings.Builder)}
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			r.line(line)
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return r.total, fmt.Errorf("testreport: read events: %w", err)
		}
	}
	err := r.finish(config)
	if flushErr := r.out.Flush(); flushErr != nil {
		return r.total, fmt.Errorf("testreport: write: %w", flushErr)
	}
	return r.total, err
}

// event is one line of "go test -json"; see "go doc test2json" and "go help buildjson".
type event struct {
	Action      string
	Package     string
	ImportPath  string
	Test        string
	Elapsed     float64
	Output      string
	FailedBuild string
}

type report struct {
	out      *bufio.Writer
	packages map[string]*packageRun
	order    []*packageRun
	builds   map[string]*strings.Builder // what the compiler said, by import path
	skipped  []string
	total    Summary
}

func (r *report) line(line []byte) {
	var e event
	if !bytes.HasPrefix(line, []byte("{")) || json.Unmarshal(line, &e) != nil || e.Action == "" {
		r.out.Write(line)
		r.out.Flush()
		return
	}
	if e.Action == "build-output" {
		if r.builds[e.ImportPath] == nil {
			r.builds[e.ImportPath] = new(strings.Builder)
		}
		r.builds[e.ImportPath].WriteString(e.Output)
		return
	}
	if e.Package == "" {
		return
	}
	run := r.packages[e.Package]
	if run == nil {
		run = newPackageRun(e.Package)
		r.packages[e.Package] = run
		r.order = append(r.order, run)
	}
	if done := run.add(e); done {
		r.packageDone(run)
		r.out.Flush()
	}
}

// packageDone writes the account of one package. A package without tests is
// not worth a line.
func (r *report) packageDone(run *packageRun) {
	run.done = true
	counts, skipped := run.count()
	r.total.Passed += counts.Passed
	r.total.Failed += counts.Failed
	r.total.Skipped += counts.Skipped
	r.skipped = append(r.skipped, skipped...)
	if run.status != "fail" {
		if counts != (Summary{}) {
			fmt.Fprintf(r.out, "ok    %s %.1fs: %s\n", run.name, run.elapsed, counts)
		}
		return
	}
	fmt.Fprintf(r.out, "FAIL  %s %.1fs: %s\n", run.name, run.elapsed, counts)
	if build := r.builds[run.failedBuild]; build != nil {
		r.indented(build.String())
		delete(r.builds, run.failedBuild) // once, however many packages need it
	}
	for _, test := range run.order {
		if test.status == "fail" || test.status == "" {
			r.indented(test.output.String())
		}
	}
	r.indented(run.output.String())
}

func (r *report) indented(text string) {
	for line := range strings.Lines(text) {
		fmt.Fprintf(r.out, "      %s\n", strings.TrimSuffix(line, "\n"))
	}
}

// finish writes the last lines and decides whether the run is good.
func (r *report) finish(config Config) error {
	var broken []string
	for _, run := range r.order {
		if !run.done {
			run.status = "fail"
			r.packageDone(run)
			broken = append(broken, run.name)
		}
	}
	fmt.Fprintln(r.out)
	for _, what := range config.Ran {
		fmt.Fprintf(r.out, "run with: %s\n", what)
	}
	for _, what := range config.Missing {
		fmt.Fprintf(r.out, "not run with: %s\n", what)
	}
	for _, what := range r.skipped {
		fmt.Fprintf(r.out, "skipped: %s\n", what)
	}
	var err error
	switch {
	case len(broken) > 0:
		err = fmt.Errorf("the run broke off in %s", strings.Join(broken, ", "))
	case r.total.Failed > 0:
		err = fmt.Errorf("%d failed", r.total.Failed)
	case config.Strict && len(config.Missing)+len(r.skipped) > 0:
		err = errors.New("nothing may be skipped or missing here")
		fmt.Fprintln(r.out, "failed: with CI=true nothing may be skipped or missing")
	}
	fmt.Fprintln(r.out, r.total)
	return err
}
