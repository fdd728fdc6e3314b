// Command contactsite is a site that is just the contact form:
//
//	go run ./examples/contact/contactsite serve --dev
//
// Mails are printed, and shown at /_dev/mail/. To send them, set MAIL_URL, MAIL_FROM and
// CONTACT_TO.
package main

import (
	"github.com/volaweb/vola"
	"github.com/volaweb/vola/contrib/once"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/postgres"
	"github.com/volaweb/vola/database/sqlite"
	"github.com/volaweb/vola/mail"
	"github.com/volaweb/vola/mail/smtp"
	"github.com/volaweb/vola/module"

	"github.com/volaweb/vola/examples/contact"
)

// snippet: main

func main() {
	vola.Main(vola.Config{
		Name:    "Contact",
		Drivers: []database.Driver{sqlite.Driver, postgres.Driver},
		Mailers: []mail.Driver{smtp.Driver},
		Modules: []module.Module{once.New(), module.At("/", contact.New())},
	})
}

// end snippet
