package templates_test

import (
	"html/template"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/templates"
)

type values struct {
	Now, Then, Zero time.Time
	Nil             *time.Time
	Text, Mail      string
	HTML            template.HTML
	Bad             string
	Size            int64
	F               float64
	U               uint8
	List            []string
	Query           url.Values
	URL             *url.URL
	Any             any
}

func builtinValues(t testing.TB) (time.Time, values) {
	t.Helper()
	now := time.Date(2026, time.March, 31, 12, 0, 0, 0, time.UTC)
	u, err := url.Parse("/list?page=2&q=a+b")
	if err != nil {
		t.Fatal(err)
	}
	return now, values{
		Now: now, Then: now.AddDate(-1, -2, -3), Text: "one\r\ntwo\n\n \nthree <b>", Mail: "see http://x.de/?a=1&b=<c>. (https://go.dev/(x)) ann@example.com, http:// a@b \"https://q.de\"",
		HTML: `<p>one <b title="x>y">two <i>three four</i></b> five<br> six</p>`, Bad: `<script>alert("1")</script>`,
		Size: 1234567, F: 2.345, U: 200, List: []string{"a", "<b>", "c"}, Query: u.Query(), URL: u,
	}
}

func TestBuiltins(t *testing.T) {
	t.Parallel()
	now, data := builtinValues(t)
	tests := []struct{ text, want string }{
		{"{{capfirst `élan vital`}} {{upper `<a>`}} {{lower `ÄB`}} [{{capfirst ``}}]", "Élan vital &lt;A&gt; äb []"},
		{"{{range $i, $_ := .List}}{{cycle $i `odd` `<even>`}} {{end}}", "odd &lt;even&gt; odd "},
		{"{{filesize 0}} {{filesize 1}} {{filesize 1023}} {{filesize 1024}} {{filesize .Size}} {{filesize -5000000000}} {{filesize 104857600}}", "0 bytes 1 byte 1023 bytes 1.0 KB 1.2 MB -4.7 GB 100 MB"},
		{"{{floatformat 2 .F}} {{.F | floatformat 0}} {{floatformat 1 .Size}} {{floatformat 0 .U}}", "2.35 2 1234567.0 200"},
		{"{{intcomma .Size}} {{intcomma -1000}} {{intcomma 999}} {{intcomma .U}}", "1,234,567 -1,000 999 200"},
		{"{{join `, ` .List}} {{.List | join `<br>`}}[{{join `x` nil}}]", "a, &lt;b&gt;, c a&lt;br&gt;&lt;b&gt;&lt;br&gt;c[]"},
		{"{{(dict `a` 1 `b` .Bad).b}} {{index (list 1 `<`) 1}}", "&lt;script&gt;alert(&#34;1&#34;)&lt;/script&gt; &lt;"},
		{"{{linebreaks .Text}}", "<p>one<br>two</p>\n\n<p>three &lt;b&gt;</p>"},
		{"{{linebreaks .HTML}}[{{linebreaks ``}}]", `<p><p>one <b title="x>y">two <i>three four</i></b> five<br> six</p></p>[]`},
		{"{{urlize .Mail}}", `see <a href="http://x.de/?a=1&amp;b=%3cc" rel="nofollow">http://x.de/?a=1&amp;b=&lt;c</a>&gt;. (<a href="https://go.dev/%28x%29" rel="nofollow">https://go.dev/(x)</a>) ` +
			`<a href="mailto:ann@example.com" rel="nofollow">ann@example.com</a>, http:// a@b &#34;<a href="https://q.de" rel="nofollow">https://q.de</a>&#34;`},
		{"{{urlize .Bad}}{{urlize `javascript:x JAVASCRIPT://x`}}", "&lt;script&gt;alert(&#34;1&#34;)&lt;/script&gt;javascript:x JAVASCRIPT://x"},
		{"{{striptags .HTML}}|{{striptags .Bad}}|{{striptags `a < b <!-- x > --> &amp;lt; <unclosed`}}", "one two three four five six|alert(&#34;1&#34;)|a &lt; b  &amp;lt; "},
		{"{{truncatehtml 3 .HTML}}", `<p>one <b title="x>y">two <i>three…</i></b></p>`},
		{"{{truncatehtml 5 .HTML}}{{truncatehtml 6 .HTML}}", `<p>one <b title="x>y">two <i>three four</i></b> five<br>…</p><p>one <b title="x>y">two <i>three four</i></b> five<br> six</p>`},
		{"{{truncatehtml 1 `a <b>`}}{{truncatehtml 0 .HTML}}{{truncatehtml 1 ``}}", "a…<p>…</p>"},
		{"{{truncatechars 3 `abcd`}} {{truncatechars 4 `abcd`}} {{truncatechars 1 `日本`}} [{{truncatechars 0 `a`}}]", "ab… abcd … []"},
		{"{{wordcount .Text}}", "4"},
		{"{{yesno `y` `<n>` .Size}}{{yesno `y` `<n>` nil}}", "y&lt;n&gt;"},
		{"{{timesince .Then}}|{{timesince .Now}}|{{timesince .Zero}}|{{timesince .Nil}}|{{timeuntil .Then}}", "1 year, 2 months|0 minutes|||0 minutes"},
		{"{{range pages 1 1}}x{{end}}{{range pages 5 20}}{{if .Gap}}…{{else if .Current}}[{{.Number}}]{{else}}{{.Number}}{{end}} {{end}}", "1 2 3 4 [5] 6 7 … 20 "},
		{"{{range pages 1 3}}{{if .Current}}[{{.Number}}]{{else}}{{.Number}}{{end}}{{end}} {{range pages 99 .U}}{{.Number}} {{end}}", "[1]23 1 0 97 98 99 100 101 0 200 "},
		{`<a href="{{query .Query "page" 3}}">{{query .URL "q" nil "n" "<&>"}}</a>{{query "?" "page" ""}} {{query nil}} {{query (query "?a=1" "b" 2) "a" 3}}`,
			`<a href="?page=3&amp;q=a&#43;b">?n=%3C%26%3E&amp;page=2</a>? ? ?a=3&amp;b=2`},
		{`{{jsonscript "x\"" (dict "a" .Bad "b" .List)}}`, `<script id="x&#34;" type="application/json">{"a":"\u003cscript\u003ealert(\"1\")\u003c/script\u003e","b":["a","\u003cb\u003e","c"]}</script>`},
	}
	for _, tt := range tests {
		page := templates.Page[values]("page.html")
		set, err := templates.New(templates.Config{
			Loaders: []templates.Loader{templates.Memory{"page.html": tt.text}}, Pages: []templates.Checked{page}, Now: func() time.Time { return now },
		})
		var out strings.Builder
		if err == nil {
			err = set.Render(t.Context(), &out, page.Data(data))
		}
		if err != nil || out.String() != tt.want {
			t.Errorf("%s\n got  %s, %v\n want %s", tt.text, &out, err, tt.want)
		}
	}
}

func TestTimeSpans(t *testing.T) {
	t.Parallel()
	tests := []struct{ from, to, want string }{
		{"2026-01-31T00:00:00Z", "2026-02-28T00:00:00Z", "1 month"},
		{"2026-01-31T00:00:00Z", "2026-03-01T00:00:00Z", "1 month"},
		{"2024-02-29T00:00:00Z", "2025-02-28T00:00:00Z", "1 year"},
		{"2026-01-01T00:00:00Z", "2026-01-15T23:00:00Z", "2 weeks"},
		{"2026-01-01T00:00:00Z", "2026-01-10T00:00:00Z", "1 week, 2 days"},
		{"2026-01-01T00:00:00Z", "2026-01-02T05:59:00Z", "1 day, 5 hours"},
		{"2026-01-01T00:00:00Z", "2026-01-01T01:01:59Z", "1 hour, 1 minute"},
		{"2026-01-01T00:00:00Z", "2026-01-01T00:00:59Z", "0 minutes"},
		{"2026-01-01T02:00:00+02:00", "2026-01-01T00:30:00Z", "30 minutes"},
		{"2024-01-01T00:00:00Z", "2026-11-23T00:00:00Z", "2 years, 10 months"},
	}
	for _, tt := range tests {
		from, err := time.Parse(time.RFC3339, tt.from)
		to, err2 := time.Parse(time.RFC3339, tt.to)
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		page := templates.Page[[]time.Time]("page.html")
		set, err := templates.New(templates.Config{
			Loaders: []templates.Loader{templates.Memory{"page.html": "{{timesince (index . 0)}}"}}, Pages: []templates.Checked{page}, Now: func() time.Time { return to },
		})
		var out strings.Builder
		if err == nil {
			err = set.Render(t.Context(), &out, page.Data([]time.Time{from}))
		}
		if err != nil || out.String() != tt.want {
			t.Errorf("%s to %s: %q, %v; want %q", tt.from, tt.to, &out, err, tt.want)
		}
	}
}

func TestBuiltinMistakes(t *testing.T) {
	t.Parallel()
	_, data := builtinValues(t)
	for text, want := range map[string]string{
		"{{timesince .Text}}":                      "timesince: string is not a time",
		"{{filesize .F}}":                          "filesize: float64 is not a whole number",
		"{{pages 1 .Text}}":                        "pages: string is not a whole number",
		"{{dict `a`}}":                             "dict takes names, each with its value; the last one has none",
		"{{dict 1 2}}":                             "dict: a name must be a string, not int",
		"{{query .Query `a`}}":                     "query takes names, each with its value; the last one has none",
		"{{query 1 `a` 2}}":                        "page.html:1:3: query: a int is neither url.Values, *url.URL nor string",
		"{{truncatehtml -1 ``}}":                   "-1 words cannot be kept",
		"{{truncatechars -1 ``}}":                  "-1 characters cannot be kept",
		"{{join `,` 1}}":                           "int is not a list",
		"{{cycle -1 `a`}}{{cycle 0}}":              "there is no value number -1 of 1",
		"{{floatformat 1 `x`}}":                    "x (string) is not a number",
		"{{floatformat 101 1}}":                    "101 digits",
		"{{filesize .Any}}":                        "is not a whole number",
		"{{intcomma .Any}}":                        "is not a whole number",
		"{{pages .Any 1}}":                         "pages: ",
		"{{pages 1 .Any}}":                         "pages: ",
		"{{timesince (index .List 0)}}":            "string is not a time",
		"{{dict .Any 1}}":                          "is a <nil>, not a string",
		"{{query nil .Any 1}}":                     "is a <nil>, not a string",
		"{{jsonscript `x` (dict `f` (list .Fn))}}": "no field or method Fn",
	} {
		if got, err := renderString(t, data, templates.Memory{"page.html": text}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %q, %v; want %q", text, got, err, want)
		}
	}
}

// TestBuiltinsInContexts puts what each function makes of hostile text into
// every context: nothing may leave it.
func TestBuiltinsInContexts(t *testing.T) {
	t.Parallel()
	calls := []string{
		"capfirst .", "cycle 0 .", "default . ``", "default `x` .", "index (dict `a` .) `a`", "join . (list . .)", "jsonscript . .", "linebreaks .", "lower .", "pluralize . . 1",
		"query nil . .", "slugify .", "striptags .", "truncatechars 50 .", "truncatehtml 3 .", "truncatewords 3 .", "upper .", "urlize .", "yesno . . 1",
	}
	contexts := [][2]string{
		{"<title>", "</title>"}, {"<textarea>", "</textarea>"}, {`<a title="`, `">`}, {`<a title='`, `'>`}, {`<a title=`, ` >`}, {`<a href="/?q=`, `">`}, {`<a href="`, `">`},
		{`<script>var x = `, `;</script>`}, {`<script>var x = "`, `";</script>`}, {`<style>p { color: `, ` }</style>`}, {`<a onclick="go(`, `)">`}, {"<!-- ", " -->"},
	}
	for _, call := range calls {
		for _, c := range contexts {
			text := c[0] + "{{" + call + "}}" + c[1]
			got, err := renderString(t, hostile, templates.Memory{"page.html": text})
			if err != nil {
				t.Errorf("%s: %v", text, err)
				continue
			}
			inner := strings.TrimSuffix(strings.TrimPrefix(got, c[0]), c[1])
			quote := c[0][len(c[0])-1:]
			switch {
			case strings.ContainsAny(inner, "<>"),
				(quote == `"` || quote == "'") && strings.Contains(inner, quote),
				strings.HasPrefix(c[0], "<a title=`") && strings.ContainsAny(inner, " \t\n"),
				strings.HasPrefix(inner, "javascript:"):
				t.Errorf("%s leaves its context: %s", text, got)
			}
		}
		// In text, HTML that a function makes has no element of the data's.
		got, err := renderString(t, hostile, templates.Memory{"page.html": "{{" + call + "}}"})
		if err != nil || strings.Contains(got, "<script>") || strings.Contains(got, "</style>") || strings.Contains(got, `href="javascript`) {
			t.Errorf("%s: %s, %v", call, got, err)
		}
	}
}
