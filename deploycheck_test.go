package vola_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/mail"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/middleware"
)

// deployed is a site on a server, which a test changes.
type deployed struct {
	cfg     vola.Config
	environ map[string]string
	machine vola.Machine
}

// mailer is a module with mails.
type mailer struct{}

func (mailer) Name() string                { return "mailer" }
func (mailer) Mails() []module.MailPreview { return nil }

// contact is a module with a security.txt.
type contact struct{ deadline time.Duration }

func (contact) Name() string { return "contact" }
func (c contact) Routes(r *web.Router) {
	r.Get("/.well-known/security.txt", func(http.ResponseWriter, *http.Request) error { return nil })
	r.Get("/long", func(http.ResponseWriter, *http.Request) error { return nil }).Deadline(c.deadline)
}

// newDeployed returns a site with which nothing is wrong.
func newDeployed(t *testing.T) *deployed {
	t.Helper()
	dir := t.TempDir()
	url := "sqlite:" + filepath.Join(dir, "data", "site.db")
	if err := os.Mkdir(filepath.Join(dir, "data"), 0o700); err != nil {
		t.Fatal(err)
	}
	db, err := database.Open(t.Context(), database.Config{URL: url, Drivers: databasetest.Drivers(), Create: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return &deployed{
		cfg: vola.Config{
			Dir: dir, Drivers: databasetest.Drivers(), Modules: []module.Module{module.At("/", contact{time.Minute})},
			Templates: fstest.MapFS{"error.html": {Data: []byte("<h1 data-style='x'>{{.Title}}")}},
		},
		environ: map[string]string{
			"BASE_URL": "https://shop.example.org", "TRUSTED_PROXIES": "127.0.0.1,::1,fd00::/8", "DATABASE_URL": url,
			"STORAGE_URL": "disk:" + filepath.Join(dir, "data", "files"), "SECRET_KEY": "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8",
		},
		machine: vola.Machine{Dir: dir, Mounts: "/dev/vda1 / ext4 rw 0 0\nserver:/x /mnt/net\\040work nfs4 rw 0 0\n"},
	}
}

func (d *deployed) write(t *testing.T, name, text string, mode fs.FileMode) {
	t.Helper()
	path := filepath.Join(d.machine.Dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

func (d *deployed) findings(t *testing.T) []vola.Found {
	t.Helper()
	s, err := vola.New(d.cfg, vola.Options{Environ: d.environ})
	if err != nil {
		t.Fatal(err)
	}
	list, err := vola.DeployFindings(t.Context(), s, d.machine)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// deployCase makes one finding, or several of one id.
type deployCase struct {
	id     string
	change func(t *testing.T, d *deployed)
	count  int
	level  string // "" for that of the check
}

func set(name, value string) func(*testing.T, *deployed) {
	return func(_ *testing.T, d *deployed) { d.environ[name] = value }
}

func header(change func(*middleware.SecureHeadersConfig)) func(*testing.T, *deployed) {
	return func(_ *testing.T, d *deployed) { change(&d.cfg.SecureHeaders) }
}

func file(name, text string, mode fs.FileMode) func(*testing.T, *deployed) {
	return func(t *testing.T, d *deployed) { d.write(t, name, text, mode) }
}

// deployCases are what each check finds.
func deployCases() []deployCase {
	policy := func(text string) func(*testing.T, *deployed) {
		return header(func(h *middleware.SecureHeadersConfig) { h.ContentSecurityPolicy = text })
	}
	const rest = "; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
	return []deployCase{
		{"T01", set("BASE_URL", ""), 1, ""},
		{"T01", set("BASE_URL", "http://shop.example.org"), 1, ""},
		{"T01", func(_ *testing.T, d *deployed) {
			delete(d.environ, "BASE_URL")
			d.cfg.Mailers = []mail.Driver{new(pigeons)}
			d.environ["MAIL_URL"], d.environ["MAIL_FROM"] = "pigeon://roof", "post@example.org"
		}, 1, ""},
		{"T02", set("BASE_URL", "https://192.0.2.1"), 1, ""},
		{"T02", set("BASE_URL", "https://[2001:db8::1]"), 1, ""},
		{"T02", set("BASE_URL", "https://localhost"), 1, ""},
		{"T02", set("BASE_URL", "https://shop.local"), 1, ""},
		{"T03", header(func(h *middleware.SecureHeadersConfig) { h.HSTS = -1 }), 1, ""},
		{"T03", header(func(h *middleware.SecureHeadersConfig) { h.HSTS = 30 * 24 * time.Hour }), 1, ""},
		{"T04", set("TRUSTED_PROXIES", ""), 1, ""},
		{"T05", set("TRUSTED_PROXIES", "0.0.0.0/0,::/0"), 2, ""},
		{"T05", set("TRUSTED_PROXIES", "128.0.0.0/1"), 1, ""},
		{"T07", set("REQUEST_TIMEOUT", "0"), 1, ""},
		{"T07", set("REQUEST_TIMEOUT", "1h"), 1, ""},
		{"T07", func(_ *testing.T, d *deployed) {
			d.cfg.Modules = []module.Module{module.At("/", contact{web.NoDeadline})}
		}, 1, ""},
		{"T08", header(func(h *middleware.SecureHeadersConfig) { h.HSTSPreload = true }), 1, ""},
		{"T09", set("ADDR", "0.0.0.0:8000"), 1, ""},
		{"T09", set("ADDR", ":8000"), 1, ""},
		{"T10", set("ALLOWED_HOSTS", "*"), 1, ""},
		{"T10", set("ALLOWED_HOSTS", ".org, .example.com"), 1, ""},
		{"T11", set("BASE_URL", "https://shop.example.org:8443"), 1, ""},
		{"T12", set("MAX_REQUESTS", "10001"), 1, ""},
		{"H01", policy(middleware.Omit), 1, ""},
		{"H01", func(_ *testing.T, d *deployed) { d.cfg.NoSecureHeaders = true }, 1, ""},
		{"H02", policy("default-src 'self'; script-src 'self' 'unsafe-inline'" + rest), 1, ""},
		{"H02", policy("default-src 'self'; script-src *" + rest), 1, ""},
		{"H02", policy("default-src 'self' 'UNSAFE-EVAL'" + rest), 1, ""},
		{"H02", policy("img-src 'self'" + rest), 1, ""},
		{"H03", header(func(h *middleware.SecureHeadersConfig) {
			h.ContentTypeOptions, h.FrameOptions, h.OpenerPolicy, h.ReferrerPolicy, h.ResourcePolicy = "-", "-", "-", "-", "-"
		}), 5, ""},
		{"H05", header(func(h *middleware.SecureHeadersConfig) { h.PermissionsPolicy = middleware.Omit }), 1, ""},
		{"H06", policy("default-src 'self'"), 3, ""},
		{"H07", func(_ *testing.T, d *deployed) {
			d.cfg.Templates = fstest.MapFS{"error.html": {Data: []byte("<h1>{{.Title}}</h1>\n<p\n style=\"color: red\">")}}
		}, 1, ""},
		{"S01", set("SECRET_KEY", ""), 1, ""},
		{"S01", set("SECRET_KEY", strings.Repeat("ab", 16)), 1, ""},
		{"S01", set("SECRET_KEY", "change-this-key-before-you-deploy-me"), 1, ""},
		{"S02", file(".env", "A=b", 0o644), 1, ""},
		{"S02", func(t *testing.T, d *deployed) {
			d.write(t, "key", d.environ["SECRET_KEY"], 0o644)
			delete(d.environ, "SECRET_KEY")
			d.environ["SECRET_KEY_FILE"] = filepath.Join(d.machine.Dir, "key")
		}, 1, ""},
		{"S02", func(t *testing.T, d *deployed) {
			d.write(t, "url", d.environ["STORAGE_URL"], 0o644)
			delete(d.environ, "STORAGE_URL")
			d.environ["STORAGE_URL_FILE"] = filepath.Join(d.machine.Dir, "url")
		}, 1, ""},
		{"S03", set("SECRET_KEY_FALLBACKS", strings.Repeat("a", 32)+","+strings.Repeat("b", 32)+","+strings.Repeat("c", 32)), 1, ""},
		{"S04", set("DATABASE_URL", "postgres://site:long-enough-pw@db.example.org/site"), 1, ""},
		{"S04", set("DATABASE_URL", "postgres://site@db.example.org/site?sslmode=disable"), 1, ""},
		{"S04", set("DATABASE_URL", "postgres://site@/site?host=/tmp,10.0.0.5"), 1, ""},
		{"S04", set("DATABASE_URL", "postgres://site@db.example.org/site?sslmode=require"), 1, "note"},
		{"S05", func(_ *testing.T, d *deployed) { d.environ["SECRET_KEY_FALLBACKS"] = d.environ["SECRET_KEY"] }, 1, ""},
		{"S06", func(_ *testing.T, d *deployed) {
			d.cfg.Static = fstest.MapFS{"a/server.key": {Data: []byte("x")}, "site.css": {Data: []byte("x")}, "site.db": {Data: []byte("x")}}
		}, 2, ""},
		{"S08", func(t *testing.T, d *deployed) { d.write(t, ".git/HEAD", "x", 0o600); d.write(t, ".env", "A=b", 0o600) }, 1, ""},
		{"S09", set("DATABASE_URL", "postgres://site:site@localhost/site"), 1, ""},
		{"S09", set("DATABASE_URL", "postgres://site:Postgresql@127.0.0.1/site"), 1, ""},
		{"D01", func(_ *testing.T, d *deployed) { d.machine.Build = []debug.BuildSetting{{Key: "-race", Value: "true"}} }, 1, ""},
		{"D02", set("DATABASE_URL", "sqlite:/nonexistent/site.db"), 1, ""},
		{"D02", func(_ *testing.T, d *deployed) { d.cfg.Modules = append(d.cfg.Modules, site("").Modules...) }, 1, ""},
		{"D04", func(_ *testing.T, d *deployed) {
			d.environ["STORAGE_URL"] = "disk:" + filepath.Join(d.machine.Dir, "static", "up")
		}, 1, ""},
		{"D06", func(_ *testing.T, d *deployed) { d.cfg.Modules = nil }, 1, ""},
		{"D07", func(_ *testing.T, d *deployed) { d.cfg.Modules = append(d.cfg.Modules, mailer{}) }, 1, ""},
		{"D08", set("DATABASE_URL", "sqlite:/mnt/net work/site.db"), 1, ""},
		{"D10", set("DATABASE_URL", "sqlite:site.db"), 1, ""},
		{"D11", set("STORAGE_URL", "disk:files"), 1, ""},
		{"D12", set("LOG_SQL", "on"), 1, ""},
		{"D13", set("LOG_LEVEL", "DEBUG"), 1, ""},
		{"D13", set("LOG_LEVEL", "ERROR"), 1, ""},
		{"D14", func(t *testing.T, d *deployed) { d.write(t, "templates/x.html", "x", 0o600) }, 1, ""},
		{"D15", func(_ *testing.T, d *deployed) { d.machine.Root = true }, 1, ""},
		{"D16", set("LOG_LEVL", "INFO"), 1, ""},
		{"D17", func(_ *testing.T, d *deployed) { d.cfg.Templates = nil }, 1, ""},
	}
}

// TestDeployChecks: nothing is found in a site that is as it should be, and each mistake by its
// check alone.
func TestDeployChecks(t *testing.T) {
	t.Parallel()
	if list := newDeployed(t).findings(t); len(list) > 0 {
		t.Fatalf("found in a good site: %+v", list)
	}
	levels, tested := map[string]string{}, map[string]bool{"S07": true} // in TestKeyOfASiteWithoutSettings
	for _, c := range vola.DeployChecks() {
		levels[c.ID] = c.Level
	}
	// What cannot be reached is D02's too; a database on a server is not tried here.
	also := map[string][]string{"D08": {"D02"}, "D10": {"D02"}, "S04": {"D02"}, "S09": {"D02"}}
	for i, tt := range deployCases() {
		tested[tt.id] = true
		t.Run(fmt.Sprint(tt.id, " ", i), func(t *testing.T) {
			t.Parallel()
			d := newDeployed(t)
			tt.change(t, d)
			n := 0
			for _, f := range d.findings(t) {
				switch {
				case f.ID == tt.id:
					n++
				case !slices.Contains(also[tt.id], f.ID):
					t.Errorf("found besides: %+v", f)
				}
				if f.Reason == "" || f.Where == "" || f.Write == "" || f.Title == "" || strings.ContainsAny(f.Reason, "\n") {
					t.Errorf("%+v lacks something", f)
				}
				if f.ID == tt.id && string(f.Level) != cmp.Or(tt.level, levels[tt.id]) {
					t.Errorf("%+v is at another level", f)
				}
			}
			if n != tt.count {
				t.Errorf("found %d times, want %d", n, tt.count)
			}
		})
	}
	for id := range levels {
		if !tested[id] {
			t.Errorf("no case makes %s find something", id)
		}
	}
	if len(levels) < 25 {
		t.Errorf("%d checks", len(levels))
	}
}

// TestDeployChecksThatFindNothing: what looks like a mistake and is none.
func TestDeployChecksThatFindNothing(t *testing.T) {
	t.Parallel()
	const rest = "; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
	for i, change := range []func(*testing.T, *deployed){
		set("TRUSTED_PROXIES", "10.0.0.0/8, fc00::/7"), set("ADDR", "10.1.2.3:8000"), set("ADDR", "[::1]:8000"), set("ALLOWED_HOSTS", ".example.com,www.example.org"),
		set("BASE_URL", "https://shop.example.org:443"), set("LOG_SQL", "redacted"), set("LOG_LEVEL", "WARN"), set("SECRET_KEY_FALLBACKS", strings.Repeat("a", 32)),
		header(func(h *middleware.SecureHeadersConfig) { h.HSTSPreload, h.HSTSSubdomains = true, true }),
		header(func(h *middleware.SecureHeadersConfig) { h.HSTS = 2 * middleware.DefaultHSTS }),
		header(func(h *middleware.SecureHeadersConfig) {
			h.ContentSecurityPolicy = "default-src 'none'; script-src 'self' https://cdn.example.com; img-src *" + rest
		}),
		func(t *testing.T, d *deployed) { d.write(t, ".env", "A=b", 0o600) },
		func(t *testing.T, d *deployed) {
			d.write(t, ".git/HEAD", "x", 0o600)
			d.write(t, ".env", "A=b", 0o600)
			d.write(t, ".gitignore", "x\n .env\n", 0o600)
		},
		func(_ *testing.T, d *deployed) {
			d.machine.Build = []debug.BuildSetting{{Key: "-race", Value: "false"}, {Key: "-gcflags", Value: ""}}
		},
		func(_ *testing.T, d *deployed) { d.machine.Mounts = "" },
		func(_ *testing.T, d *deployed) {
			d.cfg.Templates = fstest.MapFS{"error.html": {Data: []byte("x")}, "shop/mail/order.html": {Data: []byte(`<p style="color: red">`)}}
		},
		func(t *testing.T, d *deployed) {
			d.write(t, "base", d.environ["BASE_URL"], 0o644)
			delete(d.environ, "BASE_URL")
			d.environ["BASE_URL_FILE"] = filepath.Join(d.machine.Dir, "base")
		},
		func(_ *testing.T, d *deployed) {
			d.environ["STORAGE_URL"] = "disk:" + filepath.Join(d.machine.Dir, "statics")
		},
	} {
		d := newDeployed(t)
		change(t, d)
		if list := d.findings(t); len(list) > 0 {
			t.Errorf("case %d: %+v", i, list)
		}
	}
	for _, url := range []string{"postgres://site:long-enough-pw@db.example.org/site?sslmode=verify-full", "postgres://site@/site?host=/run/postgresql", "postgres://site@127.0.0.1:1/site"} {
		d := newDeployed(t)
		d.environ["DATABASE_URL"] = url
		for _, f := range d.findings(t) {
			if f.ID != "D02" {
				t.Errorf("%s: %+v", url, f)
			}
		}
	}
}

// guard is a module with checks of its own.
type guard struct{ checks []module.DeployCheck }

func (guard) Name() string                         { return "guard" }
func (g guard) DeployChecks() []module.DeployCheck { return g.checks }

// TestDeployChecksOfModules have the database, and are told apart by their ids.
func TestDeployChecksOfModules(t *testing.T) {
	t.Parallel()
	check := func(id string, find func(context.Context, *module.Host) ([]module.Finding, error)) module.DeployCheck {
		return module.DeployCheck{ID: id, Level: module.LevelError, Title: "a title", Find: find}
	}
	d := newDeployed(t)
	d.cfg.Modules = append(d.cfg.Modules, guard{[]module.DeployCheck{
		check("A01", func(ctx context.Context, h *module.Host) ([]module.Finding, error) {
			return []module.Finding{{Reason: "found", Where: "here", Write: "that"}, {Level: module.LevelNote, Reason: "less"}}, h.DB.Ping(ctx)
		}),
		check("A02", func(context.Context, *module.Host) ([]module.Finding, error) { return nil, errors.New("no luck") }),
		check("A03", func(context.Context, *module.Host) ([]module.Finding, error) { return nil, nil }),
	}})
	d.cfg.SilencedChecks = map[string]string{"A01": "it is meant so"}
	list := d.findings(t)
	if len(list) != 3 || list[0].ID != "A01" || list[0].Silenced != "it is meant so" || list[0].Level != "error" ||
		list[1].ID != "A02" || list[1].Level != "warning" || !strings.Contains(list[1].Reason, "no luck") || list[2].Level != "note" {
		t.Errorf("%+v", list)
	}
	for want, cfg := range map[string]vola.Config{
		`no check "X99"`:      {SilencedChecks: map[string]string{"X99": "x"}},
		"T01 has no reason":   {SilencedChecks: map[string]string{"T01": " "}},
		`the check "T01" has`: {Modules: []module.Module{guard{[]module.DeployCheck{check("T01", nil)}}}},
		`the check "a" has`:   {Modules: []module.Module{guard{[]module.DeployCheck{check("a", nil)}}}},
	} {
		cfg.Drivers = databasetest.Drivers()
		s, err := vola.New(cfg, vola.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := vola.DeployFindings(t.Context(), s, vola.Machine{Dir: t.TempDir()}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// TestCheckDeploy is the command: what it prints, and its status.
func TestCheckDeploy(t *testing.T) {
	t.Parallel()
	d := newDeployed(t)
	var environ []string
	for name, value := range d.environ {
		environ = append(environ, name+"="+value)
	}
	// snippet: silenced
	d.cfg.SilencedChecks = map[string]string{"T12": "a large machine", "D01": "tests are built for the race detector", "D15": "tests run as root"}
	// end snippet
	run(t, d.cfg, environ, "check", "--deploy").want(t, 0, "0 errors, 0 warnings, ")
	bad := append(environ, "MAX_REQUESTS=20000", "LOG_SQL=on", "ALLOWED_HOSTS=*")
	run(t, d.cfg, bad, "check", "--deploy").want(t, 1, "T10 error: ", "\n    in: setting ALLOWED_HOSTS\n    write: ALLOWED_HOSTS=", "D12 warning: ",
		"T12 silenced: ", "silenced: a large machine", "1 error, 1 warning, ", "2 findings at level warning or worse")
	run(t, d.cfg, bad, "check", "--deploy", "--fail-level", "error").want(t, 1, "1 finding at level error or worse")
	run(t, d.cfg, append(environ, "LOG_LEVEL=DEBUG"), "check", "--deploy").want(t, 0, "D13 note")
	run(t, d.cfg, append(environ, "LOG_LEVEL=DEBUG"), "check", "--deploy", "--fail-level", "note").want(t, 1, "at level note")
	other := databasetest.SQLiteURL(t)
	run(t, d.cfg, environ, "check", "--deploy", "--database", other).want(t, 1, "D02 error: the site does not start: ", strings.TrimPrefix(other, "sqlite:"))
	good := slices.DeleteFunc(slices.Clone(environ), func(v string) bool { return strings.HasPrefix(v, "DATABASE_URL=") })
	run(t, d.cfg, append(good, "DATABASE_URL=sqlite:/nonexistent/site.db"), "check", "--deploy", "--database", d.environ["DATABASE_URL"]).want(t, 0, "0 errors, 0 warnings, ")
	weak := run(t, d.cfg, slices.Concat(environ, []string{"SECRET_KEY=" + strings.Repeat("ab", 16)}), "check", "--deploy")
	weak.want(t, 1, "write: SECRET_KEY=$(openssl rand -hex 32)\n")
	if regexp.MustCompile(`[0-9a-f]{64}`).MatchString(weak.out) {
		t.Errorf("a key is printed:\n%s", weak.out)
	}
	run(t, d.cfg, environ, "check", "--deploy", "--fail-level", "loud").want(t, 2, `"loud" is not a level`)
	run(t, d.cfg, environ, "check", "--json").want(t, 2, "--deploy")
	r := run(t, d.cfg, bad, "check", "--deploy", "--json")
	var list []map[string]string
	if err := json.Unmarshal([]byte(r.out), &list); err != nil || r.status != 1 || len(list) < 3 || list[0]["id"] != "T10" || list[0]["level"] != "error" {
		t.Errorf("%d, %v: %s", r.status, err, r.out)
	}
	if r := run(t, d.cfg, environ, "check", "--deploy", "--json"); !strings.HasPrefix(r.out, "[") || r.status != 0 {
		t.Errorf("%d %s%s", r.status, r.out, r.errOut)
	}
}
