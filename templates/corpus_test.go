package templates_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"html/template"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/templates"
)

// corpusData is what the templates of the corpus show.
type corpusData struct {
	Yes, No    bool
	Name, Cite string
	Empty      string
	List, None []string
	Number     int
	Pair       *[2]int
	Ghost      *string
	Bad        failsMarshal
	Raw        marshals
	HTML       template.HTML
	CSS        template.CSS
	JS         template.JS
	JSStr      template.JSStr
	URL        template.URL
	Attr       template.HTMLAttr
	Set        template.Srcset
	Any        any
	Err        error
	Text       namedText
	OnPtr      *onPointer
	Hostile    string
	URLs       []string
}

func corpus() corpusData {
	return corpusData{
		Yes: true, Name: "<Jo & Jane>", Cite: `O'Neil: "x" + y`, List: []string{"<a>", "b&c"}, Number: 42, Pair: &[2]int{1, 2},
		Bad: failsMarshal{"*/ </script <!-- no"}, Raw: marshals{`{"k":"</script>\u2028"}`},
		HTML: `<b title="a>b">x &amp; y</b><!-- c --><script>z</script>`, CSS: `a[href =~ "//x"]#y`, JS: `c && alert("Hi!");`, JSStr: `Hi, \u0022W\u0022/`,
		URL: "https://x.org/a,b?c=<d>&e=%41", Attr: ` dir="ltr"`, Set: "a.png 1x, b.png 2x", Err: errors.New(`"no" <way>`), Text: 3, OnPtr: &onPointer{"<p>"},
		Hostile: hostile + "\x00\u2028\ufdd0\\", URLs: []string{"javascript:alert(1)", "JaVaScript:x", "http://a/?b=c&d=ü e", "mailto:a@b", "/p:q", "a:b", "//host", "%zz%41", "data:text/html,x", ""},
	}
}

// corpusTemplates are actions in every context in which html/template tells
// values apart, and at the borders between contexts.
func corpusTemplates() []string {
	values := []string{".Name", ".Cite", ".Empty", ".List", ".Number", ".Pair", ".Ghost", ".Bad", ".Raw", ".HTML", ".CSS", ".JS", ".JSStr", ".URL", ".Attr", ".Set", ".Any", ".Err", ".Text", ".OnPtr", ".Hostile", ".Yes"}
	contexts := []string{
		"<b>@</b>", "<title>@</title>", "<textarea>@</textarea>", `<a title="@">`, "<a title='@'>", "<a title=@>", `<a href="@">`, `<a href="/p/@/">`, `<a href="/?q=@">`, `<a href="#@">`, "<a href=@>",
		`<img src="@">`, `<img srcset="@">`, "<img srcset=@>", `<form action="@">`, `<p style="color: @">`, `<p style='width: @; left: @'>`, `<style>p { x: @ }</style>`, `<style>p { x: "@" }</style>`,
		`<style>p { x: url(@) }</style>`, `<style>p { x: url("@") }</style>`, `<style>p { x: url('/a?b=@') }</style>`, `<style>/* @ */</style>`, `<p style="background: url('@')">`,
		"<script>x = @</script>", "<script>x = '@'</script>", `<script>x = "@"</script>`, "<script>x = `@`</script>", "<script>x = `${ @ }`</script>", "<script>x = /@/</script>",
		"<script>// @\n</script>", "<script>/* @ */</script>", "<script>x = [@, (@) / 2]</script>", `<script type="application/json">@</script>`, `<script type="application/ld+json">{"a": @}</script>`,
		`<script type="text/template">@</script>`, `<script type="module">f(@)</script>`, `<a onclick="f(@)">`, `<a onclick='f(@)'>`, "<a onclick=f(@)>", `<a onclick="f('@')">`, `<a onclick="x = /@/.test(y)">`,
		`<a href="javascript:f(@)">`, `<a href="javascript:f('@')">`, "<!-- @ -->", "<p @>", "<p data-@=x>", "<p @=x>", "<@>", `<meta http-equiv="refresh" content="0; url=@">`, `<meta name="x" content="@">`,
		`<svg><a xlink:href="@"></svg>`, `<div data-href="@">`, `<input value=@ name=@>`, `<a xmlns:x="@">`, `<iframe srcdoc="@">`, `<p>&lt;@&gt; < @ <!doctype x> <p>`,
	}
	var all []string
	for _, c := range contexts {
		for _, v := range values {
			all = append(all, strings.ReplaceAll(c, "@", "{{"+v+"}}"))
		}
	}
	for _, c := range []string{`<a href="@">`, `<a href='@'>`, "<a href=@>", `<a href="?@">`, `<img srcset="@ 2x">`, `<p style="background: url(@)">`} {
		all = append(all, "{{range .URLs}}"+strings.ReplaceAll(c, "@", "{{.}}")+"{{end}}")
	}
	return append(all,
		"{{if .Yes}}{{.Name}}{{else}}{{.Cite}}{{end}}", "{{if .No}}x{{else if .None}}y{{else}}{{.Name}}{{end}}", "{{with .Name}}{{.}}{{end}}{{with .Empty}}x{{else}}{{.Name}}{{end}}",
		"{{range .List}}<i>{{.}}</i>{{else}}none{{end}}", "{{range .None}}x{{else}}{{.Name}}{{end}}", "{{range $i, $x := .List}}{{$i}}{{$x}}{{end}}", "{{range .List}}{{if .}}{{continue}}{{end}}x{{end}}{{range .List}}{{.}}{{break}}{{end}}",
		"{{.Name | html}} {{.Cite | html}} {{html .Name .Cite}}", `<a title="{{.Name | html}}">`, `<a href="?q={{.Name | urlquery}}">`, "{{.Cite | urlquery | html}}", "{{.Cite | js}}", `<script>x = "{{.Cite | js}}"</script>`,
		"<script>{{range .List}}f({{.}});{{end}}</script>", "<a {{if .Yes}}href=\"{{.Name}}\"{{end}}>", `<a href="/{{if .Yes}}a{{else}}b{{end}}?x={{.Name}}">`, "{{template `x` .Name}}{{define `x`}}<{{.}}>{{end}}",
		`<a title="{{template "y" .}}">{{template "y" .}}</a>{{define "y"}}{{.Name}}{{end}}`, `<script>{{template "z" .List}}</script>{{define "z"}}x = {{.}};{{end}}`, "{{$x := .Name}}<b>{{$x}}</b>{{$x = .Cite}}{{$x}}",
		"<script>{{if .Yes}}var x = {{.Number}}{{else}}var y{{end}}; /{{.Name}}/.test(x)</script>", "<p{{/* c */}} title='{{.Name}}'>", "{{- .Name -}} x", `<a href="{{.URL}}#{{.Name}}">`, `<input {{.Attr}} {{.Name}}>`,
		"<script>x = {{.Number}} / {{.Number}}; y = {{.Name}}</script>", "<textarea>{{.HTML}}</textarea><title>{{.HTML}}</title>", "{{print .Name .Cite}}{{printf `%q` .Name}}{{println .HTML}}", "{{len .List}}{{index .List 1}}{{and .Yes .Name}}{{or .Empty .Cite}}{{not .No}}",
	)
}

// TestCorpus compares each template with what is written down for it, and with
// html/template.
func TestCorpus(t *testing.T) {
	t.Parallel()
	const golden = "testdata/corpus.json"
	var want map[string]string
	text, err := os.ReadFile(golden)
	if err == nil {
		err = json.Unmarshal(text, &want)
	}
	if err != nil && !*update {
		t.Fatal(err)
	}
	page, got := templates.Page[corpusData]("page.html"), make(map[string]string)
	for _, text := range corpusTemplates() {
		set, err := templates.New(templates.Config{Loaders: []templates.Loader{templates.Memory{"page.html": text}}, Pages: []templates.Checked{page}})
		if err != nil {
			got[text] = "error: " + err.Error()
			continue
		}
		out, err := set.RenderCompiled(page.Data(corpus()), "")
		standard, standardErr := set.RenderStandard(page.Data(corpus()), "")
		if err != nil || standardErr != nil || out != standard {
			t.Errorf("%s\n got  %s, %v\n html/template %s, %v", text, out, err, standard, standardErr)
		}
		got[text] = out
	}
	if *update {
		var text bytes.Buffer
		encoder := json.NewEncoder(&text)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", " ")
		if err := encoder.Encode(got); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, text.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestEveryEscaperIsNeeded takes each escaper away in turn: the corpus must
// notice.
func TestEveryEscaperIsNeeded(t *testing.T) {
	t.Parallel()
	noticed := make(map[string]int)
	for _, name := range strings.Fields("attrescaper commentescaper cssescaper cssvaluefilter htmlnamefilter htmlescaper jsregexpescaper jsstrescaper " +
		"jstmpllitescaper jsvalescaper nospaceescaper rcdataescaper srcsetescaper urlescaper urlfilter urlnormalizer") {
		noticed[name] = 0
	}
	page := templates.Page[corpusData]("page.html")
	for _, text := range corpusTemplates() {
		set, err := templates.New(templates.Config{Loaders: []templates.Loader{templates.Memory{"page.html": text}}, Pages: []templates.Checked{page}})
		if err != nil {
			continue
		}
		want, err := set.RenderCompiled(page.Data(corpus()), "")
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		for _, name := range set.Escapers(page.TemplateName()) {
			name = strings.TrimPrefix(name, "_html_template_")
			if cases, asked := noticed[name]; !asked || cases > 2 {
				continue // that is often enough
			}
			if err := set.WithoutEscaper("_html_template_" + name); err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			if got, err := set.RenderCompiled(page.Data(corpus()), ""); err != nil || got != want {
				noticed[name]++
			}
		}
	}
	for name, cases := range noticed {
		if cases == 0 {
			t.Errorf("no case differs without %s", name)
		}
	}
}
