package mail_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/mail"
)

// TestConsole prints who, what and the text, and nothing that a terminal takes for an order.
func TestConsole(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	m := letter()
	m.Bcc, m.Cc, m.ReplyTo = []mail.Address{{Name: "Secret", Address: "s@example.org"}}, []mail.Address{ann, bob}, []mail.Address{ann}
	m.Text, m.HTML = "", "<title>x</title><p>Hello \x1b[2J\u009b<b>Bob</b></p>\n"
	m.Attachments = []mail.Attachment{{Name: "a.pdf", Content: []byte("123")}}
	if err := mail.NewConsole(&b).Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	want := `---- mail ----
From: Ann <ann@example.org>
To: bob@example.org
Cc: Ann <ann@example.org>, bob@example.org
Bcc: Secret <s@example.org>
Reply-To: Ann <ann@example.org>
Subject: Hello
Attachment: a.pdf (3 bytes)

Hello [2JBob
---- end ----
`
	if b.String() != want {
		t.Errorf("printed is\n%s", b.String())
	}
	if err := mail.NewConsole(&b).Send(t.Context(), mail.Message{}); fault.KindOf(err) != fault.Invalid {
		t.Error(err)
	}
	if err := mail.NewConsole(broken{}).Send(t.Context(), m); !mail.IsTemporary(err) {
		t.Error(err)
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("broken") }

// TestDir keeps each mail as a file of its own.
func TestDir(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "sub", "mails")
	s, err := mail.Open(nil, "dir:"+dir, "")
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if err := s.Send(t.Context(), letter()); err != nil {
			t.Fatal(err)
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 20 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, f := range files {
		info, err := f.Info()
		if err != nil || info.Mode() != 0o600 || filepath.Ext(f.Name()) != ".eml" {
			t.Errorf("%s %v %v", f.Name(), info.Mode(), err)
		}
	}
	data, err := os.ReadFile(filepath.Join(dir, files[0].Name()))
	if err != nil {
		t.Fatal(err)
	}
	if header, parts := read(t, data); header.Get("Subject") != "Hello" || len(parts) != 1 {
		t.Errorf("the file is\n%s", data)
	}
	if err := s.Send(t.Context(), mail.Message{}); fault.KindOf(err) != fault.Invalid {
		t.Error(err)
	}
	file := filepath.Join(dir, files[0].Name())
	if err := (&mail.Dir{Path: file}).Send(t.Context(), letter()); !mail.IsTemporary(err) || !errors.As(err, new(*fs.PathError)) {
		t.Errorf("a folder that is a file: %v", err)
	}
}

// TestOutbox keeps the last mails, and those that were taken only.
func TestOutbox(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 30, 15, 0, 0, 0, time.UTC)
	var next error
	o := &mail.Outbox{Max: 3, Now: func() time.Time { return now }, Next: senderFunc(func(context.Context, mail.Message) error { return next })}
	for _, subject := range []string{"1", "2", "3", "4"} {
		m := letter()
		m.Subject = subject
		if err := o.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	next = busy("busy")
	if err := o.Send(t.Context(), letter()); !errors.Is(err, next) {
		t.Errorf("the error is %v", err)
	}
	if err := o.Send(t.Context(), mail.Message{}); fault.KindOf(err) != fault.Invalid {
		t.Error(err)
	}
	got := o.Sent()
	if len(got) != 3 || got[0].Number != 2 || got[2].Number != 4 || got[2].Message.Subject != "4" || got[0].Time != now {
		t.Errorf("it has %+v", got)
	}
}

// TestOutboxIsBounded: large mails push others out.
func TestOutboxIsBounded(t *testing.T) {
	t.Parallel()
	o := &mail.Outbox{}
	m := letter()
	m.Attachments = []mail.Attachment{{Name: "a", Content: make([]byte, 24<<20)}}
	for range 6 {
		if err := o.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(o.Messages()); n != 4 {
		t.Errorf("it has %d mails of 24 MB", n)
	}
}

// TestOutboxWait waits for mails.
func TestOutboxWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := &mail.Outbox{}
		go func() {
			for range 3 {
				time.Sleep(time.Minute)
				o.Send(context.Background(), letter())
			}
		}()
		if all, err := o.Wait(t.Context(), 3); err != nil || len(all) != 3 {
			t.Errorf("%d mails, %v", len(all), err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := o.Wait(ctx, 4); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the error is %v", err)
		}
	})
}

// TestOpen names what a URL can be.
func TestOpen(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"dir:":               "names no folder",
		"mails":              "scheme and a colon",
		"pigeon://roof":      `no driver for the scheme "pigeon"; there are: dir`,
		"hunter2/x:y@host":   `no driver for the scheme "..."`,
		"smtps://user:pw@h/": "mail/smtp",
	} {
		_, err := mail.Open(nil, url, "")
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "pw") {
			t.Errorf("%s: the error is %v, want %q", url, err, want)
		}
	}
	for err, want := range map[error]bool{
		nil: false, errors.New("x"): false, context.Canceled: false, context.DeadlineExceeded: true, busy("x"): true,
		fault.New(fault.Invalid, "x"): false, fault.New(fault.Timeout, "x"): true, fault.New(fault.RateLimited, "x"): true,
	} {
		if mail.IsTemporary(err) != want {
			t.Errorf("%v is temporary: %v", err, !want)
		}
	}
}
