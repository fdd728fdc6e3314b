package templates_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/volaweb/vola/templates"
)

// dataPerTemplate is how many different data each random page is rendered
// with.
const dataPerTemplate = 32

// differ renders random pages of a seed by their programs and by
// html/template, and reports the first difference. It returns how many times
// it compared.
func differ(t testing.TB, seed uint64) (compared int) {
	g := newGenerator(seed)
	files := g.files()
	config := templates.Config{
		Loaders: []templates.Loader{files},
		Funcs: map[string]any{
			"join2": func(a, b string) string { return a + b },
			"shout": func(v any) (string, error) { return strings.ToUpper(fmt.Sprint(v)), nil },
		},
	}
	// Half of the pages are checked for their type, in the other half mistakes
	// come up when they are rendered.
	typed, dynamic := templates.Page[kinds]("page.html"), templates.Page[any]("page.html")
	config.Pages = []templates.Checked{dynamic}
	if seed%2 == 0 {
		config.Pages = []templates.Checked{typed}
	}
	set, err := templates.New(config)
	if err != nil {
		return 0 // a page that cannot be rendered by either
	}
	if !set.Compiled("page.html") {
		t.Fatalf("seed %d: not compiled: %q", seed, files)
	}
	for range dataPerTemplate {
		data := g.data(2)
		var r templates.Rendering
		switch {
		case seed%2 == 0:
			r = typed.With(data)
		case g.chance(50):
			r = dynamic.With(&data)
		default:
			r = dynamic.With(g.any(2))
		}
		want, wantErr := set.RenderStandard(r)
		got, gotErr := set.RenderCompiled(r)
		compared++
		if got != want || !sameFailure(gotErr, wantErr) {
			t.Fatalf("seed %d\nfiles %q\ndata %T\n got  %q\n      %v\n want %q\n      %v", seed, files, r.Data(), got, gotErr, want, wantErr)
		}
	}
	return compared
}

// sameFailure compares errors with their places. html/template has no place
// for failures of its own escapers: there only the reason is compared.
func sameFailure(got, want error) bool {
	if got == nil || want == nil {
		return got == want
	}
	const escaper = "error calling _html_template_"
	_, gotReason, ok := strings.Cut(got.Error(), escaper)
	_, wantReason, ok2 := strings.Cut(want.Error(), escaper)
	if ok && ok2 {
		return gotReason == wantReason
	}
	return got.Error() == want.Error()
}

// TestDifferentialSoak compares compiled pages with html/template. VOLA_CASES
// says how many comparisons, VOLA_SEED where the seeds begin.
func TestDifferentialSoak(t *testing.T) {
	t.Parallel()
	wanted, seed := 10000, uint64(1)
	if s := os.Getenv("VOLA_CASES"); s != "" {
		wanted, _ = strconv.Atoi(s)
	}
	if s := os.Getenv("VOLA_SEED"); s != "" {
		seed, _ = strconv.ParseUint(s, 10, 64)
	}
	cases, pages, first := 0, 0, seed
	for ; cases < wanted; seed++ {
		n := differ(t, seed)
		if n > 0 {
			pages++
		}
		cases += n
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
