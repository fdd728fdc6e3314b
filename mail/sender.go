package mail

import (
	"context"
	"fmt"
	"strings"

	"github.com/volaweb/vola/fault"
)

// Sender sends mails. It may be used by many goroutines.
type Sender interface {
	// Send sends a mail to all its recipients or to none, and returns when that is done.
	// A message that [Message.Check] refuses is its error. [IsTemporary] tells which
	// errors may be gone when the mail is sent again; of all others it should not be.
	// Errors have no password and nothing of the content in them. When ctx ends, Send
	// returns its error soon.
	Send(ctx context.Context, m Message) error
}

// IsTemporary reports whether a mail that could not be sent may be taken later: its error is
// of kind fault.Unavailable, Timeout or RateLimited.
func IsTemporary(err error) bool {
	switch fault.KindOf(err) {
	case fault.Unavailable, fault.Timeout, fault.RateLimited:
		return true
	}
	return false
}

// Driver opens senders of some schemes of URLs, such as "smtp" and "smtps". Package mail/smtp
// has one.
type Driver interface {
	// Schemes returns what URLs begin with, before the colon.
	Schemes() []string
	// Open opens the sender that a URL names, without connecting to it. host is the name
	// of the site, such as "example.org", for the greeting. Errors do not have the URL's
	// password. A sender that is an io.Closer is closed when the site ends.
	Open(url, host string) (Sender, error)
}

// Open opens the sender that a URL names, by the driver of its scheme: "smtp://host" by that
// of package mail/smtp, if it is among the drivers. "dir:FOLDER" is always a [Dir].
func Open(drivers []Driver, url, host string) (Sender, error) {
	scheme, rest, ok := strings.Cut(url, ":")
	if !ok {
		return nil, fmt.Errorf("mail: the URL does not begin with a scheme and a colon, such as smtp://mail.example.org")
	}
	known := []string{"dir"}
	for _, d := range drivers {
		for _, s := range d.Schemes() {
			if strings.EqualFold(s, scheme) {
				return d.Open(url, host)
			}
			known = append(known, s)
		}
	}
	switch strings.ToLower(scheme) {
	case "dir":
		if rest == "" {
			return nil, fmt.Errorf("mail: the URL names no folder; write dir:FOLDER")
		}
		return &Dir{Path: rest}, nil
	case "smtp", "smtps":
		return nil, fmt.Errorf("mail: no driver for the scheme %q; add smtp.Driver of github.com/volaweb/vola/mail/smtp to vola.Config.Mailers", scheme)
	}
	if len(scheme) > 20 || strings.IndexFunc(scheme, notInLabel) >= 0 {
		scheme = "..." // it may hold a password
	}
	return nil, fmt.Errorf("mail: no driver for the scheme %q; there are: %s", scheme, strings.Join(known, ", "))
}
