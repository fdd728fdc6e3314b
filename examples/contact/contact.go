// Package contact is a contact form: what people write is stored, and sent to the people of the site as a mail.
package contact

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"net/http"
	"strconv"
	"time"

	"github.com/volaweb/vola/contrib/once"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/forms"
	"github.com/volaweb/vola/mail"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/orm/ormforms"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"

	"github.com/volaweb/vola/examples/contact/migrations"
)

//go:embed templates static
var files embed.FS

var (
	formPage   = templates.Page[*forms.Bound[Message]]("contact/form.html")
	thanksPage = templates.Page[struct{}]("contact/thanks.html")
)

// snippet: page

var messageMail = templates.Page[Message]("contact/mail/message.html")

// end snippet

type contact struct {
	module.Base
	settings settings
	to       mail.Address
	form     *forms.Form[Message]
}

type settings struct {
	To string `env:"TO" envDefault:"office@example.org" help:"the address that messages are sent to"`
}

// New returns the module. The site needs once.New too.
func New() module.Module { return &contact{} }

func (c *contact) Name() string                    { return "contact" }
func (c *contact) Settings() any                   { return &c.settings }
func (c *contact) Migrations() []migrate.Migration { return migrations.All() }
func (c *contact) Models() []orm.Declaration       { return []orm.Declaration{orm.Model[Message]()} }
func (c *contact) Pages() []templates.Checked {
	return []templates.Checked{formPage, thanksPage, messageMail}
}
func (c *contact) Templates() fs.FS { return files }
func (c *contact) Static() fs.FS    { return files }

func (c *contact) Routes(r *web.Router) {
	r.Get("/", c.write).Name("form")
	r.Post("/", c.write)
	r.Get("/thanks/", c.thanks).Name("thanks")
}

// Checks refuses a setting that is not an address.
func (c *contact) Checks() []error {
	if _, err := mail.ParseAddress(c.settings.To); err != nil {
		return []error{fmt.Errorf("setting CONTACT_TO: %w", err)}
	}
	return nil
}

func (c *contact) Start(ctx context.Context, h *module.Host) (err error) {
	if err := c.Base.Start(ctx, h); err != nil {
		return err
	}
	if c.to, err = mail.ParseAddress(c.settings.To); err != nil {
		return err
	}
	c.form, err = ormforms.New(c.DB, Messages.Name, Messages.Email, Messages.Text)
	return err
}

// snippet: send

func (c *contact) write(w http.ResponseWriter, r *http.Request) error {
	form := c.form.BindNew(r.Context(), Message{})
	form.Once()
	ok, err := form.Read(r)
	to := ""
	if ok {
		to, ok, err = once.Save(r.Context(), c.DB, form, func(ctx context.Context, tx *database.Tx) (string, error) {
			m := form.Value
			if err := orm.Create(ctx, tx, m); err != nil {
				return "", err
			}
			if err := c.SendMail(ctx, tx, messageMail.Data(*m), c.envelope(m)); err != nil {
				return "", err
			}
			return c.URLFor(ctx, "contact:thanks")
		})
	}
	switch {
	case err != nil:
		return err
	case ok:
		return web.Redirect(w, r, to, http.StatusSeeOther)
	}
	return c.RenderStatus(w, r, form.Status(), formPage.Data(form))
}

// envelope says whom a message goes to, and whom an answer.
func (c *contact) envelope(m *Message) mail.Message {
	return mail.Message{To: []mail.Address{c.to}, ReplyTo: []mail.Address{{Name: m.Name, Address: m.Email}}}
}

// end snippet

// snippet: command

// Commands has "contact resend ID".
func (c *contact) Commands() []module.Command {
	return []module.Command{{
		Name: "resend", Args: "ID", Help: "send a stored message again",
		Run: func(ctx context.Context, env module.Env, args []string) error {
			id, err := strconv.ParseInt(args[0], 10, 64)
			if err != nil {
				return module.Usagef("the id %q is not a whole number", args[0])
			}
			m, err := orm.Find[Message](ctx, c.DB, id)
			if err != nil {
				return err
			}
			letter, err := c.RenderMail(ctx, messageMail.Data(m), c.envelope(&m))
			if err != nil {
				return err
			}
			return c.Mailer.Send(ctx, letter)
		},
	}}
}

// end snippet

func (c *contact) thanks(w http.ResponseWriter, r *http.Request) error {
	return c.Render(w, r, thanksPage.Data(struct{}{}))
}

// snippet: previews

// Mails shows in development, at /_dev/mail/, what the mail looks like.
func (c *contact) Mails() []module.MailPreview {
	return []module.MailPreview{{Name: "message", Page: func(context.Context) (templates.Rendering, error) {
		return messageMail.Data(Message{Name: "Ann", Email: "ann@example.org", Text: "Are you open on Sunday?\n\nAnn", At: time.Now()}), nil
	}}}
}

// end snippet
