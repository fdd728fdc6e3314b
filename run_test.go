package vola_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"

	blog "github.com/volaweb/vola/examples/onepage"
)

// site is the smallest real site: one module with models and a page.
func site(dir string) vola.Config {
	return vola.Config{Name: "Test", Version: "1.2", Drivers: databasetest.Drivers(), Modules: []module.Module{blog.New()}, Dir: dir}
}

// result is what a run of the program left.
type result struct {
	status      int
	out, errOut string
}

func run(t *testing.T, cfg vola.Config, environ []string, args ...string) result {
	t.Helper()
	var out, errOut bytes.Buffer
	status := vola.Run(t.Context(), cfg, args, withKey(environ), strings.NewReader(""), &out, &errOut)
	return result{status, out.String(), errOut.String()}
}

func (r result) want(t *testing.T, status int, texts ...string) {
	t.Helper()
	if r.status != status {
		t.Errorf("status %d, want %d\n%s%s", r.status, status, r.out, r.errOut)
	}
	for _, s := range texts {
		if !strings.Contains(r.out+r.errOut, s) {
			t.Errorf("the output lacks %q:\n%s%s", s, r.out, r.errOut)
		}
	}
	if strings.Contains(r.errOut, "goroutine ") {
		t.Errorf("a stack trace was printed:\n%s", r.errOut)
	}
}

// TestUsageLine: who calls a command in the wrong way is told the right one.
func TestUsageLine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cfg := vola.Config{Drivers: databasetest.Drivers(), Dir: dir, Modules: []module.Module{newCommander("one")}}
	env := []string{"DATABASE_URL=sqlite:" + filepath.Join(dir, "a.db")}
	run(t, cfg, env, "migrate").want(t, 0)
	tests := []struct {
		args []string
		want string
	}{
		{[]string{"sqlmigrate"}, "needs MODULE NAME\nUsage: sqlmigrate [flags] MODULE NAME\n"},
		{[]string{"routes", "x"}, "routes takes no arguments, but got \"x\"\nUsage: routes [flags]\n"},
		{[]string{"migrate", "--chek"}, "not defined: -chek; see: migrate --help\nUsage: migrate [flags] [MODULE [NAME]]\n"},
		{[]string{"one", "echo"}, "echo needs TEXT...\nUsage: one echo [flags] TEXT...\n"},
		{[]string{"one", "eco"}, "the module one has no such command; it has one echo\n"},
		{[]string{"help", "eco"}, "there is no command \"eco\"; did you mean echo?\n"},
		{[]string{"migrte"}, "there is no command \"migrte\"; did you mean migrate?\n"},
	}
	for _, tt := range tests {
		run(t, cfg, env, tt.args...).want(t, 2, tt.want)
	}
	run(t, cfg, env, "help", "one", "echo").want(t, 0, "Usage: one echo [flags] TEXT...\n", "--database")
	run(t, cfg, env, "inspect", "nowhere").want(t, 1, `there is no table "nowhere" in the database sqlite:`)
}

func TestCommands(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cfg := site(dir)
	env := []string{"DATABASE_URL=sqlite:" + filepath.Join(dir, "a.db")}
	run(t, cfg, env, "help").want(t, 0, "makemigrations", "serve if none is named")
	run(t, cfg, env, "version").want(t, 0, "Test 1.2 (go1.")
	run(t, cfg, env, "routes").want(t, 0, "GET  /blog/", "blog:index", "onepage.(*Blog).index")
	run(t, cfg, env, "check").want(t, 0, "no errors in 1 module, 5 routes, 1 page")
	run(t, cfg, env, "settings").want(t, 0, "DATABASE_URL", "environment", "127.0.0.1:8000")
	run(t, cfg, env, "migrate", "--help").want(t, 0, "--plan", "Usage: migrate [flags] [MODULE [NAME]]")
	run(t, cfg, env, "makemigrations").want(t, 0, "nothing to do")
	run(t, cfg, env, "makemigrations", "--check").want(t, 0, "nothing to do")
	fresh := []string{"DATABASE_URL=sqlite:" + filepath.Join(dir, "empty.db")}
	if err := os.WriteFile(filepath.Join(dir, "empty.db"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	run(t, cfg, fresh, "migrate", "--verify").want(t, 0, "on a copy:\n  apply blog.0001_initial\n  undo blog.0001_initial\n", "forward, back and forward again")
	run(t, cfg, fresh, "migrate", "--list").want(t, 0, "[ ] 0001_initial")
	run(t, cfg, env, "migrate").want(t, 0, "blog.0001_initial")
	run(t, cfg, env, "migrate").want(t, 0, "nothing to do")
	run(t, cfg, env, "migrate", "--list").want(t, 0, "[x] 0001_initial")
	run(t, cfg, env, "check", "--database", env[0][len("DATABASE_URL="):]).want(t, 0, "no errors")
	run(t, cfg, env, "sqlmigrate", "blog", "0001").want(t, 0, `CREATE TABLE "blog_post"`, "AUTOINCREMENT")
	run(t, cfg, env, "sqlmigrate", "blog", "0001", "--dialect", "postgres", "--back").want(t, 0, `DROP TABLE "blog_post"`)
	run(t, cfg, env, "sqlmigrate", "blog", "0009").want(t, 2, `module blog has no migration "0009"; it has 0001_initial`)
	run(t, cfg, env, "migrate", "blog", "0009").want(t, 2, `module blog has no migration "0009"; it has 0001_initial`, "Usage: migrate")
	run(t, cfg, env, "migrate", "blg").want(t, 2, `there is no module "blg"; did you mean blog?`)
	run(t, cfg, env, "makemigrations", "elsewhere").want(t, 2, `there is no module "elsewhere"; the modules are blog`)
	run(t, cfg, env, "sqlmigrate", "blog", "0001", "--dialect", "oracle").want(t, 2, `no driver for the dialect "oracle"`)
	run(t, cfg, env, "inspect", "--module", "blog").want(t, 0, "type Post struct", `db:"size=200"`)
	run(t, cfg, env, "makemigrations", "--merge").want(t, 0, "nothing to do")
	run(t, cfg, env, "makemigrations", "--empty", "--dry-run", "blog").want(t, 0, "0002_by_hand")
	run(t, cfg, env, "migrate", "blog", "zero").want(t, 0, "0001_initial")
	run(t, cfg, env, "migrate", "--list").want(t, 0, "[ ] 0001_initial")
}

func TestSecretsAreNotPrinted(t *testing.T) {
	t.Parallel()
	env := []string{"DATABASE_URL=postgres://ann:hunter2@127.0.0.1:1/x?password=hunter3"}
	for _, args := range [][]string{{"settings"}, {"migrate"}, {"serve", "--addr", "127.0.0.1:0"}} {
		r := run(t, site(t.TempDir()), env, args...)
		if strings.Contains(r.out+r.errOut, "hunter") {
			t.Errorf("%v prints the password:\n%s%s", args, r.out, r.errOut)
		}
	}
}

func TestBadCallsEndWithOneSentence(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	foreign := write("foreign.db", strings.Repeat("This is no database. ", 400))
	whole := filepath.Join(dir, "whole.db")
	run(t, site(dir), nil, "migrate", "--database", "sqlite:"+whole).want(t, 0)
	bytes, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	cut := write("cut.db", string(bytes[:len(bytes)/2]))
	unmigrated := filepath.Join(dir, "unmigrated.db")
	write("unmigrated.db", "")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	before := files(t, dir)

	tests := []struct {
		args   []string
		env    string
		status int
		want   string
	}{
		{[]string{"nonsense"}, "", 2, `there is no command "nonsense"`},
		{[]string{"serve", "--nonsense"}, "", 2, "-nonsense"},
		{[]string{"serve", "blog"}, "", 2, "serve takes no arguments"},
		{[]string{"migrate", "nowhere"}, "", 2, `there is no module "nowhere"`},
		{[]string{"migrate", "blog", "0009_x", "y"}, "", 2, `migrate takes [MODULE [NAME]], but got "y" too`},
		{[]string{"makemigrations", "nowhere"}, "", 2, `there is no module "nowhere"`},
		{[]string{"--database", "nonsense"}, "", 2, "has no scheme; write sqlite:FILE or postgres://"},
		{[]string{"--database", "mysql://x"}, "", 2, "no driver for database URL"},
		{[]string{"--database", "sqlite:"}, "", 2, "names no file"},
		{[]string{"--database", "sqlite::memory:"}, "", 2, "in memory are not offered"},
		{[]string{"--database", "sqlite:" + dir}, "", 2, "is a folder"},
		{[]string{"--database", "sqlite:" + filepath.Join(dir, "none.db")}, "", 1, "none.db, or by the flag --create of serve"},
		{[]string{"--database", "sqlite:" + filepath.Join(dir, "none.db")}, "", 1, "does not exist; create it with: migrate --database"},
		{[]string{"--create", "--database", "sqlite:" + filepath.Join(dir, "none", "x.db")}, "", 1, "its folder does not exist"},
		{[]string{"--database", "sqlite:" + foreign}, "", 2, "not an SQLite database"},
		{[]string{"--database", "sqlite:" + cut}, "", 1, "damaged or cut short"},
		{[]string{"--database", "sqlite:" + unmigrated}, "", 1, "the migration blog 0001_initial is not applied; run: migrate --database"},
		{[]string{"--database", "postgres://127.0.0.1:1/x"}, "", 1, "no connection to the database"},
		{[]string{"--addr", "nonsense"}, "", 2, "cannot listen on nonsense"},
		{[]string{"--addr", listener.Addr().String()}, "", 1, "is in use by another program"},
		{[]string{"check"}, "LOG_LEVEL=loud", 1, `setting LOG_LEVEL: the value "loud" is no log level`},
		{[]string{"serve"}, "LOG_LEVEL=loud", 2, "DEBUG, INFO, WARN or ERROR"},
	}
	for _, tt := range tests {
		t.Run(strings.Join(tt.args, " "), func(t *testing.T) {
			if tt.args[0] != "check" && tt.args[0] != "serve" && !slices.Contains(tt.args, "--addr") && strings.HasPrefix(tt.args[0], "--") {
				tt.args = append(tt.args, "--addr", "127.0.0.1:0")
			}
			r := run(t, site(dir), []string{tt.env}, tt.args...)
			r.want(t, tt.status, tt.want)
			_, rest, _ := strings.Cut(r.errOut, "\n")
			if usage := strings.HasPrefix(rest, "Usage: ") && tt.status == 2; rest != "" && (!usage || strings.Count(rest, "\n") != 1) {
				t.Errorf("want one sentence, and a line of usage after it at most:\n%s", r.errOut)
			}
		})
	}
	if after := files(t, dir); after != before {
		t.Errorf("something was written:\nbefore %s\nafter  %s", before, after)
	}
}

// files describes the files in dir.
func files(t *testing.T, dir string) string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		out = append(out, fmt.Sprintf("%s:%d:%.20q", d.Name(), len(b), b))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(out, " ")
}

// broken is a module with an error in every part.
type broken struct{}

type brokenModel struct {
	ID    int64
	Title string `db:"sise=200"`
	Other chan int
}

var (
	badPage     = templates.Page[int]("broken/bad.html")
	missingPage = templates.Page[int]("broken/missing.html")
)

func (broken) Name() string               { return "broken" }
func (broken) Models() []orm.Declaration  { return []orm.Declaration{orm.Model[brokenModel]()} }
func (broken) Pages() []templates.Checked { return []templates.Checked{badPage, missingPage} }
func (broken) Checks() []error            { return []error{errors.New("the moon is full")} }
func (broken) Templates() fs.FS {
	return fstest.MapFS{"broken/bad.html": {Data: []byte("<p>\n{{.X}\n")}}
}
func (broken) Routes(r *web.Router) {
	r.Get("/a/{x}", nothing)
	r.Get("/a/{y}", nothing)
	r.Get("/{n:float}", nothing)
}

func nothing(http.ResponseWriter, *http.Request) error { return nil }

func TestAllMistakesAreReportedTogether(t *testing.T) {
	t.Parallel()
	cfg := vola.Config{Drivers: databasetest.Drivers(), Modules: []module.Module{broken{}}, Dir: t.TempDir()}
	r := run(t, cfg, nil, "check")
	r.want(t, 1, `option "sise" is not known`, "field Other", "/a/{x}", "run_test.go:", "float", "the moon is full", "broken/bad.html:2")
	run(t, cfg, nil, "serve", "--addr", "127.0.0.1:0").want(t, 2, "sise")

	templatesOnly := vola.Config{Drivers: databasetest.Drivers(), Modules: []module.Module{onlyPages{}}, Dir: t.TempDir()}
	run(t, templatesOnly, nil, "check").want(t, 1, "broken/bad.html:2", "broken/missing.html")
}

type onlyPages struct{}

func (onlyPages) Name() string               { return "pages" }
func (onlyPages) Pages() []templates.Checked { return broken{}.Pages() }
func (onlyPages) Templates() fs.FS           { return broken{}.Templates() }

// linking has a template that names a route, a parameter and a file that are
// not there.
type linking struct{}

var linkingPage = templates.Page[int]("linking/page.html")

func (linking) Name() string               { return "linking" }
func (linking) Pages() []templates.Checked { return []templates.Checked{linkingPage} }
func (linking) Routes(r *web.Router)       { r.Get("/{id:int}", nothing).Name("one") }
func (linking) Templates() fs.FS {
	return fstest.MapFS{"linking/page.html": {Data: []byte("{{url \"linking:won\" 1}}\n{{url \"linking:one\"}}\n{{static \"site.css\"}}\n{{url \"linking:one\" 5}}\n{{url \"linking:one\" \"five\"}}\n")}}
}

func TestTemplatesNameWhatIsThere(t *testing.T) {
	t.Parallel()
	cfg := vola.Config{Drivers: databasetest.Drivers(), Modules: []module.Module{linking{}}, Dir: t.TempDir()}
	r := run(t, cfg, nil, "check")
	r.want(t, 1, "linking/page.html:1:", "linking:won", "linking:one", "linking/page.html:2:", "takes 1 parameter (id), 0 given", "linking/page.html:3:", "no static file", "linking/page.html:5:")
	if strings.Contains(r.errOut, "page.html:4") {
		t.Errorf("a good call is reported:\n%s", r.errOut)
	}
}

func TestTemplatesCommand(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "templates", "blog"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "templates", "blog", "index.html"), []byte("mine"), 0o666); err != nil {
		t.Fatal(err)
	}
	run(t, site(dir), nil, "templates").want(t, 0, "blog/index.html\n", "overrides", "module blog (embedded)")
}

func TestModuleNames(t *testing.T) {
	t.Parallel()
	cfg := vola.Config{Modules: []module.Module{blog.New(), blog.New(), named("Bad Name")}}
	run(t, cfg, nil, "check").want(t, 2, `two modules are called "blog"`, `is called "Bad Name"`)
}

type named string

func (n named) Name() string { return string(n) }

// commander has commands, flags and a setting.
type commander struct {
	named
	settings *struct {
		Count  int    `env:"COUNT" envDefault:"3" help:"how many"`
		Secret string `env:"KEY" secret:"true"`
		Code   int    `env:"CODE" secret:"true"`
	}
}

func newCommander(name string) commander {
	c := commander{named: named(name)}
	c.settings = new(struct {
		Count  int    `env:"COUNT" envDefault:"3" help:"how many"`
		Secret string `env:"KEY" secret:"true"`
		Code   int    `env:"CODE" secret:"true"`
	})
	return c
}

func (c commander) Settings() any { return c.settings }

func (c commander) Commands() []module.Command {
	return []module.Command{{
		Name: "echo", Args: "TEXT...", Help: "print the text",
		Run: func(_ context.Context, env module.Env, args []string) error {
			switch {
			case args[0] == "wrong":
				return module.Usagef("wrong is no TEXT")
			case args[0] == "fail":
				return fault.New(fault.Conflict, "it failed")
			}
			_, err := fmt.Fprintln(env.Stdout, c.Name(), c.settings.Count, args, env.Host.DB.Dialect().Name())
			return err
		},
	}}
}

func TestModuleCommandsAndSettings(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	url := "sqlite:" + filepath.Join(dir, "a.db")
	one := vola.Config{Drivers: databasetest.Drivers(), Dir: dir, Modules: []module.Module{newCommander("one")}}
	run(t, one, nil, "migrate", "--database", url).want(t, 0)
	run(t, one, []string{"ONE_COUNT=7"}, "echo", "a", "--database", url, "b", "--", "--c").want(t, 0, "one 7 [a b --c] sqlite")
	run(t, one, nil, "one", "echo", "a", "--database", url).want(t, 0, "one 3 [a]")
	run(t, one, nil, "echo", "--database", url).want(t, 2, "echo needs TEXT...")
	run(t, one, nil, "echo", "wrong", "--database", url).want(t, 2, "wrong is no TEXT\nUsage: one echo [flags] TEXT...")
	run(t, one, nil, "echo", "fail", "--database", url).want(t, 1, "it failed")
	run(t, one, []string{"ONE_COUNT=many"}, "echo", "a").want(t, 2, `setting ONE_COUNT: the value "many" is no whole number`, "how many")
	r := run(t, one, []string{"ONE_CODE=hunter2", "ONE_KEY=hunter3"}, "settings")
	r.want(t, 2, "setting ONE_CODE: the value (not shown)")
	r2 := run(t, one, []string{"ONE_KEY=hunter3"}, "settings")
	r2.want(t, 0, "(set, not shown)", "ONE_COUNT")
	if strings.Contains(r.errOut+r2.out, "hunter") {
		t.Error("a secret was printed")
	}
	two := one
	two.Modules = []module.Module{newCommander("one"), newCommander("two")}
	run(t, two, nil, "echo", "a").want(t, 2, "one echo or two echo")
	run(t, two, nil, "two", "echo", "a", "--database", url).want(t, 0, "two 3")
}

// serving runs the site until the test ends and returns its address.
func serving(t *testing.T, cfg vola.Config, environ []string, args ...string) (base string, stop func() result) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	out, in := io.Pipe()
	var all lockedBuffer
	done := make(chan int, 1)
	go func() {
		done <- vola.Run(ctx, cfg, append([]string{"serve", "--addr", "127.0.0.1:0"}, args...), withKey(environ), strings.NewReader(""), io.MultiWriter(in, &all), &all)
		in.Close()
	}()
	line := make([]byte, 4096)
	n, err := out.Read(line)
	if err != nil {
		cancel()
		t.Fatalf("the site did not start: status %d\n%s", <-done, all.String())
	}
	go io.Copy(io.Discard, out)
	stop = func() result {
		cancel()
		status, ok := <-done
		if ok {
			close(done)
		}
		return result{status, all.String(), ""}
	}
	t.Cleanup(func() { cancel() })
	m := regexp.MustCompile(`http://[0-9a-z.:]+/`).FindString(string(line[:n]))
	if m == "" {
		t.Fatalf("no address in %q", line[:n])
	}
	return strings.TrimSuffix(m, "/"), stop
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	resp, err := http.Get(url)
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

func TestServeFirstStartAndStop(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	url := "sqlite:" + filepath.Join(dir, "new.db")
	base, stop := serving(t, site(dir), nil, "--database", url, "--create")
	if status, body := get(t, base+"/blog/"); status != 200 || !strings.Contains(body, "none yet") {
		t.Errorf("/blog/: %d %s", status, body)
	}
	if status, body := get(t, base+"/healthz"); status != 200 || body != "ok\n" {
		t.Errorf("/healthz: %d %q", status, body)
	}
	if status, body := get(t, base+"/none"); status != 404 || strings.Contains(body, "goroutine") {
		t.Errorf("/none: %d %s", status, body)
	}
	if r := stop(); r.status != 0 || !strings.Contains(r.out, "path=/blog/") {
		t.Errorf("stopped with %+v", r)
	}
	// The second start needs no --create.
	base, _ = serving(t, site(dir), nil, "--database", url)
	if status, _ := get(t, base+"/blog/"); status != 200 {
		t.Errorf("second start: %d", status)
	}
}

// TestAccessLogIsWhole: no line about a request is missing when the site has
// stopped, and each is there before a later line of another kind.
func TestAccessLogIsWhole(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	url := "sqlite:" + filepath.Join(dir, "new.db")
	for _, flags := range [][]string{nil, {"--dev"}} {
		base, stop := serving(t, site(dir), nil, append(flags, "--database", url, "--create")...)
		const n = 50
		for i := range n {
			get(t, fmt.Sprintf("%s/none/%d", base, i))
		}
		r := stop()
		at := 0
		for i := range n {
			line := fmt.Sprintf(" level=INFO msg=request method=GET path=/none/%d route=\"\" status=404 bytes=", i)
			next := strings.Index(r.out[at:], line)
			if next < 0 {
				t.Fatalf("%v: after %d lines, none has %q:\n%s", flags, i, line, r.out)
			}
			at += next + len(line)
		}
	}
}

// faulty has handlers that go wrong.
type faulty struct{ host *module.Host }

var faultyPage = templates.Page[string]("faulty/page.html")

func (*faulty) Name() string { return "faulty" }
func (f *faulty) Start(_ context.Context, h *module.Host) error {
	f.host = h
	return nil
}
func (*faulty) Pages() []templates.Checked { return []templates.Checked{faultyPage} }
func (*faulty) Templates() fs.FS {
	return fstest.MapFS{
		"faulty/page.html": {Data: []byte("<p>line one</p>\n{{index . 99}}\n")},
		"404.html":         {Data: []byte("<h1>own 404 {{.Status}}</h1>")},
		"error.html":       {Data: []byte("<h1>own error {{.Title}}</h1><p>{{.Message}}</p>{{.RequestID}}")},
	}
}
func (f *faulty) Routes(r *web.Router) {
	r.Get("/panic", func(http.ResponseWriter, *http.Request) error { panic("the oven is on fire") })
	r.Get("/error", func(http.ResponseWriter, *http.Request) error { return errors.New("password is hunter2") })
	r.Get("/conflict", func(http.ResponseWriter, *http.Request) error {
		return fault.Wrap(fault.Conflict, errors.New("row 7"), "Somebody was faster.")
	})
	r.Get("/page", func(w http.ResponseWriter, r *http.Request) error {
		return f.host.Render(w, r, faultyPage.Data("short"))
	})
	r.Get("/unlisted", func(w http.ResponseWriter, r *http.Request) error {
		return f.host.Render(w, r, templates.Page[int]("faulty/unlisted.html").Data(1))
	})
}

func TestErrorPages(t *testing.T) {
	t.Parallel()
	cfg := func() vola.Config {
		return vola.Config{Name: "F", Drivers: databasetest.Drivers(), Modules: []module.Module{&faulty{}}, Dir: t.TempDir()}
	}
	args := []string{"--create", "--database", databasetest.SQLiteURL(t)}
	base, stop := serving(t, cfg(), nil, args...)
	for path, want := range map[string]string{
		"/faulty/panic":    "500 own error Internal Server Error",
		"/faulty/error":    "500 own error Internal Server Error",
		"/faulty/page":     "500 own error",
		"/faulty/unlisted": "500 own error",
		"/faulty/conflict": "409 own error Conflict</h1><p>Somebody was faster.",
		"/faulty/none":     "404 own 404 404",
	} {
		status, body := get(t, base+path)
		if got := fmt.Sprint(status, " ", strings.TrimPrefix(body, "<h1>")); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
		for _, secret := range []string{"hunter2", "oven", "row 7", "goroutine", ".go:"} {
			if strings.Contains(body, secret) {
				t.Errorf("%s shows %q to a visitor: %s", path, secret, body)
			}
		}
	}
	log := stop().out
	for _, want := range []string{"the oven is on fire", "run_test.go", "password is hunter2", "is not listed: add it to the Pages"} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %q", want)
		}
	}

	dev, _ := serving(t, cfg(), nil, append(args[:2:2], databasetest.SQLiteURL(t), "--dev")...)
	for path, wants := range map[string][]string{
		"/faulty/panic": {"the oven is on fire", "run_test.go:", "panic(&#34;the oven is on fire&#34;)"},
		"/faulty/error": {"password is hunter2", "faulty/error"},
		"/faulty/page":  {"faulty/page.html:2", `class="fault"`, "{{index . 99}}"},
	} {
		status, body := get(t, dev+path)
		for _, want := range wants {
			if status != 500 || !strings.Contains(body, want) {
				t.Errorf("in development %s: %d without %q:\n%s", path, status, want, body)
			}
		}
	}
}

func TestDevRereadsTemplates(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "templates", "blog"), 0o777); err != nil {
		t.Fatal(err)
	}
	base, _ := serving(t, site(dir), nil, "--dev", "--create", "--database", databasetest.SQLiteURL(t))
	if status, body := get(t, base+"/blog/"); status != 200 || !strings.Contains(body, "none yet") {
		t.Fatalf("the module's own template: %d %s", status, body)
	}
	own := filepath.Join(dir, "templates", "blog", "index.html")
	for _, text := range []string{"<p>mine</p>", "<p>mine again</p>"} {
		if err := os.WriteFile(own, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, body := get(t, base+"/blog/"); body != text {
			t.Errorf("got %q, want %q", body, text)
		}
	}
	if err := os.WriteFile(own, []byte("<p>\n{{if}}"), 0o666); err != nil {
		t.Fatal(err)
	}
	if status, body := get(t, base+"/blog/"); status != 500 || !strings.Contains(body, "blog/index.html:2") {
		t.Errorf("a template with an error: %d %s", status, body)
	}
}
