package module

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/mail"
	"github.com/volaweb/vola/templates"
)

// MailQueue takes mails and sends them later. That of a site keeps them in the memory of the
// process; a module that is [HasMailQueue] may put another in its place, which keeps them in
// the database.
type MailQueue interface {
	// Add takes a mail. With a [database.Tx] it is sent after the commit, and not
	// at all after a rollback. A queue that is full is an error of kind
	// fault.Unavailable. The mail must not be changed after it.
	Add(ctx context.Context, h database.Handle, m mail.Message) error
}

// HasMailQueue is a module whose queue sends the mails of the site. At most one module of a site
// has one.
type HasMailQueue interface {
	// MailQueue returns the queue; it is called before Start. Mails are sent by
	// sender, in the background. Nil means that the module has none after all.
	MailQueue(sender mail.Sender) MailQueue
}

// HasMails is a module that sends mails. It shows in development, at /_dev/mail/, what they look
// like.
type HasMails interface {
	Mails() []MailPreview
}

// MailPreview is a mail with sample data.
type MailPreview struct {
	// Name says which mail it is, such as "welcome"; it is unique within the module.
	Name string
	// Page returns the page that the mail is made of.
	Page func(ctx context.Context) (templates.Rendering, error)
}

// SendMail sends a page as a mail to the recipients that m names, from the address of the
// setting MAIL_FROM unless m has one. The title of the page is the subject, and the text is
// made from its HTML (see [mail.Message.WithPage]). The page is rendered at once, in the
// language of ctx, for which [i18n.Texts.In] can choose another; what is wrong with it, or with m, is the
// error, of kind fault.Internal: check the address that somebody writes before, with [mail.ParseAddress] or a form. Sending goes on in the background.
//
// With a transaction as db the mail is sent after its commit, and not at all if it is rolled
// back. With the database itself it is sent at once.
//
// [i18n.Texts.In]: https://pkg.go.dev/github.com/volaweb/vola/i18n#Texts.In
func (h *Host) SendMail(ctx context.Context, db database.Handle, page templates.Rendering, m mail.Message) error {
	m, err := h.RenderMail(ctx, page, m)
	if err != nil {
		return err
	}
	if h.MailQueue == nil {
		return errors.New("send a mail: this host has no queue of mails; that of a site has")
	}
	return h.MailQueue.Add(ctx, db, m)
}

// RenderMail returns the mail that SendMail sends, for Host.Mailer, which sends it at once and
// says whether that could be done: in a command, say.
func (h *Host) RenderMail(ctx context.Context, page templates.Rendering, m mail.Message) (mail.Message, error) {
	var b strings.Builder
	if err := h.pages.Render(ctx, &b, page); err != nil {
		return m, err
	}
	m, err := m.WithPage(b.String(), h.Site.BaseURL)
	if err != nil {
		return m, programMade("page "+page.TemplateName(), err)
	}
	if m.From == (mail.Address{}) {
		m.From = h.mailFrom()
	}
	if m.Date.IsZero() {
		m.Date = h.Now()
	}
	if m.ID == "" {
		// The same for all attempts: who gets a mail twice can be spared the second.
		m.ID = strings.ToLower(rand.Text()) + "@" + h.mailDomain()
	}
	m.Header = autoSubmitted(m.Header)
	if err := m.Check(); err != nil {
		return m, programMade("page "+page.TemplateName(), err)
	}
	return m, nil
}

// programMade is the error of a mail that cannot be sent as the program made it. Visitors did nothing
// wrong, so it is not of the kind fault.Invalid that package mail gives it.
func programMade(what string, err error) error {
	return fault.Wrap(fault.Internal, fmt.Errorf("%s: %w", what, err), "")
}

// autoSubmitted returns a header that says that a program has sent the mail, so that nobody's
// holiday is answered (RFC 3834), unless it says something of it already.
func autoSubmitted(header map[string]string) map[string]string {
	const name = "Auto-Submitted"
	out := map[string]string{name: "auto-generated"}
	for field, value := range header {
		if strings.EqualFold(field, name) {
			delete(out, name)
		}
		out[field] = value
	}
	return out
}

// mailFrom is who sends mails that do not say it.
func (h *Host) mailFrom() mail.Address {
	if h.MailFrom != (mail.Address{}) {
		return h.MailFrom
	}
	return mail.Address{Address: "noreply@" + h.mailDomain()}
}

// mailDomain is the domain of the site: the name of its host, if that can stand in an address.
func (h *Host) mailDomain() string {
	if u, err := url.Parse(h.Site.BaseURL); err == nil {
		if _, err := mail.ParseAddress("noreply@" + u.Hostname()); err == nil {
			return u.Hostname()
		}
	}
	return "localhost"
}

// NewMailQueue returns what puts mails into a queue in memory; for package vola and for tests. log
// takes what could not be added after a commit.
func NewMailQueue(q *mail.Queue, log *slog.Logger) MailQueue { return &memoryQueue{q, log} }

type memoryQueue struct {
	queue *mail.Queue
	log   *slog.Logger
}

func (q *memoryQueue) Add(ctx context.Context, h database.Handle, m mail.Message) error {
	if h == nil {
		return errors.New("send a mail: the handle of the database is nil; give the transaction, or the database of the site")
	}
	// A full queue is an error now, so that a transaction is rolled back and nothing is promised.
	add, err := q.queue.Prepare(m)
	if fault.KindOf(err) == fault.Invalid {
		return programMade("send a mail", err)
	}
	if err != nil {
		return err
	}
	var failed error
	later := false
	err = database.AfterCommit(ctx, h, func(context.Context) {
		if failed = add(); failed != nil && later {
			q.log.Error("a mail was not sent", "error", failed)
		}
	})
	later = true
	return errors.Join(err, failed)
}
