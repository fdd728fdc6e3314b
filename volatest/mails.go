package volatest

import (
	"net/url"
	"strings"
	"testing"

	"github.com/volaweb/vola/mail"
)

// maxMails is how many of the last mails of a site are kept.
const maxMails = 1000

// Mails returns the mails that the site has sent, in the order in which they were queued, at most the last 1,000. It
// waits until those in the queue are sent. Those that are jobs (see package jobs) are run, if they are due.
func (c *Client) Mails() []mail.Message {
	c.t.Helper()
	c.runMails()
	if c.outbox == nil {
		c.t.Fatal("the test sets MAIL_URL, so the mails of the site are not kept; leave it out")
	}
	if err := c.Site.WaitMail(c.t.Context()); err != nil {
		c.t.Fatal(err)
	}
	all := c.outbox.Messages()
	for i := len(all) - 1; i >= 0 && c.seen != ""; i-- {
		if all[i].ID == c.seen {
			return all[i+1:]
		}
	}
	return all
}

// WantMail returns the last mail to an address, and fails the test if there is none.
func (c *Client) WantMail(to string) mail.Message {
	c.t.Helper()
	all := c.Mails()
	var others []string
	for i := len(all) - 1; i >= 0; i-- {
		for _, address := range all[i].Recipients() {
			if strings.EqualFold(address, to) {
				return all[i]
			}
			others = append(others, address)
		}
	}
	c.t.Fatalf("no mail was sent to %q; mails were sent to %q", to, others)
	return mail.Message{}
}

// Link returns the first link in a mail whose path begins with prefix: its path and query, as
// requests of a [Client] take them. It fails the test if there is none, or if the link does not lead to
// the site of the test.
func Link(t testing.TB, m mail.Message, prefix string) string {
	t.Helper()
	links := m.Links()
	for _, link := range links {
		u, err := url.Parse(link)
		if err != nil || !strings.HasPrefix(u.Path, prefix) {
			continue
		}
		if u.Scheme+"://"+u.Host != baseURL {
			t.Fatalf("the link %q in the mail %q does not lead to %s; links in mails begin with site.BaseURL", link, m.Subject, baseURL)
		}
		return u.RequestURI()
	}
	t.Fatalf("the mail %q has no link whose path begins with %q; its links are %q", m.Subject, prefix, links)
	return ""
}

// baseURL is where sites in tests are.
const baseURL = "http://example.test"
