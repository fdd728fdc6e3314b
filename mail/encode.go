package mail

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"maps"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/textproto"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/volaweb/vola/internal/split"
)

// Encode returns the mail as it is sent: a header and a body as in RFC 5322 and MIME, in ASCII, with
// lines of at most 998 octets that end with CRLF. It is an error if [Message.Check] finds one.
// The name of the program that made the mail is not in it.
func (m Message) Encode() ([]byte, error) {
	if err := m.Check(); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	m.writeHeader(&b)
	body := m.body()
	if len(m.Attachments) > 0 {
		parts := []part{body}
		for _, a := range m.Attachments {
			parts = append(parts, a.part())
		}
		body = multi("mixed", parts)
	}
	for _, name := range slices.Sorted(maps.Keys(body.header)) {
		b.WriteString(name + ": " + body.header[name][0] + "\r\n")
	}
	b.WriteString("\r\n")
	b.Write(body.content)
	if !bytes.HasSuffix(body.content, []byte("\r\n")) {
		b.WriteString("\r\n")
	}
	return b.Bytes(), nil
}

func (m Message) writeHeader(b *bytes.Buffer) {
	id, date := m.ID, m.Date
	if id == "" {
		_, domain, _ := split.Last(m.From.Address, "@")
		id = strings.ToLower(rand.Text()) + "@" + domain
	}
	if date.IsZero() {
		date = time.Now()
	}
	writeField(b, "Date", date.Format("Mon, 02 Jan 2006 15:04:05 -0700"))
	writeField(b, "Message-ID", "<"+id+">")
	writeField(b, "From", addresses(m.From))
	for _, field := range []struct {
		name string
		list []Address
	}{{"To", m.To}, {"Cc", m.Cc}, {"Reply-To", m.ReplyTo}} {
		if len(field.list) > 0 {
			writeField(b, field.name, addresses(field.list...))
		}
	}
	if len(m.To)+len(m.Cc) == 0 {
		writeField(b, "To", "undisclosed-recipients:;")
	}
	writeField(b, "Subject", words(m.Subject))
	for _, name := range slices.Sorted(maps.Keys(m.Header)) {
		writeField(b, textproto.CanonicalMIMEHeaderKey(name), words(m.Header[name]))
	}
	writeField(b, "MIME-Version", "1.0")
}

// maxLine is how long a line of the header is, in octets, if it has a space to break it at.
const maxLine = 76

// writeField writes a field of the header. Lines are broken before words, so that none of them
// is blank: readers that trim lines would take it for the end of the header.
func writeField(b *bytes.Buffer, name, value string) {
	b.WriteString(name + ":")
	n := len(name) + 1
	for word := range strings.SplitSeq(value, " ") {
		if word != "" && n+1+len(word) > maxLine && n > len(name)+1 {
			b.WriteString("\r\n")
			n = 0
		}
		b.WriteString(" " + word)
		n += 1 + len(word)
	}
	b.WriteString("\r\n")
}

// addresses are those of a field.
func addresses(list ...Address) string {
	var out []string
	for _, a := range list {
		if strings.Contains(a.Name, "=?") || !isSpaced(a.Name) || longest(a.Name) > maxLine {
			// In quotes, many readers would decode it all the same, or lose spaces, and a
			// long word would make a long line.
			out = append(out, encodedWords(a.Name)+" <"+a.Address+">")
			continue
		}
		if a.Name == "" {
			out = append(out, a.Address)
			continue
		}
		out = append(out, a.String())
	}
	return strings.Join(out, ", ")
}

// words is a text of a field: as it is if that can be, or as encoded words.
func words(text string) string {
	plain := !strings.Contains(text, "=?") && isSpaced(text)
	plain = plain && longest(text) < maxValue
	for i := range len(text) {
		plain = plain && text[i] >= ' ' && text[i] < 0x7f
	}
	if plain {
		return text
	}
	return encodedWords(text)
}

// longest is how many octets the longest word of a text has.
func longest(text string) (n int) {
	for word := range strings.SplitSeq(text, " ") {
		n = max(n, len(word))
	}
	return n
}

// isSpaced reports whether a text has single spaces between its words and none around it, so
// that breaking its line does not change it.
func isSpaced(text string) bool {
	return !strings.Contains(text, "  ") && strings.TrimSpace(text) == text
}

// encodedWords writes a text as encoded words (RFC 2047) of base64, each with whole characters
// and at most 75 octets. It encodes what needs none too, such as a text that looks like an
// encoded word.
func encodedWords(text string) string {
	const most = 45 // octets of the text that one word has
	var out []string
	for text != "" {
		n := min(len(text), most)
		for n < len(text) && !utf8.RuneStart(text[n]) {
			n--
		}
		out = append(out, "=?utf-8?b?"+base64.StdEncoding.EncodeToString([]byte(text[:n]))+"?=")
		text = text[n:]
	}
	return strings.Join(out, " ")
}

// part is a part of a mail, encoded.
type part struct {
	header  textproto.MIMEHeader
	content []byte
}

// body is the content in all its forms, the plainest first.
func (m Message) body() part {
	var parts []part
	if m.Text != "" {
		parts = append(parts, textPart("text/plain; charset=utf-8", m.Text))
	}
	if m.HTML != "" {
		parts = append(parts, textPart("text/html; charset=utf-8", m.HTML))
	}
	if len(m.Calendar) > 0 {
		parts = append(parts, textPart("text/calendar; charset=utf-8; method="+m.method(), string(m.Calendar)))
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return multi("alternative", parts)
}

// method is what the invitation asks for, such as REQUEST. Defaults to PUBLISH.
func (m Message) method() string {
	for line := range strings.Lines(string(m.Calendar)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		if strings.EqualFold(name, "METHOD") && value != "" && len(value) < 20 && strings.IndexFunc(value, func(c rune) bool { return !isAlnum(c) && c != '-' }) < 0 {
			return strings.ToUpper(value)
		}
	}
	return "PUBLISH"
}

func textPart(kind, text string) part {
	var b bytes.Buffer
	w := quotedprintable.NewWriter(&b)
	// Neither can fail: a Buffer takes all.
	w.Write([]byte(lineEnds.Replace(text)))
	w.Close()
	return part{textproto.MIMEHeader{"Content-Type": {kind}, "Content-Transfer-Encoding": {"quoted-printable"}}, b.Bytes()}
}

// lineEnds writes the ends of lines in one way.
var lineEnds = strings.NewReplacer("\r\n", "\r\n", "\n", "\r\n", "\r", "\r\n")

func (a Attachment) part() part {
	kind := "application/octet-stream"
	if a.Type != "" {
		main, params, _ := mime.ParseMediaType(a.Type) // which Check has tried
		kind = mime.FormatMediaType(main, params)
	}
	header := textproto.MIMEHeader{
		"Content-Type":              {kind},
		"Content-Transfer-Encoding": {"base64"},
		"Content-Disposition":       {disposition(a.Name)},
	}
	const most = 57 // octets of the content in one line of 76
	var b bytes.Buffer
	b.Grow(len(a.Content)*4/3 + len(a.Content)/most*2 + 8)
	for rest := a.Content; len(rest) > 0; {
		n := min(len(rest), most)
		b.Write(base64.StdEncoding.AppendEncode(b.AvailableBuffer(), rest[:n]))
		b.WriteString("\r\n")
		rest = rest[n:]
	}
	return part{header, b.Bytes()}
}

// disposition names the file, in the form of RFC 2231 if the name is not of ASCII.
func disposition(name string) string {
	return mime.FormatMediaType("attachment", map[string]string{"filename": name})
}

// multi joins parts.
func multi(kind string, parts []part) part {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, p := range parts {
		// Neither can fail: a Buffer takes all.
		to, _ := w.CreatePart(p.header)
		to.Write(p.content)
	}
	w.Close()
	return part{textproto.MIMEHeader{"Content-Type": {fmt.Sprintf("multipart/%s;\r\n boundary=%s", kind, w.Boundary())}}, b.Bytes()}
}
