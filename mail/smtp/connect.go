package smtp

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// connectError is why there is no connection. None of it is about the mail.
type connectError struct{ err error }

func (e *connectError) Error() string { return e.err.Error() }
func (e *connectError) Unwrap() error { return e.err }

// session returns a connection: one that is kept, if the server still listens, or a new one.
func (c *Client) session(ctx context.Context) (*session, error) {
	for s := c.take(); s != nil; s = c.take() {
		stop := s.boundBy(ctx)
		err := s.client.Reset()
		if stop() && err == nil {
			return s, nil
		}
		s.conn.Close()
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	s, err := c.connect(ctx)
	if err != nil {
		return nil, &connectError{err}
	}
	return s, nil
}

// connect makes a connection, encrypts it and logs in.
func (c *Client) connect(ctx context.Context) (*session, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, c.cfg.ConnectTimeout, errors.New("the server did not answer in time"))
	defer cancel()
	s := &session{}
	options := []gomail.Option{
		gomail.WithPort(c.cfg.Port), gomail.WithTimeout(c.cfg.ConnectTimeout), gomail.WithHELO(c.cfg.Name), gomail.WithTLSConfig(c.tlsConfig()),
		gomail.WithDialContextFunc(func(ctx context.Context, network, addr string) (net.Conn, error) {
			var err error
			if c.cfg.Security == TLS {
				s.conn, err = (&tls.Dialer{Config: c.tlsConfig()}).DialContext(ctx, network, addr)
			} else {
				s.conn, err = new(net.Dialer).DialContext(ctx, network, addr)
			}
			return s.conn, err
		}),
	}
	if c.cfg.Security == StartTLS {
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	} else {
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	}
	if c.cfg.Username != "" {
		options = append(options, gomail.WithUsername(c.cfg.Username), gomail.WithPassword(c.cfg.Password),
			gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthSCRAMSHA1, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin, gomail.SMTPAuthCramMD5))
	}
	dialer, err := gomail.NewClient(c.cfg.Host, options...)
	if err != nil {
		return nil, err
	}
	// The library bounds by time what it does after the connection is made, not by the context.
	type result struct {
		session *session
		err     error
	}
	done := make(chan result, 1)
	go func() {
		var err error
		s.client, err = dialer.DialToSMTPClientWithContext(ctx)
		if err != nil && s.conn != nil {
			s.conn.Close()
		}
		done <- result{s, err}
	}()
	select {
	case r := <-done:
		if r.err != nil {
			return nil, r.err
		}
		return r.session, nil
	case <-ctx.Done():
		go func() { // it ends by the timeout of the library at the latest
			if r := <-done; r.err == nil {
				r.session.conn.Close()
			}
		}()
		return nil, context.Cause(ctx)
	}
}

// take returns a connection that is kept, the newest first, or nil.
func (c *Client) take() *session {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.idle) == 0 {
		return nil
	}
	s := c.idle[len(c.idle)-1]
	c.idle = c.idle[:len(c.idle)-1]
	s.expire.Stop()
	return s
}

// keep keeps a connection for the next mail.
func (c *Client) keep(s *session) {
	c.mu.Lock()
	full := c.closed || len(c.idle) >= maxIdle || s.mails >= maxMails
	if !full {
		c.idle = append(c.idle, s)
		s.expire = time.AfterFunc(idleTime, func() { c.drop(s) })
	}
	c.mu.Unlock()
	if full {
		s.quit()
	}
}

// drop ends a connection that was not used.
func (c *Client) drop(s *session) {
	c.mu.Lock()
	kept := false
	for i, other := range c.idle {
		if other == s {
			c.idle = append(c.idle[:i:i], c.idle[i+1:]...)
			kept = true
			break
		}
	}
	c.mu.Unlock()
	if kept {
		s.quit()
	}
}

// quit takes leave of the server, for at most a second.
func (s *session) quit() {
	s.conn.SetDeadline(time.Now().Add(time.Second))
	s.client.Quit()
	s.conn.Close()
}

// Close ends the connections that are kept. Mails may still be sent, each over one of its own.
func (c *Client) Close() error {
	c.mu.Lock()
	c.closed = true
	idle := c.idle
	c.idle = nil
	c.mu.Unlock()
	for _, s := range idle {
		s.expire.Stop()
		s.quit()
	}
	return nil
}
