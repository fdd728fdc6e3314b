package testreport

import "strings"

// packageRun is what is known of the tests of one package.
type packageRun struct {
	name        string
	status      string // of the package, as the last event says
	done        bool
	elapsed     float64
	failedBuild string // the import path that did not build
	output      strings.Builder
	tests       map[string]*testRun
	order       []*testRun
}

// testRun is what is known of one test. Its status is empty while it runs, and
// stays so when the test binary ends before the test does.
type testRun struct {
	name        string
	status      string
	output      strings.Builder
	hasSubtests bool
	failedBelow bool
}

func newPackageRun(name string) *packageRun {
	return &packageRun{name: name, tests: make(map[string]*testRun)}
}

// add takes in one event and reports whether it ends the package.
func (p *packageRun) add(e event) bool {
	if e.Test == "" {
		return p.addOwn(e)
	}
	test := p.tests[e.Test]
	if test == nil {
		test = &testRun{name: e.Test}
		p.tests[e.Test] = test
		p.order = append(p.order, test)
		for _, parent := range p.parents(e.Test) {
			parent.hasSubtests = true
		}
	}
	switch e.Action {
	case "output":
		if !strings.HasPrefix(e.Output, "=== ") {
			test.output.WriteString(e.Output)
		}
	case "pass", "bench":
		test.status = "pass"
		test.output.Reset()
	case "skip", "fail":
		test.status = e.Action
	}
	return false
}

// addOwn takes in an event of the package itself.
func (p *packageRun) addOwn(e event) bool {
	switch e.Action {
	case "output":
		// The last words of every package, which its line in the report replaces.
		if !strings.HasPrefix(e.Output, "FAIL") && !strings.HasPrefix(e.Output, "PASS") && !strings.HasPrefix(e.Output, "ok ") {
			p.output.WriteString(e.Output)
		}
	case "pass", "skip", "fail":
		p.status, p.elapsed, p.failedBuild = e.Action, e.Elapsed, e.FailedBuild
		return true
	}
	return false
}

// parents returns the tests of which the named test is a subtest.
func (p *packageRun) parents(name string) []*testRun {
	var parents []*testRun
	for i := range len(name) {
		if name[i] == '/' {
			if parent := p.tests[name[:i]]; parent != nil {
				parents = append(parents, parent)
			}
		}
	}
	return parents
}

// count counts the tests and returns the skipped ones with their reasons.
func (p *packageRun) count() (Summary, []string) {
	var counts Summary
	var skipped []string
	failed := func(t *testRun) bool {
		return t.status == "fail" || t.status == "" && p.status == "fail"
	}
	for _, test := range p.order {
		if failed(test) {
			for _, parent := range p.parents(test.name) {
				parent.failedBelow = true
			}
		}
	}
	for _, test := range p.order {
		switch {
		case failed(test) && !test.failedBelow:
			counts.Failed++
		case test.status == "skip":
			counts.Skipped++
			skipped = append(skipped, p.name+" "+test.name+": "+reason(test.output.String()))
		case test.status == "pass" && !test.hasSubtests:
			counts.Passed++
		}
	}
	if p.status == "fail" && counts.Failed == 0 {
		counts.Failed = 1 // the package itself
	}
	return counts, skipped
}

// reason returns what a skipped test last said, without the place in the source.
func reason(output string) string {
	last := "no reason given"
	for line := range strings.Lines(output) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "--- ") {
			continue
		}
		if file, text, ok := strings.Cut(line, ": "); ok && strings.Contains(file, ".go:") {
			line = text
		}
		last = line
	}
	return last
}
