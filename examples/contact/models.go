package contact

import "time"

// Message is what somebody wrote to the people of the site.
type Message struct {
	ID    int64
	Name  string    `db:"size=80" form:"complete=name" label:"Your name"`
	Email string    `db:"size=254" form:"email,complete=email" label:"Your email address" help:"The answer goes there."`
	Text  string    `db:"size=5000" form:"textarea" label:"Your message"`
	At    time.Time `db:"auto_now_add"`
}
