package vola_test

import (
	"context"
	"io"
	"io/fs"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/web"
)

// signposts is a module whose pages may be missing.
type signposts struct{}

func (signposts) Name() string { return "signposts" }
func (signposts) Routes(r *web.Router) {
	r.Get("/note/{id:int}", func(http.ResponseWriter, *http.Request) error {
		return fault.Newf(fault.NotFound, "no such <note>")
	}).Name("note")
	r.Post("/note/", nothing)
}

// signpostsWithPage has a page for what is not found, too.
type signpostsWithPage struct{ signposts }

func (signpostsWithPage) Templates() fs.FS {
	return fstest.MapFS{"404.html": {Data: []byte("own 404")}}
}

// TestDevNotFoundListsTheRoutes: in development, and only there, a page that
// no route leads to shows which routes there are.
func TestDevNotFoundListsTheRoutes(t *testing.T) {
	t.Parallel()
	start := func(m module.Module, flags ...string) string {
		cfg := vola.Config{Drivers: databasetest.Drivers(), Modules: []module.Module{m}, Dir: t.TempDir()}
		base, _ := serving(t, cfg, nil, append(flags, "--create", "--database", databasetest.SQLiteURL(t))...)
		return base
	}
	dev, own, production := start(signposts{}, "--dev"), start(signpostsWithPage{}, "--dev"), start(signposts{})

	status, body := getAs(t, dev+"/signposts/nothing", "text/html")
	if status != 404 || !strings.Contains(body, "<b>404</b> GET /signposts/nothing</p>") {
		t.Errorf("%d without the request:\n%s", status, body)
	}
	rest := body
	for _, want := range []string{
		"<tr><td>GET</td><td>/signposts/note/{id:int}</td><td>signposts:note</td><td>",
		"<tr><td>POST</td><td>/signposts/note/</td><td></td><td>vola_test.nothing</td></tr>",
		"<tr><td>GET</td><td>/healthz</td><td>healthz</td><td>",
	} {
		var ok bool
		if _, rest, ok = strings.Cut(rest, want); !ok {
			t.Errorf("no %q, or not in its place:\n%s", want, body)
		}
	}
	if strings.Contains(body, "<note>") || !strings.Contains(body, "&lt;note&gt;") {
		t.Errorf("the headers are not escaped:\n%s", body)
	}

	for _, tt := range []struct{ url, accept, want, lacks string }{
		{dev + "/signposts/note/7", "text/html", "no such &lt;note&gt;", `class="routes"`},
		{own + "/signposts/nothing", "text/html", `class="routes"`, "own 404"},
		{own + "/signposts/note/7", "text/html", "own 404", "signposts:note"},
		{dev + "/signposts/nothing", "application/json", `"error":"Not Found"`, "signposts:note"},
		{production + "/signposts/nothing", "text/html", "Not Found", "signposts"},
		{production + "/signposts/note/7", "text/html", "Not Found", "signposts"},
	} {
		if status, body := getAs(t, tt.url, tt.accept); status != 404 || !strings.Contains(body, tt.want) || strings.Contains(body, tt.lacks) {
			t.Errorf("%s as %s: %d, want %q and not %q:\n%s", tt.url, tt.accept, status, tt.want, tt.lacks, body)
		}
	}
}

// getAs gets a page with a header that would be dangerous if it were not
// escaped.
func getAs(t *testing.T, url, accept string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", accept)
	req.Header.Set("X-Test", "<note>")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}
