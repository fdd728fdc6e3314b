package devpage

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/mail"
	"github.com/volaweb/vola/web"
)

//go:embed mails.html
var mailsHTML string

//go:embed mails.css
var mailsCSS string

// MailPreview is a mail with sample data. Mail is called for each request.
type MailPreview struct {
	Name string // of two parts with a slash between them, such as "shop/welcome"
	Mail func(ctx context.Context) (mail.Message, error)
}

// mailPolicy is the Content-Security-Policy of the HTML of a mail: it has its own styles and
// pictures from everywhere, as in a program for mail, and nothing in it runs. It keeps its origin
// for the sake of pictures of the site, which answers those of other origins with none.
const mailPolicy = "sandbox allow-same-origin; default-src 'none'; style-src 'unsafe-inline'; img-src data: http: https:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

// Mails returns the routes of the pages that show mails, in development: those that outbox has,
// and previews. They show all that is in the mails, also links to log in, so they are
// only for development.
func Mails(outbox *mail.Outbox, previews []MailPreview) *web.Router {
	m := &mails{outbox: outbox, previews: previews}
	r := web.NewRouter()
	r.Get("/", m.list).AllLanguages()
	add := func(path string, find finder) {
		for _, part := range []struct {
			path string
			send func(http.ResponseWriter, *http.Request, shownMail) error
		}{{"", sendShown}, {"html", sendHTML}, {"source", sendSource}, {"file/{i:int}", sendFile}} {
			r.Get(path+part.path, func(w http.ResponseWriter, r *http.Request) error {
				shown, err := find(r)
				if err != nil {
					return err
				}
				w.Header().Set("Cache-Control", "no-store")
				return part.send(w, r, shown)
			}).AllLanguages()
		}
	}
	add("/sent/{n:int}/", m.sent)
	add("/preview/{module}/{name}/", m.preview)
	return r
}

// finder finds the mail that a request is about.
type finder func(*http.Request) (shownMail, error)

type mails struct {
	outbox   *mail.Outbox
	previews []MailPreview
}

// shownMail is a mail that is shown.
type shownMail struct {
	mail.Message
	Title string
	Time  time.Time // when it was sent; zero for a preview
}

// Addresses returns addresses as people write them.
func (shownMail) Addresses(list []mail.Address) string { return mail.FormatAddresses(list) }

// Sender returns who sends it.
func (s shownMail) Sender() string { return s.Addresses([]mail.Address{s.From}) }

// WebLinks returns the links that a browser can follow.
func (s shownMail) WebLinks() []string {
	return slices.DeleteFunc(s.Links(), func(link string) bool {
		u, err := url.Parse(link)
		return err != nil || u.Scheme != "http" && u.Scheme != "https"
	})
}

func (m *mails) sent(r *http.Request) (shownMail, error) {
	n := web.Int(r, "n")
	for _, s := range m.outbox.Sent() {
		if int64(s.Number) == n {
			return shownMail{s.Message, fmt.Sprintf("Mail %d", n), s.Time}, nil
		}
	}
	return shownMail{}, fault.Newf(fault.NotFound, "There is no mail of this number: it was sent before the site was started, or many others since.")
}

func (m *mails) preview(r *http.Request) (shownMail, error) {
	name := r.PathValue("module") + "/" + r.PathValue("name")
	for _, p := range m.previews {
		if p.Name == name {
			message, err := p.Mail(r.Context())
			if err != nil {
				err = fmt.Errorf("preview of the mail %s: %w", name, err)
			}
			return shownMail{Message: message, Title: "Preview of " + name}, err
		}
	}
	return shownMail{}, fault.Newf(fault.NotFound, "There is no preview of this name.")
}

func (m *mails) list(w http.ResponseWriter, r *http.Request) error {
	var sent []listedMail
	for _, s := range m.outbox.Sent() {
		sent = append(sent, listedMail{s.Number, mail.FormatAddresses(slices.Concat(s.Message.To, s.Message.Cc, s.Message.Bcc)), s.Message.Subject, s.Time})
	}
	slices.Reverse(sent)
	var names []string
	for _, p := range m.previews {
		names = append(names, p.Name)
	}
	return sendMailPage(w, r, "list", map[string]any{"Title": "Mails", "Sent": sent, "Previews": names})
}

// listedMail is a line of the list.
type listedMail struct {
	Number      int
	To, Subject string
	Time        time.Time
}

func sendShown(w http.ResponseWriter, r *http.Request, shown shownMail) error {
	return sendMailPage(w, r, "mail", map[string]any{"Title": shown.Title, "Mail": shown})
}

// sendMailPage answers with one of the templates in mails.html.
func sendMailPage(w http.ResponseWriter, r *http.Request, name string, data map[string]any) error {
	style := pageCSS + mailsCSS
	data["Style"] = template.CSS(style)
	t, err := template.New("mails").Parse(mailsHTML)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, name, data); err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(style))
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'; "+
		"frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("Cache-Control", "no-store")
	return web.Send(w, r, http.StatusOK, b.Bytes())
}

func sendHTML(w http.ResponseWriter, r *http.Request, shown shownMail) error {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", mailPolicy)
	h.Set("X-Frame-Options", "SAMEORIGIN")
	return web.Send(w, r, http.StatusOK, []byte(shown.HTML))
}

func sendSource(w http.ResponseWriter, r *http.Request, shown shownMail) error {
	source, err := shown.Encode()
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	return web.Send(w, r, http.StatusOK, source)
}

func sendFile(w http.ResponseWriter, r *http.Request, shown shownMail) error {
	i := web.Int(r, "i")
	if i < 0 || i >= int64(len(shown.Attachments)) {
		return fault.Newf(fault.NotFound, "The mail has no such attachment.")
	}
	file := shown.Attachments[i]
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": file.Name}))
	return web.Send(w, r, http.StatusOK, file.Content)
}
