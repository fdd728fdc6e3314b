package auth_test

import (
	"strings"
	"testing"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/contrib/auth/authtest"
	"github.com/volaweb/vola/volatest"
)

// TestLanguages: visitors see pages, errors of forms and mails in their language.
func TestLanguages(t *testing.T) {
	t.Parallel()
	speaking := func() vola.Config {
		cfg := site()
		cfg.Languages = []string{"en-GB", "de", "ar"}
		return cfg
	}
	volatest.Each(t, speaking, func(t *testing.T, c *volatest.Client) {
		c.Header.Set("Accept-Language", "de-AT, en;q=0.5")
		c.Get("/accounts/login/").WantStatus(200).WantBody("<h1>Anmelden</h1>").Form("Anmelden").
			Fill("Benutzername oder E-Mail-Adresse", "ann").Fill("Passwort", "falsch").Press("Anmelden").
			WantStatus(422).WantBody("Benutzername, E-Mail-Adresse oder Passwort ist falsch.")
		c.Get("/accounts/signup/").Form("E-Mail senden").Fill("E-Mail-Adresse", "ann@example.org").Press("E-Mail senden").WantStatus(303)
		mail := c.WantMail("ann@example.org")
		if mail.Subject != "Ihr Konto bei Papers" || !strings.Contains(mail.Text, "Der Link gilt einen Tag.") || !strings.Contains(mail.HTML, `lang="de"`) {
			t.Errorf("mail %q: %s", mail.Subject, mail.Text)
		}
		c.Get(volatest.Link(t, mail, "/accounts/open/signup/"))
		c.Get("/accounts/signup/finish/").Form("Konto anlegen").Fill("Benutzername", "ann").Fill("Passwort", "kurz").Press("Konto anlegen").
			WantStatus(422).WantBody("Das Passwort ist zu kurz. Es braucht mindestens 12 Zeichen.").
			Form("Konto anlegen").Fill("Passwort", another).Press("Konto anlegen").WantStatus(303)
		c.Get("/accounts/close/").WantBody("nach 7 Tagen wird das Konto gelöscht")
		c.Get("/papers/print/").WantStatus(403).WantBody("Das dürfen Sie nicht.")

		arabic := c.Another()
		arabic.Header.Set("Accept-Language", "ar")
		authtest.LogIn(t, arabic, authtest.User(t, arabic, "amal", func(u *auth.User) { u.Name = "أمل" }))
		arabic.Get("/accounts/").WantStatus(200).WantBody(`dir="rtl"`).WantBody("<h1>حسابك</h1>")
	})
}
