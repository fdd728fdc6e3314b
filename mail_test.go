package vola_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/mail"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/webtest"
)

// letters is a module that sends mails.
type letters struct{ module.Base }

var (
	letterMail  = templates.Page[letterData]("letters/mail/letter.html")
	titleless   = templates.Page[letterData]("letters/mail/titleless.html")
	unlisted    = templates.Page[letterData]("letters/mail/unlisted.html")
	letterPages = map[string]string{
		"letter":    `<!doctype html><title>{{t "Hello, {name}!" "name" .Name}}</title><p>{{t "Hello, {name}!" "name" .Name}} {{index .List .At}} <a href="{{url "letters:page"}}?t=1">{{site.Name}}</a>`,
		"titleless": `<p>{{.Name}}`,
		"unlisted":  `<title>x</title>`,
	}
)

// letterData is the data of a mail, which cannot be shown if At is not below 1.
type letterData struct {
	Name string
	List []string
	At   int
}

func newLetters() *letters      { return &letters{} }
func (l *letters) Name() string { return "letters" }
func (l *letters) Pages() []templates.Checked {
	return []templates.Checked{letterMail, titleless}
}
func (l *letters) Templates() fs.FS {
	files := fstest.MapFS{}
	for name, text := range letterPages {
		files["letters/mail/"+name+".html"] = &fstest.MapFile{Data: []byte(text)}
	}
	return files
}
func (l *letters) Messages() fs.FS {
	return fstest.MapFS{"messages/de.po": {Data: []byte("msgid \"\"\nmsgstr \"Plural-Forms: nplurals=2; plural=n != 1;\\n\"\n\nmsgid \"Hello, {name}!\"\nmsgstr \"Hallo {name}!\"\n")}}
}
func (l *letters) Routes(r *web.Router) {
	r.Get("/", func(w http.ResponseWriter, r *http.Request) error { return nil }).Name("page")
	r.Post("/", func(w http.ResponseWriter, r *http.Request) error {
		return l.SendMail(r.Context(), l.DB, aLetter(r.FormValue("name")), mail.To(toBob))
	})
}
func (l *letters) Mails() []module.MailPreview {
	return []module.MailPreview{
		{Name: "letter", Page: func(context.Context) (templates.Rendering, error) { return aLetter("Preview"), nil }},
		{Name: "broken", Page: func(context.Context) (templates.Rendering, error) {
			return letterMail.Data(letterData{}), nil
		}},
		{Name: "failing", Page: func(context.Context) (templates.Rendering, error) {
			return templates.Rendering{}, errors.New("no sample")
		}},
	}
}
func (l *letters) Commands() []module.Command {
	return []module.Command{{Name: "write", Help: "send mails", Run: func(ctx context.Context, env module.Env, _ []string) error {
		for range 20 {
			if err := env.Host.SendMail(ctx, env.Host.DB, aLetter("Ann"), mail.To(toBob)); err != nil {
				return err
			}
		}
		return nil
	}}}
}

var toBob = mail.Address{Name: "Bob", Address: "bob@example.org"}

// aLetter is a mail to somebody.
func aLetter(name string) templates.Rendering {
	return letterMail.Data(letterData{Name: name, List: []string{"one"}})
}

func lettersSite() vola.Config {
	return vola.Config{Name: "Post", Modules: []module.Module{newLetters()}, Languages: []string{"en", "de"}}
}

// TestMailsOfAnotherTest: a client for another test has no cookies, and not the mails of before.
func TestMailsOfAnotherTest(t *testing.T) {
	t.Parallel()
	c := volatest.New(t, lettersSite())
	c.SetCookie("x", "1")
	for i, name := range []string{"Ann", "Bob", "Cem"} {
		t.Run(name, func(t *testing.T) {
			c := c.For(t)
			if n := len(c.Mails()); n != 0 || c.Cookie("x") != "" {
				t.Errorf("%d mails, the cookie is %q", n, c.Cookie("x"))
			}
			c.Another().Post("/letters/", webtest.Values{"name": name})
			if all := c.Mails(); len(all) != 1 || !strings.Contains(all[0].Text, name) {
				t.Errorf("mails %+v", all)
			}
		})
		if n := len(c.Mails()); n != i+1 {
			t.Errorf("%d mails in all after %s", n, name)
		}
	}
}

// TestMailAfterCommit: mails are sent when what they tell of is there, and errors come before.
func TestMailAfterCommit(t *testing.T) {
	t.Parallel()
	volatest.Each(t, lettersSite, func(t *testing.T, c *volatest.Client) {
		h := c.Site.Host()
		undone := errors.New("undone")
		send := func(ctx context.Context, db database.Handle, name string) error {
			return h.SendMail(ctx, db, aLetter(name), mail.To(toBob))
		}
		err := c.DB.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
			if err := send(ctx, tx, "kept"); err != nil {
				return err
			}
			if err := tx.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
				return errors.Join(send(ctx, tx, "savepoint"), undone)
			}); !errors.Is(err, undone) {
				t.Error(err)
			}
			if err := send(ctx, c.DB, "outside"); err == nil || !strings.Contains(err.Error(), "mail_test.go:") {
				t.Errorf("the database inside a transaction: %v", err)
			}
			if all := c.Mails(); len(all) > 0 {
				t.Errorf("%d mails were sent before the commit", len(all))
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		err = c.DB.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
			return errors.Join(send(ctx, tx, "rolled back"), undone)
		})
		if !errors.Is(err, undone) {
			t.Error(err)
		}
		if err := send(t.Context(), c.DB, "at once"); err != nil {
			t.Error(err)
		}
		var got []string
		for _, m := range c.Mails() {
			got = append(got, m.Subject)
		}
		if strings.Join(got, " ") != "Hello, kept! Hello, at once!" {
			t.Errorf("sent were %q", got)
		}
		for name, wrong := range map[string]struct {
			page templates.Rendering
			to   mail.Message
			want string
		}{
			"page fails":   {letterMail.Data(letterData{}), mail.To(toBob), "letters/mail/letter.html"},
			"no title":     {titleless.Data(letterData{}), mail.To(toBob), "letters/mail/titleless.html: mail: the page has no title"},
			"not listed":   {unlisted.Data(letterData{}), mail.To(toBob), "unlisted.html"},
			"no recipient": {aLetter("x"), mail.Message{}, "a mail needs a recipient"},
			"bad name":     {aLetter("x"), mail.To(mail.Address{Name: "a\r\nBcc: b@c.d", Address: "a@b.c"}), "To: the name"},
			"bad header":   {aLetter("x"), mail.Message{To: []mail.Address{toBob}, Header: map[string]string{"X-A": "a\nb"}}, "field Header: the value"},
		} {
			if err := h.SendMail(t.Context(), c.DB, wrong.page, wrong.to); err == nil || !strings.Contains(err.Error(), wrong.want) || fault.KindOf(err) != fault.Internal {
				t.Errorf("%s: the error is %v, of kind %v, want %q", name, err, fault.KindOf(err), wrong.want)
			}
		}
		if err := h.MailQueue.Add(t.Context(), c.DB, mail.Message{}); fault.KindOf(err) != fault.Internal || err == nil {
			t.Errorf("an empty mail for the queue itself: %v, of kind %v", err, fault.KindOf(err))
		}
		if err := h.SendMail(t.Context(), nil, aLetter("x"), mail.To(toBob)); err == nil {
			t.Error("without a handle it is sent")
		}
		if n := len(c.Mails()); n != 2 {
			t.Errorf("%d mails were sent", n)
		}
	})
}

// TestMailOfSite: what the site adds to a mail, in the language of the context.
func TestMailOfSite(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 30, 15, 0, 0, 0, time.UTC)
	c := volatest.Start(t, lettersSite(), volatest.Options{Now: func() time.Time { return now }})
	h := c.Site.Host()
	if err := h.SendMail(h.Texts.In(t.Context(), "de"), c.DB, aLetter("<Zoë>\r\nBcc: x@y.z"), mail.To(toBob)); err != nil {
		t.Fatal(err)
	}
	m := c.WantMail("BOB@example.org")
	if m.Subject != "Hallo <Zoë> Bcc: x@y.z!" || m.From.Address != "noreply@example.test" || m.Date != now || !strings.HasSuffix(m.ID, "@example.test") {
		t.Errorf("the mail is %+v", m)
	}
	if m.Header["Auto-Submitted"] != "auto-generated" {
		t.Errorf("the header is %q", m.Header)
	}
	if want := "Hallo <Zoë> Bcc: x@y.z! one Post (http://example.test/letters/?t=1)\n"; m.Text != want {
		t.Errorf("the text is %q, want %q", m.Text, want)
	}
	if link := volatest.Link(t, m, "/letters/"); link != "/letters/?t=1" {
		t.Errorf("the link is %q", link)
	}
	given := mail.Message{
		To: []mail.Address{toBob}, From: mail.Address{Address: "ann@example.org"}, Subject: "Mine", Text: "Mine", ID: "1@example.org", Date: now.Add(time.Hour),
		Header: map[string]string{"auto-submitted": "no", "X-Note": "a"},
	}
	if err := h.SendMail(t.Context(), c.DB, aLetter("x"), given); err != nil {
		t.Fatal(err)
	}
	if m := c.WantMail("bob@example.org"); m.From != given.From || m.Subject != "Mine" || m.Text != "Mine" || m.ID != given.ID || m.Date != given.Date || len(m.Header) != 2 || m.Header["auto-submitted"] != "no" {
		t.Errorf("the mail is %+v", m)
	}
}

// TestMailFrom is the setting.
func TestMailFrom(t *testing.T) {
	t.Parallel()
	c := volatest.Start(t, lettersSite(), volatest.Options{Environ: map[string]string{"MAIL_FROM": `"Post, Office" <post@example.org>`}})
	c.Post("/letters/", nil).WantStatus(200)
	if m := c.WantMail("bob@example.org"); m.From != (mail.Address{Name: "Post, Office", Address: "post@example.org"}) {
		t.Errorf("it is from %v", m.From)
	}
}

// fakeDriver is a mail server for settings.
type fakeDriver struct{ err error }

func (fakeDriver) Schemes() []string { return []string{"smtp"} }
func (d fakeDriver) Open(_, host string) (mail.Sender, error) {
	if host != "example.org" {
		return nil, fmt.Errorf("the host is %q", host)
	}
	return &mail.Outbox{}, d.err
}

// TestMailSettings refuses what cannot work, and shows no password.
func TestMailSettings(t *testing.T) {
	t.Parallel()
	smtp := "smtp://ann:hunter2@mail.example.org"
	for name, test := range map[string]struct {
		environ map[string]string
		drivers []mail.Driver
		want    string
	}{
		"nothing":    {nil, nil, ""},
		"console":    {map[string]string{"MAIL_URL": "console:"}, nil, ""},
		"folder":     {map[string]string{"MAIL_URL": "dir:mails"}, nil, ""},
		"server":     {map[string]string{"MAIL_URL": smtp, "MAIL_FROM": "a@example.org"}, []mail.Driver{fakeDriver{}}, ""},
		"no sender":  {map[string]string{"MAIL_URL": smtp}, []mail.Driver{fakeDriver{}}, "setting MAIL_FROM must be set"},
		"bad sender": {map[string]string{"MAIL_FROM": "ann"}, nil, "setting MAIL_FROM: mail: the text \"ann\" is not an address"},
		"two":        {map[string]string{"MAIL_FROM": "a@example.org, b@example.org"}, nil, "setting MAIL_FROM"},
		"no driver":  {map[string]string{"MAIL_URL": smtp, "MAIL_FROM": "a@example.org"}, nil, "setting MAIL_URL: mail: no driver for the scheme \"smtp\"; add smtp.Driver"},
		"no scheme":  {map[string]string{"MAIL_URL": "hunter2"}, nil, "setting MAIL_URL"},
	} {
		if test.environ == nil {
			test.environ = map[string]string{}
		}
		test.environ["BASE_URL"] = "https://example.org"
		_, err := vola.New(vola.Config{Mailers: test.drivers}, vola.Options{Environ: test.environ})
		if got := fmt.Sprint(err); test.want == "" && err != nil || !strings.Contains(got, test.want) || strings.Contains(got, "hunter2") {
			t.Errorf("%s: the error is %v, want %q", name, err, test.want)
		}
	}
	for _, url := range []string{smtp, "smtp://ann:hunter2/x@mail.example.org", "smtp://ann:hunter2#x@mail.example.org", "smtp://mail.example.org?password=hunter2"} {
		r := run(t, vola.Config{Drivers: databasetest.Drivers()}, []string{"MAIL_URL=" + url}, "settings")
		if strings.Contains(r.out+r.errOut, "hunter2") || !strings.Contains(r.out, "MAIL_URL") {
			t.Errorf("the settings are\n%s%s", r.out, r.errOut)
		}
	}
}

// TestMailQueueOfModule: a module with durable jobs can take the mails.
func TestMailQueueOfModule(t *testing.T) {
	t.Parallel()
	q := &ownQueue{name: "one"}
	cfg := lettersSite()
	cfg.Modules = append(cfg.Modules, q)
	c := volatest.New(t, cfg)
	c.Post("/letters/", nil).WantStatus(200)
	if len(q.got) != 1 || len(c.Mails()) != 0 {
		t.Errorf("the queue has %d, sent are %d", len(q.got), len(c.Mails()))
	}
	if err := q.sender.Send(t.Context(), q.got[0]); err != nil || len(c.Mails()) != 1 {
		t.Errorf("its sender: %v, %d", err, len(c.Mails()))
	}
	_, err := vola.New(vola.Config{Modules: []module.Module{q, &ownQueue{name: "two"}}}, vola.Options{})
	if err == nil || !strings.Contains(err.Error(), "the modules one and two both have a queue of mails") {
		t.Errorf("two queues: %v", err)
	}
}

type ownQueue struct {
	name   string
	sender mail.Sender
	got    []mail.Message
}

func (q *ownQueue) Name() string { return q.name }
func (q *ownQueue) MailQueue(s mail.Sender) module.MailQueue {
	q.sender = s
	return q
}
func (q *ownQueue) Add(_ context.Context, _ database.Handle, m mail.Message) error {
	q.got = append(q.got, m)
	return nil
}

// TestPreviewsAreChecked at the start.
func TestPreviewsAreChecked(t *testing.T) {
	t.Parallel()
	page := func(context.Context) (templates.Rendering, error) { return aLetter("x"), nil }
	_, err := vola.New(vola.Config{Modules: []module.Module{previews{{Name: "a", Page: page}, {Name: "a", Page: page}, {Name: "b/c", Page: page}, {Page: page}, {Name: "d"}}}}, vola.Options{})
	for _, want := range []string{`two previews of mails are called "a"`, `called "b/c"`, `called ""`, `"d" has no function`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error lacks %q: %v", want, err)
		}
	}
}

type previews []module.MailPreview

func (previews) Name() string                  { return "previews" }
func (p previews) Mails() []module.MailPreview { return p }

// TestFullMailQueue: who cannot be promised a mail is told so, and in a transaction before the
// commit.
func TestFullMailQueue(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	blocked := senderFunc(func(context.Context, mail.Message) error {
		<-release
		return nil
	})
	s, err := vola.New(lettersSite(), vola.Options{Mailer: blocked})
	if err != nil {
		t.Fatal(err)
	}
	db := databasetest.SQLite(t)
	h := s.Host()
	for range 1000 {
		if err := h.SendMail(t.Context(), db, aLetter("x"), mail.To(toBob)); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.SendMail(t.Context(), db, aLetter("x"), mail.To(toBob)); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("the database: %v", err)
	}
	err = db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
		return h.SendMail(ctx, tx, aLetter("x"), mail.To(toBob))
	})
	if fault.KindOf(err) != fault.Unavailable {
		t.Errorf("a transaction: %v", err)
	}
	close(release)
	s.Close()
}

// senderFunc is a function as a sender.
type senderFunc func(ctx context.Context, m mail.Message) error

func (f senderFunc) Send(ctx context.Context, m mail.Message) error { return f(ctx, m) }

// TestMailsArePrinted by default: with a warning, once, but in development.
func TestMailsArePrinted(t *testing.T) {
	t.Parallel()
	for _, dev := range []bool{false, true} {
		var log, console lockedBuffer
		s, err := vola.New(lettersSite(), vola.Options{Dev: dev, Console: &console, Log: slog.New(slog.NewTextHandler(io.Writer(&log), nil))})
		if err != nil {
			t.Fatal(err)
		}
		db := databasetest.SQLite(t)
		for range 3 {
			if err := s.Host().SendMail(t.Context(), db, aLetter("Ann"), mail.To(toBob)); err != nil {
				t.Fatal(err)
			}
		}
		s.Close()
		if n := strings.Count(console.String(), "Subject: Hello, Ann!\n"); n != 3 {
			t.Errorf("%d mails are printed:\n%s", n, console.String())
		}
		if n := strings.Count(log.String(), "set MAIL_URL"); n != 1 && !dev || n != 0 && dev {
			t.Errorf("%d warnings with dev=%v:\n%s", n, dev, log.String())
		}
	}
}
