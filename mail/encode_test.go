package mail_test

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/volaweb/vola/mail"
)

// leaf is a part of a mail that has no parts.
type leaf struct {
	kind, name string
	content    string
}

// read reads a mail as programs for mail do.
func read(t *testing.T, data []byte) (netmail.Header, []leaf) {
	t.Helper()
	m, err := netmail.ReadMessage(bytes.NewReader(data))
	if err != nil {
		t.Fatalf("%v\n%s", err, data)
	}
	return m.Header, leaves(t, m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), "", m.Body)
}

func leaves(t *testing.T, kind, encoding, name string, body io.Reader) []leaf {
	t.Helper()
	media, params, err := mime.ParseMediaType(kind)
	if err != nil {
		t.Fatalf("%q: %v", kind, err)
	}
	if !strings.HasPrefix(media, "multipart/") {
		switch encoding {
		case "quoted-printable":
			body = quotedprintable.NewReader(body)
		case "base64":
			body = base64.NewDecoder(base64.StdEncoding, body)
		default:
			t.Fatalf("encoding %q", encoding)
		}
		content, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		return []leaf{{kind, name, string(content)}}
	}
	var out []leaf
	r := multipart.NewReader(body, params["boundary"])
	for {
		p, err := r.NextRawPart()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		_, named, _ := mime.ParseMediaType(p.Header.Get("Content-Disposition"))
		out = append(out, leaves(t, p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), named["filename"], p)...)
	}
}

// fields returns the names of the fields, and checks the lines.
func fields(t *testing.T, data []byte) (names []string) {
	t.Helper()
	header := true
	for line := range bytes.SplitSeq(data, []byte("\r\n")) {
		if len(line) > 998 {
			t.Errorf("a line has %d octets", len(line))
		}
		for _, c := range line {
			if c >= 0x7f || c < ' ' && c != '\t' {
				t.Errorf("a line has the octet %#x: %q", c, line)
			}
		}
		switch {
		case !header:
		case len(line) == 0:
			header = false
		case strings.TrimSpace(string(line)) == "":
			t.Errorf("a line of the header is blank: %q", line)
		case line[0] != ' ' && line[0] != '\t':
			name, _, ok := strings.Cut(string(line), ":")
			if !ok {
				t.Errorf("a line of the header is no field: %q", line)
			}
			names = append(names, name)
		}
	}
	return names
}

// TestEncode writes all that a message can have, and reads it again.
func TestEncode(t *testing.T) {
	t.Parallel()
	m := mail.Message{
		ID: "7f3a@example.org", Date: time.Date(2026, 11, 30, 15, 4, 5, 0, time.FixedZone("", 3600)),
		From: mail.Address{Name: `Ann "the Dot" O'Neill`, Address: "ann@example.org"},
		To:   []mail.Address{{Name: "Zoë, 北京", Address: "zoe@example.org"}, bob}, Cc: []mail.Address{{Name: "=?utf-8?q?evil?=", Address: "c@example.org"}},
		Bcc: []mail.Address{{Name: "Secret", Address: "secret@example.org"}}, ReplyTo: []mail.Address{bob},
		Subject: "Grüße: =?utf-8?q?not_decoded?=  two", Text: "One\nTwo ünd\r\n.\n", HTML: "<p>One</p>",
		Calendar:    []byte("BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"),
		Attachments: []mail.Attachment{{Name: `a "b" ü.pdf`, Type: "application/pdf", Content: []byte{0, 1, 2, 255}}, {Name: "empty.bin"}},
		Header:      map[string]string{"list-unsubscribe": "<https://example.org/u>", "X-Note": "ä"},
	}
	data, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"Date", "Message-ID", "From", "To", "Cc", "Reply-To", "Subject", "X-Note", "List-Unsubscribe", "MIME-Version", "Content-Type"}
	if names := fields(t, data); !slices.Equal(names, want) {
		t.Errorf("the fields are %q, want %q", names, want)
	}
	if bytes.Contains(data, []byte("secret@")) || bytes.Contains(data, []byte("Secret")) {
		t.Error("Bcc is in the mail")
	}
	for _, word := range []string{"=?utf-8?q?evil?=", "=?utf-8?q?not_decoded?="} {
		if bytes.Contains(data, []byte(word)) {
			t.Errorf("the text %s is written so that readers decode it", word)
		}
	}
	header, parts := read(t, data)
	to, err := header.AddressList("To")
	if err != nil || len(to) != 2 || *to[0] != m.To[0] {
		t.Errorf("To is %v, %v", to, err)
	}
	from, err := header.AddressList("From")
	if err != nil || *from[0] != m.From {
		t.Errorf("From is %v, %v", from, err)
	}
	cc, err := header.AddressList("Cc")
	if err != nil || *cc[0] != m.Cc[0] {
		t.Errorf("Cc is %v, %v", cc, err)
	}
	if got := header.Get("Date"); got != "Mon, 30 Nov 2026 15:04:05 +0100" {
		t.Errorf("Date is %q", got)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(header.Get("Subject"))
	if err != nil || subject != m.Subject {
		t.Errorf("Subject is %q, %v", subject, err)
	}
	wantParts := []leaf{
		{"text/plain; charset=utf-8", "", "One\r\nTwo ünd\r\n.\r\n"},
		{"text/html; charset=utf-8", "", "<p>One</p>"},
		{"text/calendar; charset=utf-8; method=REQUEST", "", string(m.Calendar)},
		{"application/pdf", `a "b" ü.pdf`, "\x00\x01\x02\xff"},
		{"application/octet-stream", "empty.bin", ""},
	}
	if !slices.Equal(parts, wantParts) {
		t.Errorf("the parts are %q,\nwant %q", parts, wantParts)
	}
	if got := m.Recipients(); !slices.Equal(got, []string{"zoe@example.org", "bob@example.org", "c@example.org", "secret@example.org"}) {
		t.Errorf("the recipients are %q", got)
	}
}

// TestEncodeDefaults: what a message does not say.
func TestEncodeDefaults(t *testing.T) {
	t.Parallel()
	m := letter()
	m.To, m.Bcc = nil, m.To
	data, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	header, parts := read(t, data)
	if id := header.Get("Message-Id"); !strings.HasSuffix(id, "@example.org>") {
		t.Errorf("Message-ID is %q", id)
	}
	if _, err := header.Date(); err != nil {
		t.Error(err)
	}
	if to := header.Get("To"); to != "undisclosed-recipients:;" {
		t.Errorf("To is %q", to)
	}
	if header.Get("User-Agent") != "" || header.Get("X-Mailer") != "" {
		t.Error("the mail names a program")
	}
	if len(parts) != 1 || parts[0].content != "Hello Bob.\r\n" {
		t.Errorf("the parts are %q", parts)
	}
}

// FuzzEncode: a message is refused, or read again as it was, and nothing in it adds to the header.
func FuzzEncode(f *testing.F) {
	f.Add("Ann", "ann@example.org", "Hello", "text", "<p>html", "file.txt", "X-Note", "value")
	f.Add("Ann\r\nBcc: x@y.z", "a@b\r\n", "s\r\n\r\nbody", "\r\n.\r\n", "--", "a\"\r\n", "A:\r\n", "v\r\n v")
	f.Add("=?utf-8?q?=0d=0aBcc:_x@y.z?=", "a@b", "=?utf-8?b?DQo=?=", "=0D=0A", "=3D", "=?x", "X", "=?utf-8?q?=0a?=")
	f.Add(strings.Repeat("ü", 100), "a.b@c.d", strings.Repeat(" x", 400), strings.Repeat("é", 700), "\r", "é", "Y", strings.Repeat(" ", 100)+"z")
	f.Add(strings.Repeat("n", 998), "a@b", "s", "x", "", strings.Repeat("ü", 127), "Q", "v")
	f.Add(strings.Repeat(`"`, 900), "a@b", "s", "x", "", strings.Repeat("f", 255), "Q", "v")
	f.Add(strings.Repeat("ü ", 300), "a@b", "s", "x", "", strings.Repeat("é", 127), "Q", "v")
	f.Add(`\"`, "a@b", strings.Repeat("s", 998), "a\rb", "", `\`, "Z-z", strings.Repeat("v", 899))
	f.Add(strings.Repeat("a ", 90), "a@b", "a"+strings.Repeat(" ", 500)+"b", "x", "", "f  g", "Q", "a  b")
	f.Fuzz(func(t *testing.T, name, address, subject, text, html, file, field, value string) {
		m := mail.Message{
			From: mail.Address{Name: name, Address: address}, To: []mail.Address{{Name: name, Address: address}, bob}, Bcc: []mail.Address{{Address: "hidden@example.com"}},
			Subject: subject, Text: text, HTML: html, Attachments: []mail.Attachment{{Name: file, Content: []byte(text)}}, Header: map[string]string{field: value},
		}
		data, err := m.Encode()
		if err != nil {
			if m.Check() == nil || strings.ContainsAny(err.Error(), "\r\n\x00") {
				t.Fatalf("the error is %q", err)
			}
			return
		}
		names := fields(t, data)
		if len(names) != 8 || names[0] != "Date" || names[7] != "Content-Type" {
			t.Fatalf("the fields are %q:\n%s", names, data)
		}
		header, parts := read(t, data)
		to, err := header.AddressList("To")
		if err != nil || len(to) != 2 || to[0].Address != address || to[0].Name != name {
			t.Errorf("To is %q, %v, not %q %q", to, err, name, address)
		}
		for _, got := range []struct{ name, want string }{{"Subject", subject}, {field, value}} {
			decoded, err := new(mime.WordDecoder).DecodeHeader(header.Get(got.name))
			if err != nil || decoded != got.want {
				t.Errorf("%s is %q, %v, want %q", got.name, decoded, err, got.want)
			}
		}
		var wanted []string
		for _, body := range []string{text, html} {
			if body != "" {
				wanted = append(wanted, strings.NewReplacer("\r\n", "\r\n", "\r", "\r\n", "\n", "\r\n").Replace(body))
			}
		}
		if len(parts) != len(wanted)+1 {
			t.Fatalf("there are %d parts", len(parts))
		}
		for i, want := range wanted {
			if parts[i].content != want {
				t.Errorf("part %d is %q, want %q", i, parts[i].content, want)
			}
		}
		if last := parts[len(parts)-1]; last.content != text || last.name != file {
			t.Errorf("the file is %q %q, want %q %q", last.name, last.content, file, text)
		}
		if !utf8.Valid(data) {
			t.Error("the mail is not UTF-8")
		}
	})
}
