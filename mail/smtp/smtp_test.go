package smtp_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/mail"
	"github.com/volaweb/vola/mail/smtp"
)

func letter() mail.Message {
	return mail.Message{
		From: mail.Address{Name: "Ann", Address: "ann@example.org"}, To: []mail.Address{{Address: "bob@example.org"}},
		Bcc: []mail.Address{{Address: "secret@example.org"}}, Subject: "Hello", Text: "Hello\n.\n..\nBob\n",
	}
}

// client returns a client of a server.
func client(t *testing.T, s *server, security smtp.Security, change func(*smtp.Config)) *smtp.Client {
	t.Helper()
	cfg := smtp.Config{Host: "127.0.0.1", Port: s.port, Security: security, Name: "example.org", Roots: s.roots, Timeout: time.Minute, ConnectTimeout: time.Minute}
	if change != nil {
		change(&cfg)
	}
	c, err := smtp.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// TestSend sends over connections of all kinds, with a log-in where that is safe.
func TestSend(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		mode     mode
		security smtp.Security
		user     string
	}{
		"plain":               {plain, smtp.Off, ""},
		"plain, logged in":    {plain, smtp.Off, "ann"},
		"STARTTLS":            {startTLS, smtp.StartTLS, ""},
		"STARTTLS, logged in": {startTLS, smtp.StartTLS, "ann"},
		"TLS":                 {fromStart, smtp.TLS, ""},
		"TLS, logged in":      {fromStart, smtp.TLS, "ann"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, test.mode, nil)
			c := client(t, s, test.security, func(cfg *smtp.Config) {
				if test.user != "" {
					cfg.Username, cfg.Password = test.user, "p@ss/wörd"
				}
			})
			for range 3 {
				if err := c.Send(t.Context(), letter()); err != nil {
					t.Fatal(err)
				}
			}
			got := s.received()
			if len(got) != 3 || s.connected() != 1 {
				t.Fatalf("%d mails over %d connections, want 3 over 1", len(got), s.connected())
			}
			m := got[2]
			if m.from != "ann@example.org" || !slices.Equal(m.to, []string{"bob@example.org", "secret@example.org"}) {
				t.Errorf("from %q to %q", m.from, m.to)
			}
			if m.tls != (test.mode != plain) || m.helo != "example.org" {
				t.Errorf("encrypted: %v, greeting %q", m.tls, m.helo)
			}
			if strings.Contains(m.data, "secret") || !strings.HasSuffix(m.data, "\r\n\r\nHello\r\n.\r\n..\r\nBob\r\n") {
				t.Errorf("the mail is %q", m.data)
			}
			if want := map[bool]int{true: 1, false: 0}[test.user != ""]; len(s.users) != want {
				t.Errorf("%d have logged in", len(s.users))
			}
		})
	}
}

// TestRefused: what the server says decides whether a mail is tried again, and the connection
// can be used for the next one.
func TestRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		command   string
		err       error
		temporary bool
	}{
		"sender, permanent":    {"MAIL ann@example.org", answer(550, "no"), false},
		"sender, temporary":    {"MAIL ann@example.org", answer(451, "later"), true},
		"recipient, permanent": {"RCPT bob@example.org", answer(550, "no such <bob@example.org>"), false},
		"recipient, temporary": {"RCPT secret@example.org", answer(450, "greylisted"), true},
		"mail, permanent":      {"DATA", answer(554, "spam"), false},
		"mail, temporary":      {"DATA", answer(452, "disk full"), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused := 0
			s := serve(t, startTLS, nil)
			s.refusing(func(command, argument string) error {
				if refused == 0 && strings.HasPrefix(command+" "+argument, test.command) {
					refused++
					return test.err
				}
				return nil
			})
			c := client(t, s, smtp.StartTLS, nil)
			err := c.Send(t.Context(), letter())
			if err == nil || mail.IsTemporary(err) != test.temporary || len(s.received()) != 0 {
				t.Fatalf("the error is %v, temporary: %v; %d mails were taken", err, mail.IsTemporary(err), len(s.received()))
			}
			if !test.temporary && fault.KindOf(err) != fault.Invalid {
				t.Errorf("the error %v is of kind %v", err, fault.KindOf(err))
			}
			if err := c.Send(t.Context(), letter()); err != nil || len(s.received()) != 1 {
				t.Errorf("the next mail: %v, %d were taken", err, len(s.received()))
			}
			if s.connected() != 1 {
				t.Errorf("%d connections", s.connected())
			}
		})
	}
}

// TestOneOfManyRefused: a permanent refusal of one recipient counts, whatever others are told.
func TestOneOfManyRefused(t *testing.T) {
	t.Parallel()
	s := serve(t, plain, func(command, argument string) error {
		switch argument {
		case "p0@example.org", "p2@example.org":
			return answer(450, "later")
		case "p1@example.org":
			return answer(550, "never")
		}
		return nil
	})
	m := letter()
	for i := range 4 {
		m.Cc = append(m.Cc, mail.Address{Address: fmt.Sprintf("p%d@example.org", i)})
	}
	err := client(t, s, smtp.Off, nil).Send(t.Context(), m)
	if err == nil || mail.IsTemporary(err) || !strings.Contains(err.Error(), "never") || len(s.received()) != 0 {
		t.Errorf("the error is %v; %d mails were taken", err, len(s.received()))
	}
}

// TestNotConnected: what is wrong with the connection is temporary, and no error has the
// password.
func TestNotConnected(t *testing.T) {
	t.Parallel()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	for name, test := range map[string]struct {
		mode     mode
		security smtp.Security
		change   func(*smtp.Config)
		want     string
	}{
		"nobody listens":       {plain, smtp.Off, func(c *smtp.Config) { c.Port = closed.Addr().(*net.TCPAddr).Port }, "refused"},
		"no STARTTLS":          {plain, smtp.StartTLS, nil, "STARTTLS"},
		"unknown authority":    {startTLS, smtp.StartTLS, func(c *smtp.Config) { c.Roots = nil }, "certificate"},
		"unknown authority, 2": {fromStart, smtp.TLS, func(c *smtp.Config) { c.Roots = nil }, "certificate"},
		"other name":           {startTLS, smtp.StartTLS, func(c *smtp.Config) { c.Host = "localhost" }, "localhost"},
		"wrong password": {startTLS, smtp.StartTLS, func(c *smtp.Config) {
			c.Username, c.Password = "ann", "hunter2-secret"
		}, "535"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, test.mode, nil)
			err := client(t, s, test.security, test.change).Send(t.Context(), letter())
			if err == nil || !mail.IsTemporary(err) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("the error is %v, temporary: %v", err, mail.IsTemporary(err))
			}
			if strings.Contains(fmt.Sprintf("%v %+v", err, err), "hunter2") {
				t.Errorf("the error has the password: %v", err)
			}
		})
	}
}

// silent is a server that accepts connections, says what it is told, and nothing more.
func silent(t *testing.T, greeting string) (port int, ended chan struct{}) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended = make(chan struct{})
	go func() {
		defer close(ended)
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		io.WriteString(conn, greeting)
		io.Copy(io.Discard, conn) // until the client leaves
	}()
	t.Cleanup(func() { l.Close(); <-ended })
	return l.Addr().(*net.TCPAddr).Port, ended
}

// TestSilentServer: a server that does not answer is left in time, and its connection is closed.
func TestSilentServer(t *testing.T) {
	t.Parallel()
	for name, greeting := range map[string]string{"no greeting": "", "half a line": "220 mail", "no answer": "220 mail.example.org\r\n"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			port, ended := silent(t, greeting)
			c, err := smtp.New(smtp.Config{Host: "127.0.0.1", Port: port, Security: smtp.Off, ConnectTimeout: 50 * time.Millisecond})
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Send(t.Context(), letter()); !mail.IsTemporary(err) {
				t.Errorf("the error is %v", err)
			}
			<-ended
		})
	}
	t.Run("context", func(t *testing.T) {
		t.Parallel()
		port, ended := silent(t, "")
		c, err := smtp.New(smtp.Config{Host: "127.0.0.1", Port: port, Security: smtp.Off, ConnectTimeout: 100 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := c.Send(ctx, letter()); fault.KindOf(err) != fault.Canceled {
			t.Errorf("the error is %v", err)
		}
		_ = ended
	})
}

// TestStalls: a server that stops answering in the middle of a mail is left when the context
// ends.
func TestStalls(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	reached := make(chan struct{})
	s := serve(t, plain, func(command, argument string) error {
		if command == "DATA" {
			close(reached)
			<-release
		}
		return nil
	})
	t.Cleanup(func() { close(release) })
	c := client(t, s, smtp.Off, nil)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-reached; cancel() }()
	if err := c.Send(ctx, letter()); fault.KindOf(err) != fault.Canceled {
		t.Errorf("the error is %v", err)
	}
}

// TestConnectionIsReplaced after 50 mails, and after an answer that ends it.
func TestConnectionIsReplaced(t *testing.T) {
	t.Parallel()
	s := serve(t, plain, nil)
	c := client(t, s, smtp.Off, nil)
	for range 60 { // a connection is used for 50
		if err := c.Send(t.Context(), letter()); err != nil {
			t.Fatal(err)
		}
	}
	if len(s.received()) != 60 || s.connected() != 2 {
		t.Errorf("%d mails over %d connections", len(s.received()), s.connected())
	}
	s.refusing(func(string, string) error { return answer(421, "closing") })
	if err := c.Send(t.Context(), letter()); !mail.IsTemporary(err) {
		t.Errorf("the error is %v", err)
	}
	s.refusing(nil)
	if err := c.Send(t.Context(), letter()); err != nil || s.connected() != 3 {
		t.Errorf("after 421: %v, %d connections", err, s.connected())
	}
}

// TestConnectionIsDropped: a kept connection that the server has ended is replaced.
func TestConnectionIsDropped(t *testing.T) {
	t.Parallel()
	for _, m := range []mode{plain, startTLS, fromStart} {
		s := serve(t, m, nil)
		c := client(t, s, map[mode]smtp.Security{plain: smtp.Off, startTLS: smtp.StartTLS, fromStart: smtp.TLS}[m], nil)
		for n := range 3 {
			if err := c.Send(t.Context(), letter()); err != nil || len(s.received()) != n+1 || s.connected() != n+1 {
				t.Fatalf("mail %d: %v, %d mails over %d connections", n+1, err, len(s.received()), s.connected())
			}
			s.drop()
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		if err := c.Send(t.Context(), letter()); err != nil {
			t.Errorf("after Close: %v", err)
		}
	}
}

// TestTooLarge: a mail that the server does not take is not sent to it.
func TestTooLarge(t *testing.T) {
	t.Parallel()
	s := serve(t, plain, func(command, _ string) error {
		t.Errorf("the server is told %s", command)
		return nil
	})
	m := letter()
	m.Attachments = []mail.Attachment{{Name: "a", Content: make([]byte, 1<<20)}}
	err := client(t, s, smtp.Off, nil).Send(t.Context(), m)
	if err == nil || mail.IsTemporary(err) || !strings.Contains(err.Error(), "at most 1048576") {
		t.Errorf("the error is %v", err)
	}
}

// TestConcurrent sends from many goroutines.
func TestConcurrent(t *testing.T) {
	t.Parallel()
	s := serve(t, startTLS, nil)
	c := client(t, s, smtp.StartTLS, nil)
	failed := make(chan error)
	for range 10 {
		go func() { failed <- c.Send(t.Context(), letter()) }()
	}
	for range 10 {
		if err := <-failed; err != nil {
			t.Error(err)
		}
	}
	if len(s.received()) != 10 {
		t.Errorf("%d mails were taken", len(s.received()))
	}
}

// TestURLs are read, and no error has the password.
func TestURLs(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"smtp://user:p%40ss@mail.example.org":     "",
		"smtp://mail.example.org:2525":            "",
		"SMTPS://user:hunter2@mail.example.org/":  "",
		"smtp://localhost:1025?tls=off":           "",
		"smtp://[::1]:1025?tls=off":               "",
		"smtp://mail.localhost?tls=off":           "",
		"smtp://mail.example.org?tls=off":         "not on this machine",
		"smtp://10.0.0.1?tls=off":                 "not on this machine",
		"smtps://localhost?tls=off":               "is not known",
		"smtp://mail.example.org?insecure=1":      "is not known",
		"smtp://mail.example.org?tls=maybe":       "is not known",
		"smtp://user:hun/ter2@mail.example.org":   "cannot be read",
		"smtp://user:hun#ter2@mail.example.org":   "cannot be read",
		"smtp://user:hun?ter2@mail.example.org":   "cannot be read",
		"smtp://user:hun%zzter2@mail.example.org": "cannot be read",
		"smtp://user@mail.example.org":            "without a password",
		"smtp://:hunter2@mail.example.org":        "without a password",
		"smtp://mail.example.org:0":               "port",
		"smtp://mail.example.org:99999":           "port",
		"smtp://":                                 "cannot be read",
		"smtp:mail.example.org":                   "cannot be read",
		"smtp://mail.example.org/path":            "cannot be read",
		"smtp:// mail":                            "cannot be read",
	} {
		_, err := mail.Open([]mail.Driver{smtp.Driver}, url, "example.org")
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", url, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: the error is %v, want one with %q", url, err, want)
		case err != nil && (strings.Contains(err.Error(), "ter2") || strings.Contains(err.Error(), "hun")):
			t.Errorf("%s: the error has the password: %v", url, err)
		}
	}
	if _, err := mail.Open(nil, "smtp://mail.example.org", ""); err == nil || !strings.Contains(err.Error(), "vola.Config.Mailers") {
		t.Errorf("without the driver: %v", err)
	}
	if _, err := smtp.New(smtp.Config{Host: "a\r\nb"}); err == nil {
		t.Error("a host with a line break is taken")
	}
	if _, err := smtp.New(smtp.Config{Host: "a", Name: "b\r\nc"}); err == nil {
		t.Error("a name with a line break is taken")
	}
}
