// Package smtp sends mails over a mail server. A site that does so lists [Driver] in
// vola.Config.Mailers and says in the setting MAIL_URL which server:
//
//	smtp://user:password@mail.example.org      port 587; the connection is encrypted by STARTTLS, or not used
//	smtps://user:password@mail.example.org     port 465; encrypted from the beginning
//	smtp://localhost:1025?tls=off              not encrypted, for a server on the same machine only
//
// Signs in the name and the password other than letters and digits are written as in all URLs, such
// as %40 for @. The server's certificate is verified; another authority than those of the system
// can be named by the variable SSL_CERT_FILE.
package smtp

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/textproto"
	"strconv"
	"strings"
	"sync"
	"time"

	gosmtp "github.com/wneessen/go-mail/smtp"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/internal/hostname"
	"github.com/volaweb/vola/mail"
)

// Security is how a connection is encrypted.
type Security int

// The ways to encrypt a connection.
const (
	StartTLS Security = iota // by the command STARTTLS, before anything is said; the server must have it
	TLS                      // from the beginning
	Off                      // not at all; only for servers on the same machine
)

// Config configures a [Client]. Only Host is needed.
type Config struct {
	// Host is the name of the server, which its certificate must have.
	Host string
	// Port defaults to 587, with TLS to 465, with Off to 25.
	Port int
	// Security defaults to StartTLS.
	Security Security
	// Username and Password log in. Without Username nobody does. Of what the server offers,
	// the first of SCRAM-SHA-256, SCRAM-SHA-1, PLAIN, LOGIN and CRAM-MD5 is used.
	Username, Password string
	// Name is the name of the site for the greeting. Defaults to "localhost".
	Name string
	// Roots are the authorities of certificates. Defaults to those of the system.
	Roots *x509.CertPool
	// ConnectTimeout is how long it may take until the server has taken the log-in. Defaults to 10
	// seconds.
	ConnectTimeout time.Duration
	// Timeout is how long [Client.Send] may take in all. Defaults to 30 seconds.
	Timeout time.Duration
}

// Client sends mails over a server. It keeps at most two connections for 10 seconds after a
// mail, for the next ones, and each for at most 50 mails. It may be used by many goroutines.
type Client struct {
	cfg Config

	mu     sync.Mutex
	idle   []*session
	closed bool
}

const (
	maxIdle  = 2
	idleTime = 10 * time.Second
	maxMails = 50 // over one connection; some servers allow no more than 100
)

// New returns a client, without connecting to the server.
func New(cfg Config) (*Client, error) {
	if cfg.Port == 0 {
		cfg.Port = map[Security]int{StartTLS: 587, TLS: 465, Off: 25}[cfg.Security]
	}
	if cfg.Name == "" {
		cfg.Name = "localhost"
	}
	if ip, err := netip.ParseAddr(cfg.Name); err == nil {
		cfg.Name = "[" + ip.String() + "]"
		if ip.Is6() {
			cfg.Name = "[IPv6:" + ip.String() + "]"
		}
	}
	if cfg.ConnectTimeout <= 0 {
		cfg.ConnectTimeout = 10 * time.Second
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = 30 * time.Second
	}
	switch {
	case cfg.Host == "" || strings.ContainsFunc(cfg.Host+cfg.Name, func(c rune) bool { return c <= ' ' || c >= 0x7f }):
		return nil, fmt.Errorf("smtp: the host %q, or the name %q for the greeting, is not the name of a host", cfg.Host, cfg.Name)
	case cfg.Port < 1 || cfg.Port > 65535:
		return nil, fmt.Errorf("smtp: the port %d is not from 1 to 65535", cfg.Port)
	case cfg.Security == Off && !hostname.IsLocal(cfg.Host):
		return nil, fmt.Errorf("smtp: the host %q is not on this machine, so mails to it are encrypted; leave out tls=off", cfg.Host)
	}
	return &Client{cfg: cfg}, nil
}

// addr is where the server is.
func (c *Client) addr() string { return net.JoinHostPort(c.cfg.Host, strconv.Itoa(c.cfg.Port)) }

// Send implements [mail.Sender]. What keeps the server from being reached is temporary, and so are
// answers of it that begin with 4. A mail that it refuses for one of the recipients is
// sent to none. If the connection ends after the whole mail was sent and before the server has
// confirmed it, the error is temporary and the mail may arrive twice, with the same Message-ID if
// the message has one.
func (c *Client) Send(ctx context.Context, m mail.Message) error {
	data, err := m.Encode()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	s, err := c.session(ctx)
	if err != nil {
		return c.failure(ctx, "connect to the mail server", err)
	}
	stop := s.boundBy(ctx)
	step, err := s.send(m.From.Address, m.Recipients(), data)
	if !stop() || err != nil && !isAnswer(err) {
		s.conn.Close()
	} else {
		c.keep(s)
	}
	if err != nil {
		return c.failure(ctx, step, err)
	}
	return nil
}

// session is a connection that has logged in, for one mail at a time.
type session struct {
	client *gosmtp.Client
	conn   net.Conn
	mails  int
	expire *time.Timer
}

// boundBy ends what goes on over the connection with ctx. stop reports whether that has not
// happened, and won't.
func (s *session) boundBy(ctx context.Context) (stop func() bool) {
	if deadline, ok := ctx.Deadline(); ok {
		s.conn.SetDeadline(deadline)
	}
	return context.AfterFunc(ctx, func() { s.conn.Close() })
}

// tooLarge is a mail that is larger than the server says it takes.
type tooLarge struct{ size, most int }

func (e tooLarge) Error() string {
	return fmt.Sprintf("the mail has %d bytes, the server takes at most %d", e.size, e.most)
}

// send sends a mail; step says what failed.
func (s *session) send(from string, to []string, data []byte) (step string, err error) {
	if ok, param := s.client.Extension("SIZE"); ok {
		if most, err := strconv.Atoi(strings.TrimSpace(param)); err == nil && most > 0 && len(data) > most {
			return "send a mail", tooLarge{len(data), most}
		}
	}
	s.mails++
	if err := s.client.Mail("<" + from + ">"); err != nil {
		return "name the sender", err
	}
	var refused error
	for _, address := range to {
		if err := s.client.Rcpt("<" + address + ">"); err != nil {
			if !isAnswer(err) {
				return "name a recipient", err
			}
			if refused == nil || !isPermanent(refused) {
				refused = err
			}
		}
	}
	if refused != nil {
		return "name a recipient", refused
	}
	w, err := s.client.Data()
	if err != nil {
		return "begin the mail", err
	}
	if _, err := w.Write(data); err != nil {
		return "send the mail", err
	}
	return "send the mail", w.Close()
}

// isAnswer reports whether an error is what the server said, after which the connection can be used.
func isAnswer(err error) bool {
	var answer *textproto.Error
	var large tooLarge
	return errors.As(err, &answer) && answer.Code != 421 || errors.As(err, &large)
}

// isPermanent reports whether the server will not take the mail later either.
func isPermanent(err error) bool {
	var answer *textproto.Error
	var large tooLarge
	return errors.As(err, &answer) && answer.Code >= 500 || errors.As(err, &large)
}

// failure gives an error its kind. Nothing that the server says breaks the line or has the password.
func (c *Client) failure(ctx context.Context, step string, err error) error {
	kind := fault.Unavailable
	var connecting *connectError
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		kind = fault.Timeout
		err = fmt.Errorf("it took longer than allowed: %w", err)
	case ctx.Err() != nil:
		kind = fault.Canceled
	case !errors.As(err, &connecting) && isPermanent(err):
		kind = fault.Invalid
	}
	text := err.Error()
	if c.cfg.Password != "" {
		text = strings.ReplaceAll(text, c.cfg.Password, "...")
	}
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r <= ' ' || r >= 0x7f && r <= 0xa0 }), " ")
	const most = 500
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "..."
	}
	return fault.Wrap(kind, fmt.Errorf("mail: %s at %s: %s", step, c.addr(), text), "")
}

// tlsConfig is how connections are encrypted.
func (c *Client) tlsConfig() *tls.Config {
	return &tls.Config{ServerName: strings.TrimSuffix(c.cfg.Host, "."), RootCAs: c.cfg.Roots, MinVersion: tls.VersionTLS12}
}
