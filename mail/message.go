package mail

import (
	"fmt"
	"mime"
	"net/mail"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/internal/split"
)

// Limits of a [Message].
const (
	// MaxRecipients is how many addresses To, Cc and Bcc have together at most.
	MaxRecipients = 50
	// MaxSize is how many bytes Text, HTML, Calendar and the contents of the attachments have
	// together at most, before they are encoded, which makes attachments a third larger.
	MaxSize = 25 << 20

	maxSubject     = 998 // octets
	maxName        = 998 // octets of the name of an address
	maxFile        = 255 // octets of the name of an attachment, or its type
	maxLocal       = 64  // octets before the @, as in RFC 5321
	maxAddress     = 254 // octets
	maxValue       = 900 // octets of a field of Header
	maxFields      = 50  // of Header
	maxAttachments = 100
	maxReplyTo     = 10
)

// Address is a name, which may be empty, and an address such as "ann@example.org". Neither
// is written into a mail before [Message.Check] has looked at it. A name has at most 998 octets, an
// address 254, all of them ASCII.
type Address = mail.Address

// ParseAddress reads an address as people write it: "ann@example.org" or
// "Ann <ann@example.org>". The error is of kind fault.Invalid.
func ParseAddress(text string) (Address, error) {
	a, err := mail.ParseAddress(text)
	if err == nil {
		err = checkAddress(*a)
	}
	if err != nil {
		return Address{}, fault.Wrap(fault.Invalid, fmt.Errorf("mail: the text %s is not an address such as ann@example.org: %w", quote(text), err), "")
	}
	return *a, nil
}

// FormatAddresses returns addresses as people read them, with commas between them. It is not the form
// of a header: names are neither quoted nor encoded.
func FormatAddresses(list []Address) string {
	var out []string
	for _, a := range list {
		if a.Name != "" {
			out = append(out, a.Name+" <"+a.Address+">")
			continue
		}
		out = append(out, a.Address)
	}
	return strings.Join(out, ", ")
}

// Message is a mail. The zero value has no recipients and cannot be sent.
type Message struct {
	// ID is the Message-ID without angle brackets, such as "7f3a@example.org". Defaults to
	// a random one at the domain of From.
	ID string
	// Date is when the mail was written. Defaults to the time at which it is encoded.
	Date time.Time
	// From is who sends it. Mails of a site have the address of the setting MAIL_FROM
	// unless this one is set.
	From Address
	// To, Cc and Bcc are who gets it: at least one and at most 50 addresses. Those in Bcc are
	// not in the mail that the others see.
	To, Cc, Bcc []Address
	// ReplyTo is whom an answer goes to, at most 10. Defaults to From.
	ReplyTo []Address
	// Subject is one line of at most 998 octets.
	Subject string
	// Text and HTML are the same content in two forms. One of them may be empty.
	Text, HTML string
	// Attachments are at most 100 files.
	Attachments []Attachment
	// Calendar is an invitation as a file of iCalendar (RFC 5545), a third form of the
	// content; programs for mail offer to accept it.
	Calendar []byte
	// Header has further fields, at most 50, such as "List-Unsubscribe". Those that the
	// message writes itself are refused.
	Header map[string]string
}

// Attachment is a file that comes with a mail.
type Attachment struct {
	Name string // such as "invoice.pdf", without a folder; at most 255 octets
	// Type is the media type, such as "application/pdf". Defaults to
	// "application/octet-stream".
	Type    string
	Content []byte
}

// To returns a message to these addresses, for calls that take the rest from a page.
func To(addresses ...Address) Message { return Message{To: addresses} }

// Recipients returns the addresses of To, Cc and Bcc, each once.
func (m Message) Recipients() []string {
	var out []string
	seen := map[string]bool{}
	for _, list := range [][]Address{m.To, m.Cc, m.Bcc} {
		for _, a := range list {
			if !seen[a.Address] {
				seen[a.Address] = true
				out = append(out, a.Address)
			}
		}
	}
	return out
}

// Size returns the bytes of the content, as [MaxSize] counts them.
func (m Message) Size() int {
	n := len(m.Text) + len(m.HTML) + len(m.Calendar)
	for _, a := range m.Attachments {
		n += len(a.Content)
	}
	return n
}

// Check returns what keeps the mail from being sent: an error of kind fault.Invalid that
// names the field. Among it is each line break and other control character in an address, a name,
// the subject or a field of Header, so that no text which somebody wrote adds to the header.
func (m Message) Check() error {
	for _, check := range []func(Message) error{checkPeople, checkSubject, checkFields, checkContent} {
		if err := check(m); err != nil {
			return fault.Wrap(fault.Invalid, fmt.Errorf("mail: %w", err), "")
		}
	}
	return nil
}

func checkPeople(m Message) error {
	if m.From == (Address{}) {
		return fmt.Errorf("field From is empty; set it, or for all mails of a site the setting MAIL_FROM")
	}
	n := 0
	for _, field := range []struct {
		name string
		list []Address
	}{{"From", []Address{m.From}}, {"To", m.To}, {"Cc", m.Cc}, {"Bcc", m.Bcc}, {"ReplyTo", m.ReplyTo}} {
		for i, a := range field.list {
			if err := checkAddress(a); err != nil {
				if len(field.list) > 1 {
					return fmt.Errorf("field %s, address %d: %w", field.name, i+1, err)
				}
				return fmt.Errorf("field %s: %w", field.name, err)
			}
		}
		if field.name != "From" && field.name != "ReplyTo" {
			n += len(field.list)
		}
	}
	switch {
	case n == 0:
		return fmt.Errorf("fields To, Cc and Bcc are empty; a mail needs a recipient")
	case n > MaxRecipients:
		return fmt.Errorf("fields To, Cc and Bcc have %d addresses, at most %d are allowed; send several mails", n, MaxRecipients)
	case len(m.ReplyTo) > maxReplyTo:
		return fmt.Errorf("field ReplyTo has %d addresses, at most %d are allowed", len(m.ReplyTo), maxReplyTo)
	}
	return nil
}

// checkAddress refuses what is not name and address, and what few servers take: quoted local
// parts, literal IP addresses, letters that are not ASCII.
func checkAddress(a Address) error {
	if err := checkLine(a.Name, maxName); err != nil {
		return fmt.Errorf("the name %s %w", quote(a.Name), err)
	}
	if len(a.Address) > maxAddress {
		return fmt.Errorf("the address %s has %d octets, at most %d are allowed", quote(a.Address), len(a.Address), maxAddress)
	}
	local, domain, ok := split.Last(a.Address, "@")
	switch {
	case !ok || local == "" || domain == "":
		return fmt.Errorf("the address %s is not of the form ann@example.org", quote(a.Address))
	case len(local) > maxLocal:
		return fmt.Errorf("the address %s has %d octets before the @, at most %d are allowed", quote(a.Address), len(local), maxLocal)
	case strings.IndexFunc(local, notInAtom) >= 0 || strings.HasPrefix(local, ".") || strings.HasSuffix(local, ".") || strings.Contains(local, ".."):
		return fmt.Errorf("the address %s has something before the @ other than ASCII letters, digits, single dots inside, and !#$%%&'*+-/=?^_`{|}~", quote(a.Address))
	}
	for label := range strings.SplitSeq(domain, ".") {
		if label == "" || len(label) > 63 || strings.IndexFunc(label, notInLabel) >= 0 || label[0] == '-' || label[len(label)-1] == '-' {
			return fmt.Errorf("the address %s has a domain that is not a name of ASCII letters, digits and hyphens (a name in another script is written in its form xn--...)", quote(a.Address))
		}
	}
	return nil
}

func notInAtom(c rune) bool {
	return !isAlnum(c) && !strings.ContainsRune(".!#$%&'*+-/=?^_`{|}~", c)
}

func notInLabel(c rune) bool { return !isAlnum(c) && c != '-' && c != '_' }

func isAlnum(c rune) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// checkLine says how a text is not one line of at most so many octets.
func checkLine(text string, most int) error {
	switch {
	case len(text) > most:
		return fmt.Errorf("has %d octets, at most %d are allowed", len(text), most)
	case !utf8.ValidString(text):
		return fmt.Errorf("is not valid UTF-8")
	case strings.IndexFunc(text, breaksLine) >= 0:
		return fmt.Errorf("has a line break or another control character")
	}
	return nil
}

// breaksLine reports whether a character is a control character, or ends a line.
func breaksLine(c rune) bool { return unicode.IsControl(c) || c == '\u2028' || c == '\u2029' }

func checkSubject(m Message) error {
	if err := checkLine(m.Subject, maxSubject); err != nil {
		return fmt.Errorf("field Subject: the text %s %w", quote(m.Subject), err)
	}
	if m.ID == "" {
		return nil
	}
	local, domain, ok := split.Last(m.ID, "@")
	if !ok || len(m.ID) > maxAddress || strings.Trim(local, ".") == "" || domain == "" ||
		strings.IndexFunc(local, notInAtom) >= 0 || strings.IndexFunc(domain, notInAtom) >= 0 {
		return fmt.Errorf("field ID: the text %s is not of the form 7f3a@example.org", quote(m.ID))
	}
	return nil
}

// written are the fields that a message writes from its other members, or that only servers
// and what signs a mail may write.
var written = []string{
	"From", "Sender", "To", "Cc", "Bcc", "Reply-To", "Subject", "Date", "Message-Id", "Mime-Version", "Return-Path",
	"Received", "Dkim-Signature", "Arc-Seal", "Delivered-To",
}

func checkFields(m Message) error {
	if len(m.Header) > maxFields {
		return fmt.Errorf("field Header has %d fields, at most %d are allowed", len(m.Header), maxFields)
	}
	seen := map[string]bool{}
	for name, value := range m.Header {
		if name == "" || len(name) > 70 || strings.IndexFunc(name, func(c rune) bool { return !isAlnum(c) && c != '-' }) >= 0 {
			return fmt.Errorf("field Header: the name %s is not one of 1 to 70 ASCII letters, digits and hyphens", quote(name))
		}
		lower := strings.ToLower(name)
		for _, own := range written {
			if strings.EqualFold(own, name) || strings.HasPrefix(lower, "content-") || strings.HasPrefix(lower, "resent-") {
				return fmt.Errorf("field Header: the field %q cannot be set here; the message writes it, or servers do", name)
			}
		}
		if seen[lower] {
			return fmt.Errorf("field Header: the field %q is there twice", name)
		}
		seen[lower] = true
		if strings.TrimSpace(value) == "" {
			return fmt.Errorf("field Header: the field %q is empty", name)
		}
		if err := checkLine(value, maxValue); err != nil {
			return fmt.Errorf("field Header: the value %s of %q %w", quote(value), name, err)
		}
	}
	return nil
}

func checkContent(m Message) error {
	if m.Text == "" && m.HTML == "" {
		return fmt.Errorf("fields Text and HTML are empty; a mail needs one of them")
	}
	if n := m.Size(); n > MaxSize {
		return fmt.Errorf("the content has %d bytes, at most %d are allowed; send a link to it", n, MaxSize)
	}
	for _, part := range []struct{ name, text string }{{"Text", m.Text}, {"HTML", m.HTML}, {"Calendar", string(m.Calendar)}} {
		if !utf8.ValidString(part.text) || strings.Contains(part.text, "\x00") {
			return fmt.Errorf("field %s is not valid UTF-8, or has a NUL byte", part.name)
		}
	}
	if len(m.Calendar) > 0 && !strings.HasPrefix(strings.ToUpper(string(m.Calendar)), "BEGIN:VCALENDAR") {
		return fmt.Errorf("field Calendar does not begin with BEGIN:VCALENDAR")
	}
	if len(m.Attachments) > maxAttachments {
		return fmt.Errorf("there are %d attachments, at most %d are allowed", len(m.Attachments), maxAttachments)
	}
	for i, a := range m.Attachments {
		if err := checkAttachment(a); err != nil {
			return fmt.Errorf("attachment %d: %w", i+1, err)
		}
	}
	return nil
}

func checkAttachment(a Attachment) error {
	if err := checkLine(a.Name, maxFile); err != nil {
		return fmt.Errorf("the name %s %w", quote(a.Name), err)
	}
	if a.Name == "" || a.Name == "." || a.Name == ".." || strings.ContainsAny(a.Name, `/\`) {
		return fmt.Errorf("the name %s is not that of a file, without a folder", quote(a.Name))
	}
	if a.Type == "" {
		return nil
	}
	kind, params, err := mime.ParseMediaType(a.Type)
	if main, sub, ok := strings.Cut(kind, "/"); err != nil || !ok || main == "" || sub == "" || main == "multipart" || main == "message" ||
		len(a.Type) > maxFile || mime.FormatMediaType(kind, params) == "" || checkLine(a.Type, maxFile) != nil {
		return fmt.Errorf("the type %s of %s is not a media type of a file, such as application/pdf", quote(a.Type), quote(a.Name))
	}
	return nil
}

// quote is a text for an error: its beginning, if it is long.
func quote(text string) string {
	const most = 60
	if len(text) <= most {
		return fmt.Sprintf("%q", text)
	}
	return fmt.Sprintf("%q...", strings.ToValidUTF8(text[:most], ""))
}
