package templates_test

import (
	"strings"
	"testing"

	"github.com/volaweb/vola/templates"
)

func TestNonces(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, want string }{
		{"<script>x</script>", `<script nonce="N+/=">x</script>`},
		{"<STYLE\nmedia=x>p{}</style><script src='/a.js' defer></script>", "<STYLE nonce=\"N+/=\"\nmedia=x>p{}</style><script nonce=\"N+/=\" src='/a.js' defer></script>"},
		{`<script type="application/json">{"a": {{.}}}</script>`, `<script nonce="N+/=" type="application/json">{"a": "\u003cscript\u003e"}</script>`},
		{`<script nonce="own">x</script><script id=a data-nonce NONCE=b></script>`, `<script nonce="own">x</script><script id=a data-nonce NONCE=b></script>`},
		{`<script data-nonce=nonce nonce-x></script>`, `<script nonce="N+/=" data-nonce=nonce nonce-x></script>`},
		{`<p title="<script>">&lt;script></p><scripty><style-x>`, `<p title="<script>">&lt;script></p><scripty><style-x>`},
		{`<textarea><script></textarea><title><style></title>`, `<textarea>&lt;script></textarea><title>&lt;style></title>`},
		{`<script>if (a <script ) x = "<script >"</script>`, `<script nonce="N+/=">if (a <script ) x = "\x3Cscript >"</script>`},
		{`<!-- <script> --><script>/* <style> */ y</script>`, `<script nonce="N+/=">   y</script>`},
		{`<style>p::before { content: "<script>" }</style>`, `<style nonce="N+/=">p::before { content: "<script>" }</style>`},
		{`{{range list "<script>"}}{{.}}<script {{if .}}async{{end}}></script>{{end}}`, `&lt;script&gt;<script nonce="N+/=" async></script>`},
		{`{{block "x" .}}<script>{{block "y" .}}y{{end}}</script>{{end}}`, `<script nonce="N+/=">y</script>`},
		{`{{.}} <a onclick="f('<script>')">`, `&lt;script&gt; <a onclick="f('<script>')">`},
	}
	page := templates.Page[string]("page.html")
	for _, tt := range tests {
		set, err := templates.New(templates.Config{Loaders: []templates.Loader{templates.Memory{"page.html": tt.text}}, Pages: []templates.Checked{page}})
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		for nonce, want := range map[string]string{
			"N+/=": tt.want, "": strings.ReplaceAll(tt.want, ` nonce="N+/="`, ""), `"><b>`: strings.ReplaceAll(tt.want, ` nonce="N+/="`, ""),
		} {
			var out strings.Builder
			if err := set.Render(templates.WithNonce(t.Context(), nonce), &out, page.Data("<script>")); err != nil || out.String() != want {
				t.Errorf("%s with nonce %q\n got  %s, %v\n want %s", tt.text, nonce, &out, err, want)
			}
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
	var out strings.Builder
	if err := set.Render(templates.WithNonce(t.Context(), "SECRET"), &out, page.Data(data{HTML: "<script>", Text: "<style>"})); err != nil || strings.Contains(out.String(), "SECRET") {
		t.Errorf("%s, %v", &out, err)
	}
}
