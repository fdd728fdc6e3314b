package templates_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/volaweb/vola/templates"
)

// withNonce is a PageWriter that fills in a nonce.
type withNonce struct {
	t     testing.TB
	nonce string
	plain string // the page without it
	text  string
	kinds string // of the places, as letters
}

func (w *withNonce) Write([]byte) (int, error) {
	w.t.Error("Write was called")
	return 0, nil
}

func (w *withNonce) WritePage(page []byte, places []templates.Place) error {
	w.plain, w.text = string(page), string(templates.AppendWithNonce(nil, page, places, w.nonce))
	for _, place := range places {
		w.kinds += string("ilsm"[place.Kind])
	}
	return nil
}

// placed renders one template with the data "<script>".
func placed(t *testing.T, text string) *withNonce {
	t.Helper()
	page := templates.Page[string]("page.html")
	set, err := templates.New(templates.Config{Loaders: []templates.Loader{templates.Memory{"page.html": text}}, Pages: []templates.Checked{page}})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	w := &withNonce{t: t, nonce: "N+/="}
	if err := set.Render(t.Context(), w, page.Data("<script>")); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	var plain strings.Builder
	if err := set.Render(t.Context(), &plain, page.Data("<script>")); err != nil || plain.String() != w.plain {
		t.Errorf("%s: Write got %s, %v, WritePage %s", text, &plain, err, w.plain)
	}
	return w
}

func TestNonces(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, want, kinds string }{
		{"<script>x</script>", `<script nonce="N+/=">x</script>`, "i"},
		{"<STYLE\nmedia=x>p{}</style><script src='/a.js' defer></script>", "<STYLE nonce=\"N+/=\"\nmedia=x>p{}</style><script nonce=\"N+/=\" src='/a.js' defer></script>", "sl"},
		{`<script type="application/json">{"a": {{.}}}</script>`, `<script type="application/json">{"a": "\u003cscript\u003e"}</script>`, ""},
		{`<script nonce="own">x</script><script id=a data-nonce NONCE=b></script>`, `<script nonce="own">x</script><script id=a data-nonce NONCE=b></script>`, ""},
		{`<script id="nonce" data-a="> nonce=x">x</script>`, `<script nonce="N+/=" id="nonce" data-a="> nonce=x">x</script>`, "i"},
		{`<script id="a>b" nonce="own">x</script>`, `<script id="a>b" nonce="own">x</script>`, ""},
		{`<script nonce="{{"own"}}">x</script>`, `<script nonce="own">x</script>`, ""},
		{`<script data-nonce=nonce nonce-x></script>`, `<script nonce="N+/=" data-nonce=nonce nonce-x></script>`, "i"},
		{`<p title="<script>">&lt;script></p><scripty><style-x>`, `<p title="<script>">&lt;script></p><scripty><style-x>`, ""},
		{`<textarea><script></textarea><title><style></title>`, `<textarea>&lt;script></textarea><title>&lt;style></title>`, ""},
		{`<script>if (a <script ) x = "<script >"</script>`, `<script nonce="N+/=">if (a <script ) x = "\x3Cscript >"</script>`, "i"},
		{`<!-- <script> --><script>/* <style> */ y</script>`, `<script nonce="N+/=">   y</script>`, "i"},
		{`<style>p::before { content: "<script>" }</style>`, `<style nonce="N+/=">p::before { content: "<script>" }</style>`, "s"},
		{`{{range list "<script>"}}{{.}}<script {{if .}}async{{end}}></script>{{end}}`, `&lt;script&gt;<script nonce="N+/=" async></script>`, "i"},
		{`{{block "x" .}}<script>{{block "y" .}}y{{end}}</script>{{end}}`, `<script nonce="N+/=">y</script>`, "i"},
		{`{{.}} <a onclick="f('<script>')">`, `&lt;script&gt; <a onclick="f('<script>')">`, ""},
		{`{{if eq . "x"}}<script>x</script>{{end}}`, ``, ""},
		{`<script type=importmap>{"imports": {}}</script><script type="module">x</script>`, `<script type=importmap>{"imports": {}}</script><script nonce="N+/=" type="module">x</script>`, "mi"},
	}
	for _, tt := range tests {
		got := placed(t, tt.text)
		if got.text != tt.want || got.kinds != tt.kinds {
			t.Errorf("%s\n got  %s %q\n want %s %q", tt.text, got.text, got.kinds, tt.want, tt.kinds)
		}
		if strings.Contains(got.plain, "N+/=") {
			t.Errorf("%s: the page itself has the nonce: %s", tt.text, got.plain)
		}
	}
}

// TestKindsOfScripts: what the attributes say, in the forms that HTML has.
func TestKindsOfScripts(t *testing.T) {
	t.Parallel()
	for attributes, want := range map[string]string{
		``: "i", ` `: "i", ` async`: "i", ` src=x`: "l", ` SRC = "x"`: "l", ` src='a>b'`: "l", ` async src`: "l", ` data-src="x"`: "i",
		` title="src=x"`: "i", ` title="a>b" src=x`: "l", ` src={{.}}`: "l", ` src="{{.}}" defer`: "l", ` {{if .}}async{{end}} src=x`: "i",
		` type="module" src=x`: "l", ` type`: "i", ` type=""`: "i", ` type=MODULE`: "i", ` type="text/javascript; x=y"`: "i", ` type='text/javascript1.5'`: "i",
		` type=speculationrules`: "i", ` type="ImportMap"`: "m", ` type=application/json`: "", ` type="text/template" src=x`: "", ` src=x type=text/plain`: "",
		` x/src=y`: "l",
	} {
		if got := placed(t, "<script"+attributes+"></script>"); got.kinds != want {
			t.Errorf("<script%s> is %q, want %q", attributes, got.kinds, want)
		}
	}
}

// TestNoncesNeverReachData: what is in the data of a page is not the author's.
func TestNoncesNeverReachData(t *testing.T) {
	t.Parallel()
	type data struct {
		HTML any
		Text string
	}
	page := templates.Page[data]("page.html")
	set, err := templates.New(templates.Config{
		Loaders: []templates.Loader{templates.Memory{"page.html": "{{.HTML}}{{.Text}}{{jsonscript `id` .Text}}{{linebreaks .Text}}<p>{{truncatehtml 1 .HTML}}"}},
		Pages:   []templates.Checked{page},
	})
	if err != nil {
		t.Fatal(err)
	}
	out := &withNonce{t: t, nonce: "SECRET"}
	if err := set.Render(t.Context(), out, page.Data(data{HTML: "<script>", Text: "<style>"})); err != nil || strings.Contains(out.text, "SECRET") || out.kinds != "" {
		t.Errorf("%s, %v", out.text, err)
	}
}

// A page is kept without a nonce, and sent with a new one each time.
func ExampleAppendWithNonce() {
	page, places := []byte("<script>hello()</script>"), []templates.Place{{At: len("<script"), Kind: templates.InlineScript}}
	fmt.Printf("%s\n", templates.AppendWithNonce(nil, page, places, "r4nd0m"))
	// Output:
	// <script nonce="r4nd0m">hello()</script>
}
