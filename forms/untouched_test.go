package forms_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/volaweb/vola/forms"
)

type prose struct {
	Line string `form:"optional" label:"Line"`
	Text string `form:"optional,textarea" label:"Text"`
}

type chapters struct {
	Items []chapter `form:"" label:"Chapters"`
}

type chapter struct {
	ID   int64  `form:"key"`
	Line string `form:"optional" label:"Line"`
	Text string `form:"optional,textarea" label:"Text"`
}

// browser sends a text as the controls of browsers do.
func browser(f *forms.Field) string {
	text := strings.ReplaceAll(strings.ReplaceAll(f.Value, "\r\n", "\n"), "\r", "\n")
	if f.Widget == "textarea" {
		return strings.ReplaceAll(text, "\n", "\r\n")
	}
	return strings.ReplaceAll(text, "\n", "")
}

// TestTextsThatNobodyTouched stay as they are, whatever controls make of them.
func TestTextsThatNobodyTouched(t *testing.T) {
	t.Parallel()
	form := forms.New[chapters]()
	for _, text := range []string{"a\r\nb", "a\rb", " a ", "\n a\n", "a\nb", "\n\r\n\r", "", " "} {
		have := chapters{[]chapter{{1, text, text}}}
		bound := form.Bind(t.Context(), have)
		sent := url.Values{"items": {"1"}}
		for _, f := range bound.Fields()[0].Rows.Items[0].Fields() {
			sent.Set(f.Name, browser(f))
		}
		got, ok := sendTo(t, form, have, sent)
		changes, err := forms.ChangesOf(got.Values, &got.Value.Items)
		if err != nil || !ok || got.Value.Items[0] != have.Items[0] || len(changes.Changed) > 0 {
			t.Errorf("%q: ok %v, %+v, %d changed, %v", text, ok, got.Value.Items, len(changes.Changed), err)
		}
	}
}

// TestOneLine: a text of one line has no line breaks, which could begin a line of a mail's head.
func TestOneLine(t *testing.T) {
	t.Parallel()
	form := forms.New[prose]()
	got, ok := sendTo(t, form, prose{}, url.Values{"line": {"a\r\nBcc: x"}, "text": {"a\r\nb\rc"}})
	if !ok || got.Value.Line != "aBcc: x" || got.Value.Text != "a\nb\nc" {
		t.Errorf("ok %v, %+v, %q", ok, got.Value, problems(got.Values))
	}
}
