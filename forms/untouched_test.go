package forms_test

import (
	"net/http/httptest"
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

type pick struct {
	One  string   `form:"optional" label:"One"`
	Two  string   `form:"optional,radio" label:"Two"`
	Many []string `form:"" label:"Many"`
	Must string   `form:"" label:"Must"`
}

// TestRetiredChoices: a value that is no choice any more stays until somebody takes it away; where
// one must be chosen, it must be chosen again.
func TestRetiredChoices(t *testing.T) {
	t.Parallel()
	form := forms.New[pick]()
	have := pick{"old", "older", []string{"a", "oldest"}, "a"}
	read := func(sent url.Values) (*forms.Bound[pick], bool) {
		t.Helper()
		bound := form.Bind(t.Context(), have)
		for _, field := range []any{&bound.Value.One, &bound.Value.Two, &bound.Value.Many, &bound.Value.Must} {
			if err := bound.Choose(field, forms.Choice{Value: "a"}, forms.Choice{Value: "b"}); err != nil {
				t.Fatal(err)
			}
		}
		if sent == nil { // as it is shown
			sent = url.Values{}
			for _, f := range bound.Fields() {
				for _, o := range f.Options() {
					if o.Selected {
						sent.Add(f.Name, o.Value)
					}
				}
			}
		}
		r := httptest.NewRequest("POST", "/", strings.NewReader(sent.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		ok, err := bound.Read(r)
		if err != nil {
			t.Fatal(err)
		}
		return bound, ok
	}
	if got, ok := read(nil); !ok || got.Value.One != "old" || got.Value.Two != "older" || strings.Join(got.Value.Many, " ") != "a oldest" {
		t.Errorf("as shown: ok %v, %+v, %q", ok, got.Value, problems(got.Values))
	}
	if got, ok := read(url.Values{"many": {"oldest", "b"}, "must": {"a"}}); !ok || got.Value.One != "" || got.Value.Two != "" || strings.Join(got.Value.Many, " ") != "oldest b" {
		t.Errorf("taken away: ok %v, %+v, %q", ok, got.Value, problems(got.Values))
	}
	if got, ok := read(url.Values{"one": {"older"}, "many": {"old"}, "must": {"old"}}); ok || len(problems(got.Values)) != 3 {
		t.Errorf("values that never were: ok %v, %q", ok, problems(got.Values))
	}
	have.Must = "old"
	if got, ok := read(nil); ok || len(problems(got.Values)) != 1 {
		t.Errorf("a choice that must be made again: ok %v, %q", ok, problems(got.Values))
	}
}
