package vola

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/volaweb/vola/internal/cli"
	"github.com/volaweb/vola/mail"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/devpage"
)

const (
	// mailDrain is how long mails are still sent when the site stops.
	mailDrain = 10 * time.Second
	// mailFinish is how long a command waits for its mails at its end: as long as
	// all attempts can take.
	mailFinish = 10 * time.Minute
)

// mails is what sends the mails of a site.
type mails struct {
	queue  *mail.Queue
	outbox *mail.Outbox // in development
	closer io.Closer    // of the sender; nil if it has none
	// mustEnd is when the program is cut off; zero if it is not.
	mustEnd time.Time
}

// openMail finds out how mails are sent. Nothing is connected to yet.
func (s *Site) openMail() error {
	var errs []error
	sender := s.opts.Mailer
	if sender == nil {
		var err error
		if sender, err = s.mailSender(); err != nil {
			errs = append(errs, err)
			sender = mail.NewConsole(io.Discard)
		}
	}
	s.mails.closer, _ = sender.(io.Closer)
	if s.opts.Dev {
		s.mails.outbox = &mail.Outbox{Next: sender, Now: s.opts.Now}
		sender = s.mails.outbox
	}
	if s.set.MailFrom != "" {
		from, err := mail.ParseAddress(s.set.MailFrom)
		if err != nil {
			errs = append(errs, fmt.Errorf("setting MAIL_FROM: %w", err))
		}
		s.host.MailFrom = from
	}
	s.host.Mailer = sender
	queue := mail.QueueConfig{Sender: sender, Log: s.opts.Log}
	if _, kept := s.opts.Mailer.(*mail.Outbox); kept {
		queue.Workers = 1 // a test finds the mails in the order in which they were queued
	}
	s.mails.queue = mail.NewQueue(queue)
	s.host.MailQueue = module.NewMailQueue(s.mails.queue, s.opts.Log)
	other := ""
	errs = append(errs, checkPreviews(s.cfg.Modules)...)
	for _, m := range s.cfg.Modules {
		has, ok := module.As[module.HasMailQueue](m)
		switch {
		case !ok:
		case other != "":
			errs = append(errs, fmt.Errorf("the modules %s and %s both have a queue of mails; a site has one", other, m.Name()))
		default:
			if queue := has.MailQueue(sender); queue != nil {
				other = m.Name()
				s.host.MailQueue = queue
			}
		}
	}
	if err := errors.Join(errs...); err != nil {
		return cli.ConfigError{Err: err}
	}
	return nil
}

// sendsMail reports whether MAIL_URL names something that sends mails to people.
func (s *settings) sendsMail() bool {
	scheme, _, _ := strings.Cut(strings.ToLower(s.MailURL), ":")
	return scheme != "console" && scheme != "dir"
}

// needBaseURL returns an error if links in mails that are sent would lead nowhere. They never begin
// with what a request says; without BASE_URL they would begin with the address that the
// program listens on, or in a command with nothing.
func (s *Site) needBaseURL() error {
	if s.opts.Dev || s.set.BaseURL != "" || s.opts.Mailer != nil || !s.set.sendsMail() {
		return nil
	}
	return errors.New("setting BASE_URL must be set, as MAIL_URL says that mails are sent: the scheme and host that links in them begin with, such as https://example.org")
}

// mailSender opens what the setting MAIL_URL names.
func (s *Site) mailSender() (mail.Sender, error) {
	scheme, _, _ := strings.Cut(s.set.MailURL, ":")
	scheme = strings.ToLower(scheme)
	if scheme == "console" {
		console := mail.NewConsole(cmp.Or[io.Writer](s.opts.Console, io.Discard))
		if s.opts.Environ["MAIL_URL"] != "" || s.opts.Dev {
			return console, nil
		}
		return &warning{Sender: console, log: s.opts.Log}, nil
	}
	host := ""
	if u, err := url.Parse(s.set.BaseURL); err == nil {
		host = u.Hostname()
	}
	sender, err := mail.Open(s.cfg.Mailers, s.set.MailURL, host)
	if err != nil {
		return nil, fmt.Errorf("setting MAIL_URL: %w", err)
	}
	if s.set.MailFrom == "" && scheme != "dir" {
		return nil, errors.New("setting MAIL_FROM must be set, as MAIL_URL says that mails are sent: the address that they come from, such as shop@example.org")
	}
	return sender, nil
}

// warning is a sender that tells once that mails are only printed.
type warning struct {
	mail.Sender
	log  *slog.Logger
	once sync.Once
}

func (w *warning) Send(ctx context.Context, m mail.Message) error {
	w.once.Do(func() {
		w.log.Warn("mails are printed and not sent: set MAIL_URL to the URL of a mail server, or to console: to print them without this message")
	})
	return w.Sender.Send(ctx, m)
}

// WaitMail returns when the queue of mails is empty, as those in it were sent or given up, or
// the error of ctx. The queue of a module that has one is not looked at.
func (s *Site) WaitMail(ctx context.Context) error { return s.mails.queue.Wait(ctx) }

// finishMail lets the mails of a command be sent at its end. After the signal to stop, Close does.
func (s *Site) finishMail(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, mailFinish)
	defer cancel()
	_ = s.WaitMail(ctx) // Close tells which were not sent
}

// closeMail sends what waits, and ends the connections.
func (s *Site) closeMail() {
	if s.mails.queue == nil {
		return
	}
	limit := time.Now().Add(mailDrain)
	if end := s.mails.mustEnd; !end.IsZero() && end.Before(limit) {
		limit = end
	}
	ctx, cancel := context.WithDeadline(context.Background(), limit)
	defer cancel()
	if err := s.mails.queue.Close(ctx); err != nil {
		s.opts.Log.Error(err.Error())
	}
	if s.mails.closer != nil {
		if err := s.mails.closer.Close(); err != nil {
			s.opts.Log.Warn("the connection to the mail server was not closed", "error", err)
		}
	}
}

// checkPreviews reports mails that cannot be shown.
func checkPreviews(modules []module.Module) (errs []error) {
	for _, m := range modules {
		has, ok := module.As[module.HasMails](m)
		if !ok {
			continue
		}
		seen := map[string]bool{}
		for _, p := range has.Mails() {
			switch {
			case p.Name == "" || strings.ContainsFunc(p.Name, func(c rune) bool {
				return (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_'
			}):
				errs = append(errs, fmt.Errorf("module %s: the preview of a mail is called %q; a name is lower-case letters, digits, hyphens and underscores", m.Name(), p.Name))
			case seen[p.Name]:
				errs = append(errs, fmt.Errorf("module %s: two previews of mails are called %q", m.Name(), p.Name))
			case p.Page == nil:
				errs = append(errs, fmt.Errorf("module %s: the preview of the mail %q has no function Page", m.Name(), p.Name))
			}
			seen[p.Name] = true
		}
	}
	return errs
}

// mailPages adds the pages of mails in development.
func (s *Site) mailPages(r *web.Router) {
	if s.mails.outbox == nil {
		return
	}
	var previews []devpage.MailPreview
	for _, m := range s.cfg.Modules {
		has, ok := module.As[module.HasMails](m)
		if !ok {
			continue
		}
		for _, p := range has.Mails() {
			previews = append(previews, devpage.MailPreview{Name: m.Name() + "/" + p.Name, Mail: func(ctx context.Context) (mail.Message, error) {
				page, err := p.Page(ctx)
				if err != nil {
					return mail.Message{}, err
				}
				return s.host.RenderMail(ctx, page, mail.To(mail.Address{Address: "reader@example.org"}))
			}})
		}
	}
	r.Mount("/_dev/mail/", "", devpage.Mails(s.mails.outbox, previews))
}
