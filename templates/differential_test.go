package templates_test

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/templates"
)

// dataPerTemplate is how many different data each random page is rendered
// with.
const dataPerTemplate = 64

// randomPage is a page of the generator in all its forms.
type randomPage struct {
	*generator
	seed  uint64
	name  string
	set   *templates.Set
	plain *template.Template
	nonce string
	text  string // of plain
	noDot bool   // some template had no data at all
}

// projectFunctions are functions as a program may add them.
func projectFunctions() map[string]any {
	return map[string]any{
		"join2":     func(a, b string) string { return a + b },
		"shout":     func(v any) (string, error) { return strings.ToUpper(fmt.Sprint(v)), nil },
		"trusted":   func(s string) template.HTML { return template.HTML("<i>" + s + "</i>") },
		"address":   func(s string) template.URL { return template.URL("/a?" + s) },
		"script":    func(s string) (template.JS, error) { return template.JS("f(" + strconv.Quote(s) + ")"), nil },
		"style":     func(s string) template.CSS { return template.CSS("x " + s) },
		"attribute": func(s string) template.HTMLAttr { return template.HTMLAttr("title=" + strconv.Quote(s)) },
	}
}

func generatorNow() time.Time { return time.Unix(5e8, 0) }

// newRandomPage makes the page of a seed; nil when no form of it can be
// rendered, as its escaping fails.
func newRandomPage(t testing.TB, seed uint64) *randomPage {
	p := &randomPage{generator: newGenerator(seed), seed: seed}
	p.name = p.generate()
	config := templates.Config{Loaders: p.loaders(), Funcs: projectFunctions(), Now: generatorNow}
	names := []string{p.name}
	if p.chance(30) {
		names = []string{"base.html", p.name} // files and contexts are shared between pages
	}
	// Half of the pages are checked for their type, in the other half errors
	// come up when they are rendered.
	for _, name := range names {
		if p.typed {
			config.Pages = append(config.Pages, templates.Page[kinds](name))
		} else {
			config.Pages = append(config.Pages, templates.Page[any](name))
		}
	}
	var err error
	if p.set, err = templates.New(config); err != nil {
		return nil
	}
	if err := p.set.CompileError(p.name); err != nil {
		t.Fatalf("seed %d: %v: %q", seed, err, config.Loaders)
	}
	functions, err := templates.Functions(projectFunctions(), generatorNow)
	if err != nil {
		t.Fatal(err)
	}
	more := map[string]any{"_one": p.one, "_mark": func() template.HTMLAttr {
		if p.nonce == "" {
			return ""
		}
		return template.HTMLAttr(` nonce="` + p.nonce + `"`)
	}}
	if p.plain, p.text, err = p.plainPage(p.name, functions, more); err != nil {
		t.Fatalf("seed %d: %v in %s", seed, err, p.text)
	}
	return p
}

// rendering returns the page with random data.
func (p *randomPage) rendering() templates.Rendering {
	data := p.data(2)
	switch {
	case p.typed:
		return templates.Page[kinds](p.name).Data(data)
	case p.chance(50):
		return templates.Page[any](p.name).Data(&data)
	}
	return templates.Page[any](p.name).Data(p.any(2))
}

// compare renders the page by its program and by html/template.
func (p *randomPage) compare(t testing.TB, round int) {
	if p.nonce = ""; p.chance(50) {
		p.nonce = "N+/="
	}
	r := p.rendering()
	got, gotErr := p.set.RenderCompiled(r, p.nonce)
	want, wantErr := p.set.RenderStandard(r, p.nonce)
	if got != want || !sameFailure(gotErr, wantErr) {
		t.Fatalf("seed %d, round %d, data %T, %s\nfiles %q\n got  %q\n      %v\n want %q\n      %v", p.seed, round, r.Data(), difference(got, want), p.loaders(), got, gotErr, want, wantErr)
	}
	if round%8 == 0 {
		p.comparePlain(t, r, got, gotErr)
	}
}

// comparePlain compares what was written, and whether there was an error, with
// the page in the language of html/template alone. Where there is no data at
// all, _one and the frames of templates that call themselves make nil of it,
// of which fields are an error. html/template makes of a comment in a script
// as many spaces as it has pieces of text, and a slot without content parts
// what is one piece in plain: spaces are compared as one.
func (p *randomPage) comparePlain(t testing.TB, r templates.Rendering, got string, gotErr error) {
	p.noDot = gotErr != nil && strings.Contains(gotErr.Error(), "nil pointer evaluating interface {}")
	var out bytes.Buffer
	err := p.plain.Execute(&out, r.Data())
	if unescaped := new(template.Error); errors.As(err, &unescaped) {
		return // the range that _one needs is not possible in every context
	}
	if !p.noDot && (spaces.ReplaceAllString(got, " ") != spaces.ReplaceAllString(out.String(), " ") || (gotErr == nil) != (err == nil)) {
		t.Fatalf("seed %d, data %T, %s\nfiles %q\nplain %q\n got  %q\n      %v\n want %q\n      %v", p.seed, r.Data(), difference(got, out.String()), p.loaders(), p.text, got, gotErr, &out, err)
	}
}

var spaces = regexp.MustCompile(" {2,}")

// difference shows where two texts begin to differ.
func difference(got, want string) string {
	at := 0
	for at < min(len(got), len(want)) && got[at] == want[at] {
		at++
	}
	around := func(s string) string { return s[max(0, at-20):min(len(s), at+30)] }
	return fmt.Sprintf("differ at %d: %q, want %q", at, around(got), around(want))
}

// differ compares the page of a seed, with many data, and returns how many
// times.
func differ(t testing.TB, seed uint64) (compared int) {
	p := newRandomPage(t, seed)
	if p == nil {
		return 0
	}
	for round := range dataPerTemplate {
		p.compare(t, round)
	}
	return dataPerTemplate
}

// sameFailure compares errors with their places. html/template has no place
// for failures of its own escapers: there only the reason is compared.
func sameFailure(got, want error) bool {
	if got == nil || want == nil {
		return got == want
	}
	const escaper = "cannot be escaped for this place: "
	_, gotReason, ok := strings.Cut(got.Error(), escaper)
	_, wantReason, ok2 := strings.Cut(want.Error(), escaper)
	if ok && ok2 {
		return gotReason == wantReason
	}
	return got.Error() == want.Error()
}

// TestDifferentialSoak compares compiled pages with html/template. VOLA_CASES
// says how many comparisons, VOLA_SEED where the seeds begin; without the latter
// it begins after the seeds of FuzzDifferential.
func TestDifferentialSoak(t *testing.T) {
	t.Parallel()
	wanted, seed := 3000, uint64(20)
	if s := os.Getenv("VOLA_CASES"); s != "" {
		wanted, _ = strconv.Atoi(s)
	}
	if s := os.Getenv("VOLA_SEED"); s != "" {
		seed, _ = strconv.ParseUint(s, 10, 64)
	}
	const report = 100000
	cases, pages, first, next := 0, 0, seed, report
	for ; cases < wanted; seed++ {
		n := differ(t, seed)
		if n > 0 {
			pages++
		}
		if cases += n; cases >= next {
			t.Logf("%d comparisons without a difference so far, seeds %d to %d", cases, first, seed)
			next += report
		}
	}
	t.Logf("%d comparisons of %d pages, seeds %d to %d", cases, pages, first, seed-1)
}

// FuzzDifferential is the same with seeds chosen by the fuzzer.
func FuzzDifferential(f *testing.F) {
	for seed := range uint64(20) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) { differ(t, seed) })
}
