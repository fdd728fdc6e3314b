package smtp_test

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"github.com/emersion/go-sasl"
	gosmtp "github.com/emersion/go-smtp"
)

// server is a mail server, which keeps what it gets.
type server struct {
	port  int
	roots *x509.CertPool // have its certificate

	mu          sync.Mutex
	got         []received
	connections int
	conns       []net.Conn
	users       []string
	// refuse is asked about each sender, recipient and mail.
	refuse func(command, argument string) error
}

// received is a mail as the server got it.
type received struct {
	from string
	to   []string
	data string
	tls  bool
	helo string
}

// mode is how connections to a server are encrypted.
type mode int

const (
	plain mode = iota
	startTLS
	fromStart
)

func serve(t testing.TB, m mode, refuse func(command, argument string) error) *server {
	t.Helper()
	s := &server{refuse: refuse, roots: x509.NewCertPool()}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.port = listener.Addr().(*net.TCPAddr).Port
	certificate := httptest.NewUnstartedServer(nil)
	certificate.StartTLS()
	certificate.Close()
	s.roots.AddCert(certificate.Certificate())
	cfg := &tls.Config{Certificates: certificate.TLS.Certificates}
	back := gosmtp.NewServer(gosmtp.BackendFunc(func(c *gosmtp.Conn) (gosmtp.Session, error) {
		return &session{server: s, conn: c}, nil
	}))
	back.Domain, back.MaxMessageBytes = "mail.example.org", 1<<20
	back.AllowInsecureAuth = m == plain
	back.ErrorLog = discard{}
	if m == startTLS {
		back.TLSConfig = cfg
	}
	counted := &counting{Listener: listener, server: s}
	listener = counted
	if m == fromStart {
		listener = tls.NewListener(counted, cfg)
	}
	served := make(chan error, 1)
	go func() { served <- back.Serve(listener) }()
	t.Cleanup(func() {
		back.Close()
		_ = listener.Close() // which Close does not know if Serve has not begun yet
		<-served
	})
	return s
}

type discard struct{}

func (discard) Printf(string, ...any) {}
func (discard) Println(...any)        {}

// counting counts the connections.
type counting struct {
	net.Listener
	server *server
}

func (c *counting) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	if err == nil {
		c.server.mu.Lock()
		c.server.connections++
		c.server.conns = append(c.server.conns, conn)
		c.server.mu.Unlock()
	}
	return conn, err
}

func (s *server) received() []received {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.got)
}

func (s *server) connected() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.connections
}

// drop ends all connections, as servers do after a while.
func (s *server) drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, conn := range s.conns {
		conn.Close()
	}
	s.conns = nil
}

func (s *server) ask(command, argument string) error {
	s.mu.Lock()
	refuse := s.refuse
	s.mu.Unlock()
	if refuse == nil {
		return nil
	}
	return refuse(command, argument)
}

// refusing changes what the server refuses.
func (s *server) refusing(refuse func(command, argument string) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = refuse
}

type session struct {
	server *server
	conn   *gosmtp.Conn
	mail   received
}

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if password != "p@ss/wörd" {
			return &gosmtp.SMTPError{Code: 535, EnhancedCode: gosmtp.EnhancedCode{5, 7, 8}, Message: "wrong password " + password}
		}
		s.server.mu.Lock()
		defer s.server.mu.Unlock()
		s.server.users = append(s.server.users, user)
		return nil
	}), nil
}

func (s *session) Mail(from string, _ *gosmtp.MailOptions) error {
	if err := s.server.ask("MAIL", from); err != nil {
		return err
	}
	s.mail.from = from
	return nil
}

func (s *session) Rcpt(to string, _ *gosmtp.RcptOptions) error {
	if err := s.server.ask("RCPT", to); err != nil {
		return err
	}
	s.mail.to = append(s.mail.to, to)
	return nil
}

func (s *session) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if err := s.server.ask("DATA", string(data)); err != nil {
		return err
	}
	s.mail.data = string(data)
	_, s.mail.tls = s.conn.TLSConnectionState()
	s.mail.helo = s.conn.Hostname()
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	s.server.got = append(s.server.got, s.mail)
	return nil
}

func (s *session) Reset()        { s.mail = received{} }
func (s *session) Logout() error { return nil }

// answer is what a server says instead of taking something.
func answer(code int, text string) error {
	return &gosmtp.SMTPError{Code: code, EnhancedCode: gosmtp.EnhancedCodeNotSet, Message: text}
}
