package contact_test

import (
	"strings"
	"testing"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/contrib/once"
	"github.com/volaweb/vola/mail"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/web/webtest"

	"github.com/volaweb/vola/examples/contact"
)

func site() vola.Config {
	return vola.Config{Name: "Contact", Modules: []module.Module{once.New(), module.At("/", contact.New())}}
}

// snippet: test

// TestContact writes a message, which is stored and sent.
func TestContact(t *testing.T) {
	t.Parallel()
	volatest.Each(t, site, func(t *testing.T, c *volatest.Client) {
		c.Get("/").WantStatus(200).Submit("form", webtest.Values{
			"name": "Ann <&>", "email": "ann@example.org", "text": "Are you open on Sunday?\n\nAnn",
		}).WantRedirect("/thanks/")
		m := c.WantMail("office@example.org")
		if m.Subject != "Message from Ann <&>" || m.ReplyTo[0] != (mail.Address{Name: "Ann <&>", Address: "ann@example.org"}) {
			t.Errorf("the mail is %q, answers go to %v", m.Subject, m.ReplyTo)
		}
		if !strings.Contains(m.Text, "> Are you open on Sunday?\n>\n> Ann\n") {
			t.Errorf("the text is:\n%s", m.Text)
		}
		c.Get(volatest.Link(t, m, "/")).WantStatus(200)
		if _, err := c.Command("resend", "1"); err != nil || len(c.Mails()) != 2 {
			t.Errorf("sent again: %v, %d mails", err, len(c.Mails()))
		}
	})
}

// end snippet

// TestNames: what fits into the form can be sent.
func TestNames(t *testing.T) {
	t.Parallel()
	c := volatest.New(t, site())
	for i, name := range []string{strings.Repeat("名", 80), strings.Repeat("😀", 80), strings.Repeat(`"`, 80), "=?utf-8?q?x?=", "a  b", "O'Neill, <Ann>"} {
		c.Get("/").Submit("form", webtest.Values{"name": name, "email": "ann@example.org", "text": "Hello"}).WantRedirect("/thanks/")
		all := c.Mails()
		if len(all) != i+1 || all[i].ReplyTo[0].Name != name {
			t.Fatalf("%q: %d mails", name, len(all))
		}
		if _, err := all[i].Encode(); err != nil {
			t.Error(err)
		}
	}
}

// TestErrors: what is not stored is not sent either.
func TestErrors(t *testing.T) {
	t.Parallel()
	volatest.Each(t, site, func(t *testing.T, c *volatest.Client) {
		for _, email := range []string{"ann", "ann@example.org\r\nBcc: all@example.org", "a\x00@example.org", "zoë@example.org", "a@bücher.example", "a@[127.0.0.1]", "a..b@example.org", ""} {
			c.Get("/").WantStatus(200).Submit("form", webtest.Values{"name": "Ann", "email": email, "text": "Hello"}).WantStatus(422)
		}
		n, err := orm.From[contact.Message](c.DB).Count(t.Context())
		if mails := c.Mails(); err != nil || n != 0 || len(mails) != 0 {
			t.Errorf("%d messages are stored, %d mails were sent, %v", n, len(mails), err)
		}
	})
}

// TestSettings: a setting that is not an address is named.
func TestSettings(t *testing.T) {
	t.Parallel()
	_, err := vola.New(site(), vola.Options{Environ: map[string]string{"CONTACT_TO": "nobody"}})
	if err == nil || !strings.Contains(err.Error(), `setting CONTACT_TO: mail: the text "nobody" is not an address`) {
		t.Errorf("the error is %v", err)
	}
}
