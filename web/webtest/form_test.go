package webtest_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/web/webtest"
)

const signup = `<!doctype html>
<form id=search action="/find#x"><input name=q value=old><input type=checkbox name=all checked></form>
<form id=signup method=POST action="../join?step=2">
	<input name=name value="Ann &amp; Co"><input name=mail type=email>
	<input type=hidden name=token value=t1>
	<input type=checkbox name=news value=yes><input type=checkbox name=terms value=v2 checked>
	<input type=radio name=size value=s><input type=radio name=size value=m checked>
	<select name=seat><option value=1>One<option selected>Two</select>
	<select name=day><option value=mon>Monday<option value=tue>Tuesday</select>
	<select name=topic multiple><option>a<option selected>b<option selected>c</select>
	<textarea name=text>
two
lines</textarea>
	<input name=off value=x disabled><fieldset disabled><input name=alsooff value=x></fieldset>
	<input type=file name=photo><input value=nameless><button type=button name=no value=no>No</button>
	<button name=do value=save>Save</button><button id=del name=do value=delete formaction="/delete">Delete</button>
</form>
<input form=signup name=outside value=in>
<button id=stray>?</button>
<a id=rel href="next/?p=2#top">Next</a> <a id=away href="http://other.test/">Away</a> <a id=anchor>no href</a>`

// desk serves the page of forms at one address and echoes elsewhere.
func desk(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/desk/1/" {
		_, _ = io.WriteString(w, signup)
		return
	}
	echo(w, r)
}

func TestSubmit(t *testing.T) {
	t.Parallel()
	own := func() map[string]any {
		return map[string]any{
			"name": []any{"Ann & Co"}, "mail": []any{""}, "token": []any{"t1"}, "terms": []any{"v2"}, "size": []any{"m"},
			"seat": []any{"Two"}, "day": []any{"mon"}, "topic": []any{"b", "c"}, "text": []any{"two\r\nlines"}, "photo": []any{""},
			"do": []any{"save"}, "outside": []any{"in"},
		}
	}
	with := func(changes map[string]any) map[string]any {
		form := own()
		for name, v := range changes {
			form[name] = v
			if v == nil {
				delete(form, name)
			}
		}
		return form
	}
	tests := []struct {
		name   string
		values webtest.Values
		form   map[string]any
	}{
		{"as it is", nil, own()},
		{"text", webtest.Values{"name": "Bob", "mail": ""}, with(map[string]any{"name": []any{"Bob"}})},
		{"boxes", webtest.Values{"news": true, "terms": false, "size": "s"},
			with(map[string]any{"news": []any{"yes"}, "terms": nil, "size": []any{"s"}})},
		{"lists", webtest.Values{"topic": []string{"a"}, "day": "tue", "outside": 1},
			with(map[string]any{"topic": []any{"a"}, "day": []any{"tue"}, "outside": []any{"1"}})},
	}
	for _, tt := range tests {
		p := webtest.New(t, http.HandlerFunc(desk)).Get("/desk/1/").Submit("#signup", tt.values)
		want := map[string]any{
			"request": "POST /desk/join?step=2", "form": tt.form, "Origin": "http://example.test",
			"Sec-Fetch-Site": "same-origin", "Referer": "http://example.test/desk/1/",
		}
		if diff := cmp.Diff(want, got(p)); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}

func TestSubmitByGet(t *testing.T) {
	t.Parallel()
	p := webtest.New(t, http.HandlerFunc(desk)).Get("/desk/1/").Submit("#search", webtest.Values{"q": "a b"})
	if r := got(p)["request"]; r != "GET /find?q=a+b&all=on" {
		t.Errorf("request %v", r)
	}
}

func TestSubmitAFile(t *testing.T) {
	t.Parallel()
	p := webtest.New(t, http.HandlerFunc(desk)).Get("/desk/1/").
		Submit("#signup", webtest.Values{"photo": webtest.File{Name: "a.png", Type: "image/png", Content: "x"}})
	if f := got(p)["file photo"]; f != "a.png image/png x" {
		t.Errorf("file %v", f)
	}
}

func TestClick(t *testing.T) {
	t.Parallel()
	p := webtest.New(t, http.HandlerFunc(desk)).Get("/desk/1/")
	m := got(p.Click("#rel"))
	if m["request"] != "GET /desk/1/next/?p=2" || m["Referer"] != "http://example.test/desk/1/" || m["Sec-Fetch-Site"] != "same-origin" {
		t.Errorf("link: %v", m)
	}
	m = got(p.Click("#del"))
	form, _ := m["form"].(map[string]any)
	if diff := cmp.Diff([]any{"delete"}, form["do"]); m["request"] != "POST /delete" || diff != "" {
		t.Errorf("button: %v", m)
	}
}

func TestFormMistakes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		do   func(*webtest.Response)
		want string
	}{
		{"unknown field", func(p *webtest.Response) { p.Submit("#search", webtest.Values{"nmae": "x"}) },
			`GET /desk/1/: submit #search: the form has no field "nmae"; it has all, q`},
		{"disabled field", func(p *webtest.Response) { p.Submit("#signup", webtest.Values{"off": "x"}) }, `has no field "off"`},
		{"bad value", func(p *webtest.Response) { p.Submit("#search", webtest.Values{"q": 1.5}) }, `field "q": a float64 is no value`},
		{"stray button", func(p *webtest.Response) { p.Click("#stray") }, "the button is in no form"},
		{"dead button", func(p *webtest.Response) { p.Click("button[type=button]") }, "no link or button"},
		{"no href", func(p *webtest.Response) { p.Click("#anchor") }, "no link or button; found 1:"},
		{"elsewhere", func(p *webtest.Response) { p.Click("#away") }, "leads to http://other.test/, which is another site"},
	}
	for _, tt := range tests {
		s := watch(http.HandlerFunc(desk), func(c *webtest.Client) { tt.do(c.Get("/desk/1/")) })
		if !strings.Contains(s.fatal, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, s.fatal, tt.want)
		}
	}
}
