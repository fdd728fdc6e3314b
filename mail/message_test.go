package mail_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/mail"
)

var (
	ann = mail.Address{Name: "Ann", Address: "ann@example.org"}
	bob = mail.Address{Address: "bob@example.org"}
)

// letter is a message that can be sent.
func letter() mail.Message {
	return mail.Message{From: ann, To: []mail.Address{bob}, Subject: "Hello", Text: "Hello Bob.\n"}
}

// many returns addresses of people.
func many(n int) (out []mail.Address) {
	for i := range n {
		out = append(out, mail.Address{Address: fmt.Sprintf("p%d@example.org", i)})
	}
	return out
}

// TestCheck names the field of what cannot be sent.
func TestCheck(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(m *mail.Message)
		want   string // in the error
	}{
		"no sender":          {func(m *mail.Message) { m.From = mail.Address{} }, "From is empty"},
		"no recipient":       {func(m *mail.Message) { m.To = nil }, "To, Cc and Bcc are empty"},
		"too many":           {func(m *mail.Message) { m.To, m.Bcc = many(30), many(21) }, "51 addresses, at most 50"},
		"break in name":      {func(m *mail.Message) { m.To[0].Name = "Bob\r\nBcc: all@example.org" }, "To: the name"},
		"feed in name":       {func(m *mail.Message) { m.From.Name = "Ann\nBcc: all@example.org" }, "From: the name"},
		"return in name":     {func(m *mail.Message) { m.From.Name = "Ann\rBcc: all@example.org" }, "From: the name"},
		"NUL in name":        {func(m *mail.Message) { m.ReplyTo = []mail.Address{{Name: "a\x00", Address: "a@b.c"}} }, "ReplyTo: the name"},
		"line separator":     {func(m *mail.Message) { m.Subject = "a\u2028Bcc: b" }, "Subject"},
		"next line":          {func(m *mail.Message) { m.Subject = "a\u0085Bcc: b" }, "Subject"},
		"break in address":   {func(m *mail.Message) { m.Cc = []mail.Address{{Address: "a@example.org>\r\nRCPT TO:<b@example.org"}} }, "Cc: the address"},
		"bracket in address": {func(m *mail.Message) { m.Cc = []mail.Address{{Address: "a@example.org> <b@example.org"}} }, "Cc: the address"},
		"list in address":    {func(m *mail.Message) { m.To[0].Address = "a@example.org,b@example.org" }, "To: the address"},
		"parameter":          {func(m *mail.Message) { m.To[0].Address = "a@example.org NOTIFY=NEVER" }, "To: the address"},
		"second address":     {func(m *mail.Message) { m.To = append(m.To, mail.Address{Address: "bob"}) }, "To, address 2"},
		"quoted":             {func(m *mail.Message) { m.To[0].Address = `"a b"@example.org` }, "before the @"},
		"dots":               {func(m *mail.Message) { m.To[0].Address = "a..b@example.org" }, "before the @"},
		"no domain":          {func(m *mail.Message) { m.To[0].Address = "a@" }, "of the form"},
		"other script":       {func(m *mail.Message) { m.To[0].Address = "a@bücher.example" }, "xn--"},
		"literal":            {func(m *mail.Message) { m.To[0].Address = "a@[127.0.0.1]" }, "domain"},
		"long address":       {func(m *mail.Message) { m.To[0].Address = "a@" + strings.Repeat("b.", 130) + "c" }, "at most 254"},
		"long local part":    {func(m *mail.Message) { m.To[0].Address = strings.Repeat("a", 65) + "@b.c" }, "at most 64"},
		"long name":          {func(m *mail.Message) { m.To[0].Name = strings.Repeat("n", 999) }, "at most 998"},
		"break in subject":   {func(m *mail.Message) { m.Subject = "Hello\r\n\r\n<script>" }, "Subject"},
		"long subject":       {func(m *mail.Message) { m.Subject = strings.Repeat("s", 999) }, "at most 998"},
		"subject not UTF-8":  {func(m *mail.Message) { m.Subject = "\xff" }, "UTF-8"},
		"ID":                 {func(m *mail.Message) { m.ID = "a>\r\nX: y@example.org" }, "ID"},
		"field":              {func(m *mail.Message) { m.Header = map[string]string{"X": "a\r\nBcc: b@example.org"} }, "Header: the value"},
		"name of field":      {func(m *mail.Message) { m.Header = map[string]string{"X: y\r\nBcc": "b@example.org"} }, "Header: the name"},
		"own field":          {func(m *mail.Message) { m.Header = map[string]string{"bcc": "b@example.org"} }, "cannot be set here"},
		"content field":      {func(m *mail.Message) { m.Header = map[string]string{"Content-Type": "text/html"} }, "cannot be set here"},
		"field twice":        {func(m *mail.Message) { m.Header = map[string]string{"X-A": "1", "x-a": "2"} }, "twice"},
		"empty field":        {func(m *mail.Message) { m.Header = map[string]string{"X-A": " "} }, "is empty"},
		"no content":         {func(m *mail.Message) { m.Text = "" }, "Text and HTML are empty"},
		"too large":          {func(m *mail.Message) { m.Text = strings.Repeat("x", mail.MaxSize+1) }, "at most 26214400"},
		"NUL in text":        {func(m *mail.Message) { m.Text = "a\x00b" }, "NUL"},
		"calendar":           {func(m *mail.Message) { m.Calendar = []byte("hello") }, "Calendar"},
		"name of file":       {func(m *mail.Message) { m.Attachments = []mail.Attachment{{Name: "../../a"}} }, "attachment 1"},
		"break in file":      {func(m *mail.Message) { m.Attachments = []mail.Attachment{{Name: "a\"\r\nX: y"}} }, "attachment 1"},
		"long file":          {func(m *mail.Message) { m.Attachments = []mail.Attachment{{Name: strings.Repeat("f", 256)}} }, "at most 255"},
		"type of file":       {func(m *mail.Message) { m.Attachments = []mail.Attachment{{Name: "a", Type: "text/plain\r\nX: y"}} }, "attachment 1"},
		"multipart":          {func(m *mail.Message) { m.Attachments = []mail.Attachment{{Name: "a", Type: "multipart/mixed"}} }, "media type"},
		"many files":         {func(m *mail.Message) { m.Attachments = make([]mail.Attachment, 101) }, "at most 100"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := letter()
			test.change(&m)
			err := m.Check()
			if err == nil || !strings.Contains(err.Error(), test.want) || fault.KindOf(err) != fault.Invalid {
				t.Fatalf("the error is %v, want one of kind invalid with %q", err, test.want)
			}
			if strings.ContainsAny(err.Error(), "\r\n\x00") {
				t.Errorf("the error %q has a control character", err)
			}
			if _, err := m.Encode(); err == nil {
				t.Error("it is encoded")
			}
		})
	}
	if err := letter().Check(); err != nil {
		t.Error(err)
	}
}

// TestParseAddress reads addresses as people write them.
func TestParseAddress(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"ann@example.org":           `{"" "ann@example.org"}`,
		" Ann <ann@example.org> ":   `{"Ann" "ann@example.org"}`,
		"o'neill+x@a-b.example":     `{"" "o'neill+x@a-b.example"}`,
		`"A, B" <ann@localhost>`:    `{"A, B" "ann@localhost"}`,
		"ann":                       "error",
		"ann@example.org, b@x.org":  "error",
		"Ann <ann@example.org\r\n>": "error",
		"":                          "error",
	} {
		got := "error"
		if a, err := mail.ParseAddress(text); err == nil {
			got = fmt.Sprintf("{%q %q}", a.Name, a.Address)
		}
		if got != want {
			t.Errorf("%q is %s, want %s", text, got, want)
		}
	}
}
