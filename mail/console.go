package mail

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/volaweb/vola/fault"
)

// Console prints mails instead of sending them: who, the subject, the text, and what is
// attached. Control characters are left out. It is for development.
type Console struct {
	w  io.Writer
	mu sync.Mutex
}

// NewConsole returns a Console that writes to w, a mail with one Write.
func NewConsole(w io.Writer) *Console { return &Console{w: w} }

// Send implements [Sender].
func (c *Console) Send(_ context.Context, m Message) error {
	if err := m.Check(); err != nil {
		return err
	}
	var b strings.Builder
	b.WriteString("---- mail ----\n")
	line := func(name string, list ...Address) {
		if len(list) > 0 {
			fmt.Fprintf(&b, "%s: %s\n", name, FormatAddresses(list))
		}
	}
	line("From", m.From)
	line("To", m.To...)
	line("Cc", m.Cc...)
	line("Bcc", m.Bcc...)
	line("Reply-To", m.ReplyTo...)
	fmt.Fprintf(&b, "Subject: %s\n", m.Subject)
	for _, a := range m.Attachments {
		fmt.Fprintf(&b, "Attachment: %s (%d bytes)\n", a.Name, len(a.Content))
	}
	text := m.Text
	if text == "" {
		text = TextOf(m.HTML)
	}
	b.WriteString("\n" + strings.TrimRight(printable(text), "\n") + "\n---- end ----\n")
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, err := io.WriteString(c.w, b.String()); err != nil {
		return fault.Wrap(fault.Unavailable, fmt.Errorf("mail: print a mail: %w", err), "")
	}
	return nil
}

// printable leaves out the characters that could order a terminal about.
func printable(text string) string {
	return strings.Map(func(c rune) rune {
		if c != '\n' && c != '\t' && breaksLine(c) {
			return -1
		}
		return c
	}, text)
}
