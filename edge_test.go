package vola_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	blog "github.com/volaweb/vola/examples/onepage"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/web"
)

// TestBaseURL: what links could not begin with is refused at the start, by
// check and by serve.
func TestBaseURL(t *testing.T) {
	t.Parallel()
	cfg := site(t.TempDir())
	for raw, want := range map[string]string{
		"example.com":                   "does not begin with http",
		"//example.com":                 "does not begin with http",
		"http://":                       "has no host",
		"http:///path":                  "has no host",
		"https://:8000":                 "has no host",
		"javascript:alert(1)":           "does not begin with http",
		"ftp://example.com":             "does not begin with http",
		"https:example.com":             "has no host",
		"https://user:hunter2@x.com":    "has a user name or password",
		"https://x.com\r\nSet-Cookie:a": "is not a URL",
		"https://x.com/blog":            "has a path",
		"https://x.com?a=b":             "has something after",
		"https://x.com#":                "has something after",
		"https://x.com/?":               "has something after",
		"http://[::]:8000":              "has a host that is not",
		"http://0.0.0.0":                "has a host that is not",
		"http://1.2.3.4.5":              "has a host that is not",
		"http://exam_ple..com":          "has a host that is not",
		"http://exämple.com":            "xn--",
		"http://x.com:99999":            "has a port",
		"http://x.com:0":                "has a port",
		"http://x.com:":                 "has a port",
	} {
		r := run(t, cfg, []string{"BASE_URL=" + raw}, "check")
		r.want(t, 1, "setting BASE_URL", want, "https://example.org")
		if strings.Contains(r.errOut, "hunter2") {
			t.Errorf("the password is printed: %s", r.errOut)
		}
		run(t, cfg, []string{"BASE_URL=" + raw}, "serve", "--addr", "127.0.0.1:0").want(t, 2, "setting BASE_URL")
	}
	for _, raw := range []string{"", "https://example.com", "HTTPS://Example.com:8443/", "http://localhost:8000", "http://[::1]:80", "http://192.168.1.5", "https://xn--exmple-cua.com."} {
		run(t, cfg, []string{"BASE_URL=" + raw}, "check").want(t, 0, "no errors")
	}
}

// TestCheckFindsWhatServeRefuses: also what the environment says.
func TestCheckFindsWhatServeRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text := filepath.Join(dir, "text.db")
	if err := os.WriteFile(text, []byte("This is a text."), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ env, want string }{
		{"DATABASE_URL=mysql://x", `setting DATABASE_URL: no driver for database URL "mysql://x"`},
		{"DATABASE_URL=nonsense", "has no scheme"},
		{"DATABASE_URL=sqlite:" + dir, "is a folder"},
		{"DATABASE_URL=sqlite:" + text, "not an SQLite database"},
		{"ADDR=8000", "setting ADDR: cannot listen on 8000: address 8000: missing port in address"},
		{"ADDR=127.0.0.1:port", "setting ADDR: cannot listen on 127.0.0.1:port"},
		{"ADDR=127.0.0.1:70000", "setting ADDR: cannot listen on 127.0.0.1:70000"},
		{"ADDR=192.0.2.1:8000", "setting ADDR: cannot listen on 192.0.2.1:8000"},
		{"MAX_REQUESTS=0", "setting MAX_REQUESTS: the value 0 is less than 1"},
		{"MAX_REQUESTS=many", "setting MAX_REQUESTS"},
		{"REQUEST_TIMEOUT=-1s", "setting REQUEST_TIMEOUT: the value -1s is less than 0"},
		{"REQUEST_TIMEOUT=30", "such as 90s"},
	} {
		run(t, site(dir), []string{tt.env}, "check").want(t, 1, tt.want)
		if r := run(t, site(dir), []string{tt.env}, "serve"); r.status == 0 {
			t.Errorf("serve starts with %s", tt.env)
		}
	}
	both := run(t, site(dir), []string{"ADDR=8000", "DATABASE_URL=mysql://x"}, "check")
	both.want(t, 1, "setting ADDR", "setting DATABASE_URL")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	run(t, site(dir), []string{"ADDR=" + listener.Addr().String(), "REQUEST_TIMEOUT=0"}, "check").want(t, 0, "no errors")
}

// TestNamesNearSettings: a name that is nearly that of a setting is told; what
// else is in the environment is not.
func TestNamesNearSettings(t *testing.T) {
	t.Parallel()
	cfg := vola.Config{Drivers: databasetest.Drivers(), Dir: t.TempDir(), Modules: []module.Module{newCommander("one")}}
	env := []string{"DATABASE_ULR=x", "LOGLEVEL=x", "ONE_CUONT=3", "HOME=/", "PATH=/bin", "DATABASE_HOST=db", "DATABASE_PORT=5432", "LOGNAME=ann", "USER=ann", "ONE_COUNT=4"}
	r := run(t, cfg, env, "check")
	r.want(t, 0, "warning: the variable DATABASE_ULR is not a setting; did you mean DATABASE_URL?\n",
		"LOGLEVEL is not a setting; did you mean LOG_LEVEL?", "ONE_CUONT is not a setting; did you mean ONE_COUNT?", "no errors")
	if n := strings.Count(r.out, "warning:"); n != 3 {
		t.Errorf("%d warnings, want 3:\n%s", n, r.out)
	}
	_, stop := serving(t, cfg, env, "--create", "--database", databasetest.SQLiteURL(t))
	if log := stop().out; strings.Count(log, "did you mean") != 3 {
		t.Errorf("serve does not warn:\n%s", log)
	}
}

// TestCheckDoesNotRepeatItself: notes that are no errors are printed when
// they are asked for.
func TestCheckDoesNotRepeatItself(t *testing.T) {
	t.Parallel()
	cfg := vola.Config{Drivers: databasetest.Drivers(), Dir: t.TempDir(), Modules: []module.Module{blog.New()},
		Templates: fstest.MapFS{"unused.html": {Data: []byte("{{.X}}")}}}
	if r := run(t, cfg, nil, "check"); strings.Contains(r.out, "note:") || r.status != 0 {
		t.Errorf("%d %s", r.status, r.out)
	}
	run(t, cfg, nil, "check", "--notes").want(t, 0, "note: unused.html", "no errors")
}

// TestStartWarns of addresses that others reach.
func TestStartWarns(t *testing.T) {
	t.Parallel()
	cfg := vola.Config{Name: "W", Drivers: databasetest.Drivers(), Dir: t.TempDir(), Modules: []module.Module{newCommander("one")}}
	for _, tt := range []struct {
		args       []string
		env        []string
		want, lack string
	}{
		{nil, nil, "is at", "BASE_URL"},
		{[]string{"--addr", "0.0.0.0:0"}, nil, "set BASE_URL", "--dev"},
		{[]string{"--addr", "0.0.0.0:0"}, nil, "get 421", "base_url"},
		{[]string{"--addr", "0.0.0.0:0"}, []string{"ALLOWED_HOSTS=example.org"}, "base_url=http://localhost:", "http://[::]"},
		{[]string{"--addr", "0.0.0.0:0", "--dev"}, nil, "at /_dev/mail/ all mails", ""},
		{[]string{"--addr", "0.0.0.0:0"}, []string{"BASE_URL=https://example.org"}, "is at", "BASE_URL"},
	} {
		_, stop := serving(t, cfg, tt.env, append([]string{"--create", "--database", databasetest.SQLiteURL(t)}, tt.args...)...)
		if log := stop().out; !strings.Contains(log, tt.want) || tt.lack != "" && strings.Contains(log, tt.lack) {
			t.Errorf("%v %v: want %q, not %q in\n%s", tt.args, tt.env, tt.want, tt.lack, log)
		}
	}
}

// catchAll is a module with a page for every name, as blogs have.
type catchAll struct{ named }

func (catchAll) Routes(r *web.Router) {
	r.Get("/{slug}/", func(w http.ResponseWriter, r *http.Request) error {
		if r.PathValue("slug") != "about" {
			return orm.ErrNotFound
		}
		return web.JSON(w, 200, "about")
	})
	r.API().Get("/api/{id:int}", func(http.ResponseWriter, *http.Request) error { return orm.ErrNotFound })
}

// ownRobots has a robots.txt of its own.
type ownRobots struct{ catchAll }

func (m ownRobots) Routes(r *web.Router) {
	m.catchAll.Routes(r)
	r.Get("/robots.txt", func(w http.ResponseWriter, _ *http.Request) error {
		_, err := io.WriteString(w, "mine")
		return err
	})
}

// TestWhatBrowsersAskFor: robots.txt and favicon.ico are answered, and no
// address is sent on to one that is not there.
func TestWhatBrowsersAskFor(t *testing.T) {
	t.Parallel()
	start := func(m module.Module, static fs.FS) *volatest.Client {
		return volatest.New(t, vola.Config{Name: "B", Dir: t.TempDir(), Static: static, Modules: []module.Module{module.At("/", m)}})
	}
	plain := start(catchAll{"all"}, nil)
	files := start(catchAll{"all"}, fstest.MapFS{"robots.txt": {Data: []byte("Disallow: /x")}, "favicon.ico": {Data: []byte("icon")}})
	own := start(ownRobots{catchAll{"all"}}, nil)
	for _, tt := range []struct {
		c      *volatest.Client
		path   string
		status int
		body   string
	}{
		{plain, "/robots.txt", 200, "User-agent: *\nDisallow:\n"},
		{plain, "/favicon.ico", 404, "favicon.ico"},
		{plain, "/wp-login.php", 404, ""},
		{plain, "/.env", 404, ""},
		{plain, "/nothing", 404, ""},
		{plain, "/about", 308, ""},
		{plain, "/about/", 200, "about"},
		{files, "/robots.txt", 200, "Disallow: /x"},
		{files, "/favicon.ico", 200, "icon"},
		{own, "/robots.txt", 200, "mine"},
		{plain, "/api/7", 404, `"message":"What was asked for does not exist."`},
		{plain, "/api/x", 404, `"error":"Not Found"`},
	} {
		if got := tt.c.Get(tt.path); got.Status != tt.status || !strings.Contains(got.Body, tt.body) {
			t.Errorf("%s: %d %q, want %d %q", tt.path, got.Status, got.Body, tt.status, tt.body)
		}
	}
}

// rawRequests sends bytes over one connection and returns the statuses of the
// answers until the server closes it.
func rawRequests(t *testing.T, base, text string) (statuses []int) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	for in := bufio.NewReader(conn); ; {
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			return statuses
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			t.Fatal(err)
		}
		statuses = append(statuses, resp.StatusCode)
	}
}

// TestTwoLengths: after a request with Content-Length and Transfer-Encoding
// the connection is closed; what follows is not answered.
func TestTwoLengths(t *testing.T) {
	t.Parallel()
	base, _ := serving(t, site(t.TempDir()), nil, "--create", "--database", databasetest.SQLiteURL(t))
	const second = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
	for name, tt := range map[string]struct {
		first string
		want  int
	}{
		"both":   {"POST /blog/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 1},
		"length": {"POST /blog/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", 2},
		"none":   {"GET /blog/ HTTP/1.1\r\nHost: localhost\r\n\r\n", 2},
	} {
		if got := rawRequests(t, base, tt.first+second); len(got) != tt.want {
			t.Errorf("%s: answers %v, want %d", name, got, tt.want)
		}
	}
}

// TestPagesAreSentOnce: who has the page as it is gets 304.
func TestPagesAreSentOnce(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		c := volatest.Start(t, site(t.TempDir()), volatest.Options{DB: db})
		tag := c.Get("/blog/").WantStatus(200).Header.Get("Etag")
		again := func() int {
			r := httptest.NewRequest("GET", "/blog/", nil)
			r.Header.Set("If-None-Match", tag)
			w := httptest.NewRecorder()
			c.Site.ServeHTTP(w, r)
			return w.Code
		}
		if got := again(); tag == "" || got != 304 {
			t.Errorf("the same page: %q, %d", tag, got)
		}
		if err := orm.Create(t.Context(), db, &blog.Author{Username: "ann"}); err != nil {
			t.Fatal(err)
		}
		author, err := orm.From[blog.Author](db).Get(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := orm.Create(t.Context(), db, &blog.Post{Title: fmt.Sprint("New by ", author.Username), Author: orm.Ref[blog.Author]{ID: author.ID}}); err != nil {
			t.Fatal(err)
		}
		if got := again(); got != 200 {
			t.Errorf("another page: %d", got)
		}
	})
}

// framed has two pages that extend one frame with an error.
type framed struct{ host *module.Host }

var framedPages = []templates.PageOf[string]{templates.Page[string]("framed/a.html"), templates.Page[string]("framed/b.html")}

func (*framed) Name() string { return "framed" }
func (f *framed) Start(_ context.Context, h *module.Host) error {
	f.host = h
	return nil
}
func (*framed) Pages() []templates.Checked {
	return []templates.Checked{framedPages[0], framedPages[1]}
}
func (*framed) Templates() fs.FS {
	return fstest.MapFS{
		"frame.html":    {Data: []byte("<p>\n{{.Nothing}}{{block \"content\" .}}{{end}}")},
		"framed/a.html": {Data: []byte("{{extends \"frame.html\"}}{{block \"content\" .}}a{{end}}")},
		"framed/b.html": {Data: []byte("{{extends \"frame.html\"}}{{block \"content\" .}}b{{end}}")},
	}
}
func (f *framed) Routes(r *web.Router) { r.Get("/", f.page).Name("page") }

var framedLine = 1 + func() int { _, _, n, _ := runtime.Caller(0); return n }() + 1

func (f *framed) page(w http.ResponseWriter, r *http.Request) error {
	return f.host.Render(w, r, framedPages[0].Data("x"))
}

// TestMistakesOnce: an error in a frame is one error, however many pages are
// made of it, and the page that shows it names the handler's line and none of
// the keys that came with the request.
func TestMistakesOnce(t *testing.T) {
	t.Parallel()
	cfg := vola.Config{Drivers: databasetest.Drivers(), Dir: t.TempDir(), Modules: []module.Module{&framed{}}}
	r := run(t, cfg, nil, "check")
	r.want(t, 1, "frame.html:2")
	if n := strings.Count(r.errOut, "frame.html:2"); n != 1 {
		t.Errorf("%d times:\n%s", n, r.errOut)
	}
	c := volatest.Start(t, vola.Config{Dir: t.TempDir(), Modules: []module.Module{&framed{}}}, volatest.Options{Dev: true, Log: io.Discard})
	req := httptest.NewRequest("GET", "http://localhost/framed/", nil)
	for _, name := range []string{"X-Api-Key", "X-Auth-Token", "Cookie", "Authorization", "X-Amz-Security-Token", "X-Hub-Signature-256"} {
		req.Header.Set(name, "hunter2")
	}
	req.Header.Set("X-Other", "seen")
	w := httptest.NewRecorder()
	c.Site.ServeHTTP(w, req)
	body := w.Body.String()
	if w.Code != 500 || strings.Count(body, "frame.html:2") != 1 || strings.Contains(body, "hunter2") || !strings.Contains(body, "seen") ||
		!strings.Contains(body, fmt.Sprintf("edge_test.go:%d", framedLine)) {
		t.Errorf("%d, want line %d:\n%s", w.Code, framedLine, body)
	}
}

// TestMiddlewareLeftOut: what a site need not have is there, and can be left out.
func TestMiddlewareLeftOut(t *testing.T) {
	t.Parallel()
	get := func(change func(*vola.Config)) (header http.Header, log string) {
		cfg := site(t.TempDir())
		change(&cfg)
		var b strings.Builder
		res := volatest.Start(t, cfg, volatest.Options{Log: &b}).Get("/no-such-page")
		return res.Header, b.String()
	}
	header, log := get(func(*vola.Config) {})
	id := header.Get("X-Request-Id")
	if id == "" || header.Get("Content-Security-Policy") == "" || !strings.Contains(log, "path=/no-such-page") || !strings.Contains(log, id) {
		t.Errorf("%v, %s", header, log)
	}
	header, log = get(func(c *vola.Config) { c.NoRequestID, c.NoAccessLog, c.NoSecureHeaders = true, true, true })
	if header.Get("X-Request-Id") != "" || header.Get("Content-Security-Policy") != "" || strings.Contains(log, "path=/no-such-page") {
		t.Errorf("left out: %v, %s", header, log)
	}
}
