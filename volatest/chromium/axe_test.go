package chromium_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/volaweb/vola/volatest/chromium"
)

// recorder is a test that keeps its errors.
type recorder struct {
	testing.TB
	errs []string
}

func (r *recorder) Helper() {}
func (r *recorder) Errorf(format string, args ...any) {
	r.errs = append(r.errs, fmt.Sprintf(format, args...))
}

// TestFaultsAreFound shows pages with faults, under a policy that forbids scripts.
func TestFaultsAreFound(t *testing.T) {
	t.Parallel()
	ctx := chromium.Start(t)
	body := ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
		fmt.Fprintf(w, `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>A</title><main><h1>A</h1>%s</main>`, body)
	}))
	defer server.Close()
	axe := func(r *recorder) { chromium.Axe(ctx, r) }
	tab := func(r *recorder) { chromium.TabThrough(ctx, r) }
	for _, tt := range []struct {
		name, body string
		check      func(*recorder)
		want       []string // in the errors; nil for no error
	}{
		{"a label is there", `<label>Name <input></label>`, axe, nil},
		{"no label", `<input id="name">`, axe, []string{"axe-core: label: #name: Form elements must have labels"}},
		{"pale", `<p style="color: #999; background: #fff">Hello</p>`, axe, []string{"axe-core: color-contrast: p: "}},
		{"small", `<button style="inline-size: 9px; block-size: 9px; padding: 0">+</button><button style="inline-size: 9px; block-size: 9px; padding: 0">-</button>`,
			axe, []string{"axe-core: target-size: button:nth-child(2): "}},
		{"good practice", `<h3>Deep</h3>`, axe, []string{"axe-core: heading-order: h3: "}},
		{"all can be reached", `<input type="hidden"><input type="date"><label><input type="radio" name="a">1</label><label><input type="radio" name="a" checked>2</label><a href="/">A</a><button disabled>B</button>`, tab, nil},
		{"another order", `<input id="a"><input id="b" tabindex="1">`, tab, []string{`the key Tab leads to`}},
		{"no ring", `<button id="b" style="outline: none">B</button>`, tab, []string{"nothing shows that button#b has the focus"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			body = tt.body
			chromium.Do(ctx, t, chromedp.Navigate(server.URL))
			r := &recorder{TB: t}
			tt.check(r)
			if (len(r.errs) > 0) != (tt.want != nil) {
				t.Errorf("the errors are %q, want %q", r.errs, tt.want)
			}
			for _, want := range tt.want {
				if all := strings.Join(r.errs, "\n"); !strings.Contains(all, want) {
					t.Errorf("no %q in %s", want, all)
				}
			}
		})
	}
}
