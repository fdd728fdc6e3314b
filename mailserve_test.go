package vola_test

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/mail"
	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/web/webtest"
)

// pigeons is a way to send mails, each of which waits until it is let go.
type pigeons struct {
	started chan struct{}
	release chan struct{}
	sent    atomic.Int64
	closed  atomic.Bool
}

func (p *pigeons) Schemes() []string                        { return []string{"pigeon"} }
func (p *pigeons) Open(string, string) (mail.Sender, error) { return p, nil }
func (p *pigeons) Close() error                             { p.closed.Store(true); return nil }
func (p *pigeons) Send(ctx context.Context, m mail.Message) error {
	if p.started != nil {
		p.started <- struct{}{}
	}
	if p.release != nil {
		<-p.release
	}
	p.sent.Add(1)
	return nil
}

func lettersProgram(p *pigeons) vola.Config {
	cfg := lettersSite()
	cfg.Drivers, cfg.Mailers = databasetest.Drivers(), []mail.Driver{p}
	return cfg
}

var pigeonEnv = []string{"MAIL_URL=pigeon://roof", "MAIL_FROM=post@example.org", "BASE_URL=https://example.org", "ALLOWED_HOSTS=127.0.0.1"}

// TestMailsAreSentBeforeTheEnd: a site that is stopped sends the mails that it has promised, and
// then closes the connections.
func TestMailsAreSentBeforeTheEnd(t *testing.T) {
	t.Parallel()
	p := &pigeons{started: make(chan struct{}, 10), release: make(chan struct{})}
	cfg := lettersProgram(p)
	cfg.Dir = t.TempDir()
	base, stop := serving(t, cfg, pigeonEnv, "--create", "--database", databasetest.SQLiteURL(t))
	for range 5 {
		resp, err := http.Post(base+"/letters/", "application/x-www-form-urlencoded", strings.NewReader("name=Ann"))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != 200 {
			t.Fatalf("status %d", resp.StatusCode)
		}
	}
	<-p.started
	stopped := make(chan result)
	go func() { stopped <- stop() }()
	for {
		if _, err := http.Get(base + "/healthz"); err != nil {
			break // it has been told to stop
		}
	}
	close(p.release)
	if r := <-stopped; r.status != 0 {
		t.Errorf("status %d\n%s", r.status, r.out)
	}
	if n := p.sent.Load(); n != 5 || !p.closed.Load() {
		t.Errorf("%d mails were sent; closed: %v", n, p.closed.Load())
	}
}

// TestMailsNeedBaseURL: a site that sends mails does not start with links that lead nowhere, and
// no command sends them.
func TestMailsNeedBaseURL(t *testing.T) {
	t.Parallel()
	cfg := lettersProgram(&pigeons{})
	cfg.Dir = t.TempDir()
	env := []string{"DATABASE_URL=sqlite:" + filepath.Join(cfg.Dir, "a.db"), "MAIL_URL=pigeon://roof", "MAIL_FROM=post@example.org"}
	run(t, cfg, env, "migrate").want(t, 0)
	const want = "setting BASE_URL must be set, as MAIL_URL says that mails are sent"
	run(t, cfg, env, "serve", "--addr", "127.0.0.1:0").want(t, 2, want)
	run(t, cfg, env, "letters", "write").want(t, 2, want)
	run(t, cfg, env, "check").want(t, 0, "warning: serve does not start without --dev: "+want)
	for _, tt := range []struct{ environ, args []string }{
		{env, []string{"--dev"}}, {append(env, "BASE_URL=https://example.org"), nil}, {append(env, "MAIL_URL=dir:"+cfg.Dir), nil}, {append(env, "MAIL_URL=console:"), nil},
	} {
		_, stop := serving(t, cfg, tt.environ, tt.args...)
		if r := stop(); r.status != 0 || strings.Contains(r.out, want) {
			t.Errorf("%v: status %d\n%s", tt, r.status, r.out)
		}
	}
}

// TestMailsOfCommands are sent before the command ends.
func TestMailsOfCommands(t *testing.T) {
	t.Parallel()
	p := &pigeons{}
	cfg := lettersProgram(p)
	cfg.Dir = t.TempDir()
	env := append([]string{"DATABASE_URL=sqlite:" + filepath.Join(cfg.Dir, "a.db")}, pigeonEnv...)
	run(t, cfg, env, "migrate").want(t, 0)
	run(t, cfg, env, "letters", "write").want(t, 0)
	if n := p.sent.Load(); n != 20 {
		t.Errorf("%d mails were sent", n)
	}
	env = append(env, "MAIL_URL=dir:"+filepath.Join(cfg.Dir, "mails"))
	run(t, cfg, env, "letters", "write").want(t, 0)
	if files, err := os.ReadDir(filepath.Join(cfg.Dir, "mails")); err != nil || len(files) != 20 {
		t.Errorf("%d files, %v", len(files), err)
	}
}

// TestFinishMail: at its end a command waits until a mail is sent that failed at first, until it is
// given up, or until the signal to stop.
func TestFinishMail(t *testing.T) {
	t.Parallel()
	db := databasetest.SQLite(t)
	for name, test := range map[string]struct {
		fails, want int // attempts
		signal      bool
	}{"sent at last": {2, 3, false}, "given up": {99, 4, false}, "stopped": {99, 1, true}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				attempts := 0
				s, err := vola.New(lettersSite(), vola.Options{Mailer: senderFunc(func(context.Context, mail.Message) error {
					if attempts++; attempts <= test.fails {
						return fault.New(fault.Unavailable, "busy")
					}
					return nil
				})})
				if err != nil {
					t.Fatal(err)
				}
				if err := s.Host().SendMail(t.Context(), db, aLetter("Ann"), mail.To(toBob)); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if test.signal {
					cancel()
				}
				vola.FinishMail(s, ctx)
				if attempts != test.want {
					t.Errorf("%d attempts, want %d", attempts, test.want)
				}
				s.Close()
			})
		})
	}
}

// TestMailPages: in development mails are shown, with all that belongs to them, and nowhere else.
func TestMailPages(t *testing.T) {
	t.Parallel()
	c := volatest.Start(t, lettersSite(), volatest.Options{Dev: true})
	c.Get("/_dev/mail/").WantStatus(200).WantBody("No mail was sent yet.").WantBody("Everybody who reaches this address sees them").WantBody(`href="/_dev/mail/preview/letters/letter/"`)
	c.Post("/letters/", webtest.Values{"name": "<script>alert(1)</script>"}).WantStatus(200)
	h := c.Site.Host()
	m := mail.Message{
		To: []mail.Address{toBob}, Bcc: []mail.Address{{Address: "secret@example.org"}}, Cc: []mail.Address{{Address: "cc@example.org"}}, Text: "Hello \x01<b>",
		Attachments: []mail.Attachment{{Name: `<a> "ü".html`, Type: "text/html", Content: []byte("<script>alert(2)</script>")}},
	}
	if err := h.SendMail(t.Context(), c.DB, aLetter("Second"), m); err != nil {
		t.Fatal(err)
	}
	c.Mails()
	list := c.Get("/_dev/mail/").WantStatus(200).WantText("h1", "Mails").WantCount(".mails:first-of-type li", 2)
	if strings.Contains(list.Body, "<script>") || strings.Index(list.Body, "Second") > strings.Index(list.Body, "alert(1)") {
		t.Errorf("the list is\n%s", list.Body)
	}
	page := c.Get("/_dev/mail/sent/2/").WantStatus(200).WantText("h1", "Hello, Second!").WantAttr("iframe", "src", "html").WantAttr("iframe", "sandbox", "allow-same-origin")
	for _, want := range []string{"Bob &lt;bob@example.org&gt;", "secret@example.org", "cc@example.org", "&lt;b&gt;", `href="http://example.test/letters/?t=1"`} {
		page.WantBody(want)
	}
	policy := page.Header.Get("Content-Security-Policy")
	if !strings.HasPrefix(policy, "default-src 'none'; style-src 'sha256-") || strings.Contains(policy, "script-src") {
		t.Errorf("the policy is %q", policy)
	}
	html := c.Get("/_dev/mail/sent/1/html").WantStatus(200).WantBody("&lt;script&gt;")
	if policy := html.Header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "sandbox allow-same-origin; default-src 'none';") || html.Header.Get("X-Frame-Options") != "SAMEORIGIN" {
		t.Errorf("the header is %v", html.Header)
	}
	source := c.Get("/_dev/mail/sent/2/source").WantStatus(200).WantBody("Subject: Hello, Second!\r\n")
	if strings.Contains(source.Body, "secret@") || source.Header.Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Errorf("the source is\n%s", source.Body)
	}
	file := c.Get("/_dev/mail/sent/2/file/0").WantStatus(200).WantBody("<script>alert(2)</script>")
	if d := file.Header.Get("Content-Disposition"); file.Header.Get("Content-Type") != "application/octet-stream" || !strings.HasPrefix(d, "attachment; filename") {
		t.Errorf("the header is %v", file.Header)
	}
	c.Get("/_dev/mail/preview/letters/letter/").WantStatus(200).WantText("h1", "Hello, Preview!").WantBody("reader@example.org")
	c.Get("/_dev/mail/preview/letters/letter/html").WantStatus(200).WantBody("Hello, Preview!")
	c.Get("/_dev/mail/preview/letters/letter/source").WantStatus(200).WantBody("Auto-Submitted: auto-generated")
	c.Get("/_dev/mail/preview/letters/broken/").WantStatus(500).WantBody("letters/mail/letter.html")
	c.Get("/_dev/mail/preview/letters/failing/").WantStatus(500).WantBody("preview of the mail letters/failing: no sample")
	for _, path := range []string{
		"/_dev/mail/sent/3/", "/_dev/mail/sent/0/html", "/_dev/mail/sent/99999999999999999999/", "/_dev/mail/sent/2/file/1", "/_dev/mail/sent/2/file/-1",
		"/_dev/mail/sent/2/file/99999999999999999999", "/_dev/mail/preview/letters/none/", "/_dev/mail/preview/none/letter/source", "/_dev/mail/x", "/_dev/",
	} {
		c.Get(path).WantStatus(404)
	}
	if n := len(c.Mails()); n != 2 {
		t.Errorf("previews were sent: there are %d mails", n)
	}

	production := volatest.New(t, lettersSite())
	production.Post("/letters/", nil).WantStatus(200)
	production.Mails()
	for _, path := range []string{"/_dev/mail/", "/_dev/mail/sent/1/", "/_dev/mail/preview/letters/letter/"} {
		production.Get(path).WantStatus(404)
	}
}

// TestMailPagesAreLocal: another site whose name leads here does not see mails.
func TestMailPagesAreLocal(t *testing.T) {
	t.Parallel()
	cfg := lettersSite()
	cfg.Drivers, cfg.Dir = databasetest.Drivers(), t.TempDir()
	base, _ := serving(t, cfg, nil, "--dev", "--create", "--database", databasetest.SQLiteURL(t))
	for host, want := range map[string]int{"": 200, "localhost": 200, "evil.example": 421} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"/_dev/mail/", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = host
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != want {
			t.Errorf("%s: %d, %v\n%s", host, resp.StatusCode, err, body)
		}
	}
}
