package vola_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	blog "github.com/volaweb/vola/examples/onepage"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/web"
)

// TestHostileRequests sends what a browser never would, over a real
// connection: each gets a status, and the site goes on.
func TestHostileRequests(t *testing.T) {
	t.Parallel()
	base, stop := serving(t, site(t.TempDir()), nil, "--create", "--database", databasetest.SQLiteURL(t))
	keys := strings.Builder{}
	for i := range 100_000 {
		fmt.Fprintf(&keys, "&k%d=1", i)
	}
	for name, target := range map[string]string{
		"NUL":              "/blog/%00",
		"dots":             "/blog/%2e%2e/%2e%2e/etc/passwd",
		"plain dots":       "/blog/../../etc/passwd",
		"slash":            "/blog%2F",
		"backslash":        "/blog%5c..%5c",
		"bad escape":       "/blog/%zz",
		"invalid UTF-8":    "/blog/%ff%fe",
		"1 MB of path":     "/" + strings.Repeat("a", 1<<20),
		"1 MB of query":    "/blog/?q=" + strings.Repeat("a", 1<<20),
		"100,000 keys":     "/blog/?" + keys.String(),
		"5,000 short keys": "/blog/?" + strings.Repeat("&a", 3000),
		"control":          "/blog/%0d%0aSet-Cookie:%20a=b",
		"static dots":      "/static/%2e%2e/site.go",
		"double slash":     "//example.org/%2f..",
	} {
		conn, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		// The server may answer and close before it has read all.
		go fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: example.test\r\nConnection: close\r\n\r\n", target)
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Errorf("%s: no answer: %v", name, err)
		} else {
			if resp.StatusCode < 300 || resp.StatusCode >= 500 {
				t.Errorf("%s: status %d", name, resp.StatusCode)
			}
			if resp.Header.Get("Set-Cookie") != "" || strings.Contains(resp.Header.Get("Location"), "example.org") {
				t.Errorf("%s: header %v", name, resp.Header)
			}
			resp.Body.Close()
		}
		conn.Close()
	}
	if status, _ := get(t, base+"/blog/"); status != 200 {
		t.Errorf("afterwards: %d", status)
	}
	if log := stop().out; strings.Contains(log, "panic") {
		t.Errorf("something panicked:\n%s", log)
	}
}

// looper asks the database in a loop.
type looper struct {
	*blog.Blog
	db *database.DB
}

func (l *looper) Start(ctx context.Context, h *module.Host) error {
	l.db = h.DB
	return l.Blog.Start(ctx, h)
}

func (l *looper) Routes(r *web.Router) {
	r.Get("/loop", func(w http.ResponseWriter, r *http.Request) error {
		for id := range int64(3) {
			if _, err := orm.From[blog.Author](l.db).Where(blog.Authors.ID.Eq(id)).All(r.Context()); err != nil {
				return err
			}
		}
		_, err := w.Write([]byte("done"))
		return err
	})
}

func TestStatementLog(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		mode       string
		dev        bool
		want, lack string
	}{
		{"off", false, "path=/blog/loop", "SELECT"},
		{"on", false, "args=[2]", "equal statements"},
		{"redacted", false, "hostile_test.go:", "args="},
		{"off", true, "equal statements", "args="},
	} {
		log := new(lockedBuffer)
		cfg := vola.Config{Drivers: databasetest.Drivers(), Modules: []module.Module{&looper{Blog: blog.New()}}, Dir: t.TempDir()}
		args := []string{"--create", "--database", databasetest.SQLiteURL(t)}
		if tt.dev {
			args = append(args, "--dev")
		}
		base, stop := serving(t, cfg, []string{"LOG_SQL=" + tt.mode}, args...)
		if status, body := get(t, base+"/blog/loop"); status != 200 || body != "done" {
			t.Fatalf("%d %s", status, body)
		}
		fmt.Fprint(log, stop().out)
		if text := log.String(); !strings.Contains(text, tt.want) || strings.Contains(text, tt.lack) {
			t.Errorf("LOG_SQL=%s, dev %v: want %q and not %q in\n%s", tt.mode, tt.dev, tt.want, tt.lack, text)
		}
		if tt.dev && !strings.Contains(log.String(), "times=3 caller=") {
			t.Errorf("the warning does not say how often and from where:\n%s", log.String())
		}
	}
}

func TestBackup(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	from, to := filepath.Join(dir, "a.db"), filepath.Join(dir, "b's.db")
	cfg := site(dir)
	env := []string{"DATABASE_URL=sqlite:" + from}
	run(t, cfg, env, "migrate").want(t, 0)
	db, err := database.Open(t.Context(), database.Config{URL: "sqlite:" + from, Drivers: databasetest.Drivers()})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	// The site is writing meanwhile: an open transaction is not in the copy.
	err = db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
		if _, err := tx.Exec(ctx, "INSERT INTO blog_author (username) VALUES ('ann')"); err != nil {
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	run(t, cfg, env, "backup", to).want(t, 0, "copied sqlite:")
	run(t, cfg, env, "backup", to).want(t, 1, "never overwrites")
	run(t, cfg, env, "backup").want(t, 2, "backup needs FILE")
	run(t, cfg, []string{"DATABASE_URL=sqlite:" + to}, "migrate", "--list").want(t, 0, "[x] 0001_initial")
	if _, err := os.Stat(to); err != nil {
		t.Error(err)
	}
}

func TestVolatestCountsStatements(t *testing.T) {
	t.Parallel()
	c := volatest.New(t, site(t.TempDir()))
	c.Get("/blog/").WantStatus(200)
	c.WantStatements(1)
	if list := func() []database.Statement { c.Get("/blog/"); return c.Statements() }(); len(list) != 1 || !strings.Contains(list[0].SQL, "blog_post") {
		t.Errorf("statements: %v", list)
	}
}
