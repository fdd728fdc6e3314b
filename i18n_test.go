package vola_test

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/middleware"
)

// speaking is a module with a page and texts.
type speaking struct {
	page, german string
	host         *module.Host
}

var speakingPage = templates.Page[speakingData]("speaking/page.html")

type speakingData struct {
	Name  string
	Count int
}

func (s *speaking) Name() string               { return "speaking" }
func (s *speaking) Pages() []templates.Checked { return []templates.Checked{speakingPage} }
func (s *speaking) Templates() fs.FS {
	return fstest.MapFS{"templates/speaking/page.html": {Data: []byte(s.page)}}
}
func (s *speaking) Messages() fs.FS {
	return fstest.MapFS{"messages/de.po": {Data: []byte(s.german)}}
}
func (s *speaking) Routes(r *web.Router) {
	r.Get("/", func(w http.ResponseWriter, r *http.Request) error {
		return s.host.Render(w, r, speakingPage.Data(speakingData{"<Ann>", len(r.URL.Query().Get("n"))}))
	})
	r.Get("/code/", func(w http.ResponseWriter, r *http.Request) error {
		code, err := s.host.URLFor(r.Context(), "speaking:code")
		files, err2 := s.host.URLFor(r.Context(), "speaking:files")
		fmt.Fprint(w, i18n.From(r.Context()).T("Hello, {name}!", "name", "Bob"), " ", code, " ", files)
		return errors.Join(err, err2)
	}).Name("code")
	r.Get("/files/", func(w http.ResponseWriter, r *http.Request) error {
		_, err := fmt.Fprint(w, "files, ", len(i18n.Alternates(r.Context())), " alternates, menu ", s.host.Texts.Menu(r.Context())[1].Path)
		return err
	}).Name("files").AllLanguages()
}

const (
	speakingTemplate = `<html lang="{{lang}}"><p title="{{t "A title"}}">{{t "Hello, {name}!" "name" .Name}} {{tn .Count "{n} comment" "{n} comments"}} {{tc "verb" "Post"}}`
	speakingGerman   = `msgid ""
msgstr "Plural-Forms: nplurals=2; plural=(n != 1);\n"

msgid "Hello, {name}!"
msgstr "Hallo, {name}!"

msgid "A title"
msgstr "Ein \"Titel\""

msgid "{n} comment"
msgid_plural "{n} comments"
msgstr[0] "ein Kommentar"
msgstr[1] "{n} Kommentare"

msgctxt "verb"
msgid "Post"
msgstr "Absenden"
`
)

// TestPagesSpeakTheVisitorsLanguage asks for the same page in several languages.
func TestPagesSpeakTheVisitorsLanguage(t *testing.T) {
	t.Parallel()
	const (
		english = `<html lang="en"><p title="A title">Hello, &lt;Ann&gt;! 2 comments Post`
		german  = `<html lang="de"><p title="Ein &#34;Titel&#34;">Hallo, &lt;Ann&gt;! 2 Kommentare Absenden`
	)
	site := newSpeaking(t, []string{"en", "de"})
	for _, tt := range []struct{ accept, cookie, want string }{
		{"", "", english},
		{"de", "", german},
		{"de-AT, en;q=0.9", "", german},
		{"fr, DE;q=0.5, en;q=0.4", "", german},
		{"en;q=0.5, de;q=0.4", "", english},
		{"de;q=0", "", english},
		{"*, de", "", english},
		{"de", "en", english},
		{"", "de", german},
		{"de", "xx", german},
		{"de", strings.Repeat("e", 5000), german},
		{strings.Repeat("xx,", 3000) + "de", "", english},
		{strings.Repeat("de;q=", 2000), "", english},
		{"\xff\x00, ;;q, =, de-\u00e9", "", english},
	} {
		r := httptest.NewRequest("GET", "/speaking/?n=ab", nil)
		r.Header.Set("Accept-Language", tt.accept)
		if tt.cookie != "" {
			r.AddCookie(&http.Cookie{Name: middleware.LanguageCookie, Value: tt.cookie})
		}
		rec := httptest.NewRecorder()
		site.ServeHTTP(rec, r)
		if got := rec.Body.String(); got != tt.want || rec.Code != 200 {
			t.Errorf("%.40q, %.10q: %d\n got %s\nwant %s", tt.accept, tt.cookie, rec.Code, got, tt.want)
		}
		if vary, lang := rec.Header().Get("Vary"), rec.Header().Get("Content-Language"); vary != "Accept-Language, Cookie" || !strings.Contains(tt.want, `"`+lang+`"`) {
			t.Errorf("%.40q: Vary is %q, Content-Language %q", tt.accept, vary, lang)
		}
	}
	rec := httptest.NewRecorder()
	r := httptest.NewRequest("GET", "/speaking/code/", nil)
	r.Header.Set("Accept-Language", "de")
	if site.ServeHTTP(rec, r); rec.Body.String() != "Hallo, Bob! /speaking/code/ /speaking/files/" {
		t.Errorf("in code: %s", rec.Body)
	}
}

// TestLanguagesHavePaths gives the second and third language of a site paths of their
// own. The cookie and Accept-Language do not count.
func TestLanguagesHavePaths(t *testing.T) {
	t.Parallel()
	m := &speaking{page: `<html lang="{{lang}}" dir="{{dir}}">{{t "Hello, {name}!" "name" .Name}} {{url "speaking:code"}} ` +
		`{{range alternates}}<link hreflang="{{.Tag}}" href="{{.Path}}"{{if .Current}} here{{end}}>{{end}}`, german: speakingGerman}
	site, err := vola.New(vola.Config{Languages: []string{"en", "de", "pt-BR"}, LanguagePaths: true, Modules: []module.Module{m}}, vola.Options{BaseURL: "http://example.com"})
	if err != nil {
		t.Fatal(err)
	}
	m.host = site.Host()
	alternates := func(here string) string {
		links := `<link hreflang="en" href="/speaking/"><link hreflang="de" href="/de/speaking/"><link hreflang="pt-BR" href="/pt-br/speaking/">`
		return strings.Replace(links, here+`/speaking/"`, here+`/speaking/" here`, 1)
	}
	for _, tt := range []struct {
		path   string
		status int
		lang   string
		want   string
	}{
		{"/speaking/", 200, "en", `<html lang="en" dir="ltr">Hello, &lt;Ann&gt;! /speaking/code/ ` + alternates(`"`)},
		{"/de/speaking/", 200, "de", `<html lang="de" dir="ltr">Hallo, &lt;Ann&gt;! /de/speaking/code/ ` + alternates("/de")},
		{"/pt-br/speaking/", 200, "pt-BR", `<html lang="pt-BR" dir="ltr">Hello, &lt;Ann&gt;! /pt-br/speaking/code/ ` + alternates("/pt-br")},
		{"/de/speaking/code/", 200, "de", "Hallo, Bob! /de/speaking/code/ /speaking/files/"},
		{"/speaking/files/", 200, "en", "files, 0 alternates, menu /de/"},
		{"/de/speaking/files/", 404, "de", "Nicht gefunden"},
		{"/de/healthz", 404, "de", "Nicht gefunden"},
		{"/de/static/x", 404, "de", "Nicht gefunden"},
		{"/de", 404, "en", "Not Found"},
		{"/de/", 404, "de", "Unter dieser Adresse gibt es keine Seite."},
		{"/fr/speaking/", 404, "en", "Not Found"},
		{"/DE/speaking/", 404, "en", "Not Found"},
		{"/%64e/speaking/", 200, "de", "Hallo"},
		{"/de%2fspeaking/", 404, "de", "Nicht gefunden"},
	} {
		r := httptest.NewRequest("GET", tt.path, nil)
		r.Header.Set("Accept-Language", "pt-BR")
		r.AddCookie(&http.Cookie{Name: middleware.LanguageCookie, Value: "de"})
		rec := httptest.NewRecorder()
		site.ServeHTTP(rec, r)
		if rec.Code != tt.status || !strings.Contains(rec.Body.String(), tt.want) || rec.Header().Get("Content-Language") != tt.lang || rec.Header().Get("Vary") == "Accept-Language, Cookie" {
			t.Errorf("%s: %d %v\n got %s\nwant %s", tt.path, rec.Code, rec.Header(), rec.Body, tt.want)
		}
	}
}

// TestCataloguesThatWereNotEmbedded are an error that says so.
func TestCataloguesThatWereNotEmbedded(t *testing.T) {
	t.Parallel()
	_, err := vola.New(vola.Config{Languages: []string{"en", "de"}, Messages: fstest.MapFS{"templates/a.html": {}}}, vola.Options{BaseURL: "http://example.com"})
	if err == nil || !strings.Contains(err.Error(), "the project's messages: there is no file messages/TAG.po") {
		t.Error(err)
	}
}

// TestOneLanguageSaysNothing: a site of one language sends no headers about it, and
// its texts are those of the catalogue.
func TestOneLanguageSaysNothing(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]string{"en": "Hello, ", "de": "Hallo, "} {
		site := newSpeaking(t, []string{tag})
		r := httptest.NewRequest("GET", "/speaking/", nil)
		r.Header.Set("Accept-Language", "de, en")
		rec := httptest.NewRecorder()
		site.ServeHTTP(rec, r)
		if rec.Header().Get("Vary") != "" || rec.Header().Get("Content-Language") != "" || !strings.Contains(rec.Body.String(), want) {
			t.Errorf("%s: %v\n%s", tag, rec.Header(), rec.Body)
		}
	}
}

// TestTextsAreCheckedAtTheStart lists what keeps a site from starting.
func TestTextsAreCheckedAtTheStart(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ page, german, want string }{
		{`{{t "Hello, {name}!"}}`, "", `speaking/page.html:1:3: the value {name} of the text is not given`},
		{`{{t "Helo, {name}!" "name" .Name}}`, speakingGerman, `speaking/page.html:1:3: no catalogue has the text "Helo, {name}!"; did you mean "Hello, {name}!"? (for a new text run: vola messages)`},
		{`{{tc "noun" "Post"}}`, speakingGerman, `no catalogue has the text "Post" (`},
		{`{{tn 1 "{n} comments" "{n} comments"}}`, speakingGerman, `no catalogue has the text "{n} comments"; did you mean "{n} comment"?`},
		{`{{t "Hello" "name" .Name}}`, "", "the text has no value {name}"},
		{`{{t "Hello, {name}!" "name"}}`, "", `the value of "name" is missing`},
		{`{{t "Hello, {name}!" .Name "name"}}`, "", "the name of value 1 is not a text in quotes"},
		{`{{t .Name}}`, "", "the text is not written in the template"},
		{`{{tn .Count "{n} comment"}}`, "", "tn takes at least 3 arguments, 2 given"},
		{`{{tc "verb"}}`, "", "tc takes at least 2 arguments, 1 given"},
		{"", "msgid \"a\n", "module speaking: de.po:1: \"a is not a text in double quotes"},
		{"", "\nmsgid \"{a}\"\nmsgstr \"{b}\"\n", "module speaking: de.po:2: the translation of \"{a}\" has {b}, and the text has no such value"},
		{"", "msgid \"{a}\"\nmsgstr \"b\"\n", "the translation of \"{a}\" lacks {a}"},
		{"", strings.Replace(speakingGerman, "nplurals=2", "nplurals=3", 1), `"{n} comment" has 2 forms, and the language has 3`},
		{"", strings.Replace(speakingGerman, "Plural-Forms", "X", 1), "has a plural, and the header has no field Plural-Forms"},
		{"", "msgid \"\"\nmsgstr \"Language: fr\\n\"\n", "the header says that the language is fr"},
	} {
		_, err := vola.New(vola.Config{Languages: []string{"en", "de"}, Modules: []module.Module{&speaking{page: tt.page, german: tt.german}}}, vola.Options{BaseURL: "http://example.com"})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s%s\n got %v\nwant %s", tt.page, tt.german, err, tt.want)
		}
	}
	for tag, want := range map[string]string{"": `"" is not the tag of a language`, "en": "the language en is given twice", "deutsch!": "is not the tag"} {
		if _, err := vola.New(vola.Config{Languages: []string{"en", tag}}, vola.Options{BaseURL: "http://example.com"}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", tag, err)
		}
	}
}

// newSpeaking returns a site with that module. It needs no database.
func newSpeaking(t *testing.T, languages []string) *vola.Site {
	t.Helper()
	m := &speaking{page: speakingTemplate, german: speakingGerman}
	site, err := vola.New(vola.Config{Languages: languages, Modules: []module.Module{m}}, vola.Options{BaseURL: "http://example.com"})
	if err != nil {
		t.Fatal(err)
	}
	m.host = site.Host()
	return site
}

// TestOneLanguageCostsAPageNothing counts the allocations of a page with its texts by
// t and of the same page with the texts written in it. One more is let pass, by which
// the memory of pools makes them differ; three texts that are made for each page would
// be six.
func TestOneLanguageCostsAPageNothing(t *testing.T) {
	allocations := func(page string) float64 {
		m := &speaking{page: page, german: speakingGerman}
		site, err := vola.New(vola.Config{Languages: []string{"de"}, Modules: []module.Module{m}, NoRequestID: true}, vola.Options{BaseURL: "http://example.com"})
		if err != nil {
			t.Fatal(err)
		}
		m.host = site.Host()
		r := httptest.NewRequest("GET", "/speaking/", nil)
		return testing.AllocsPerRun(200, func() { site.ServeHTTP(httptest.NewRecorder(), r) })
	}
	plain := allocations(`<html lang="de"><p title="Ein &#34;Titel&#34;">{{.Name}} Absenden`)
	if with := allocations(`<html lang="{{lang}}"><p title="{{t "A title"}}">{{.Name}} {{tc "verb" "Post"}}`); with > plain+1 {
		t.Errorf("a page with texts makes %v allocations, without %v", with, plain)
	}
}

// TestLinksInMails: the context that Texts.In returns, for a mail or job, has links in its
// language, and one without a language those of the first.
func TestLinksInMails(t *testing.T) {
	t.Parallel()
	for _, first := range []string{"en", "fr"} {
		m := &speaking{page: `{{url "speaking:code"}} {{lang}}`, german: speakingGerman}
		site, err := vola.New(vola.Config{Languages: []string{first, "de"}, LanguagePaths: true, Modules: []module.Module{m}}, vola.Options{BaseURL: "http://example.com"})
		if err != nil {
			t.Fatal(err)
		}
		m.host = site.Host()
		for tag, want := range map[string]string{"": "/speaking/code/", first: "/speaking/code/", "de": "/de/speaking/code/"} {
			ctx := t.Context()
			if tag != "" {
				ctx = m.host.Texts.In(ctx, tag)
			}
			link, err := m.host.URLFor(ctx, "speaking:code")
			if err != nil || link != want {
				t.Errorf("%q: %s, %v, want %s", tag, link, err, want)
			}
			rec := httptest.NewRecorder()
			if err := m.host.Render(rec, httptest.NewRequestWithContext(ctx, "GET", "/", nil), speakingPage.Data(speakingData{})); err != nil || !strings.HasPrefix(rec.Body.String(), want+" ") {
				t.Errorf("%q: %s, %v, want %s", tag, rec.Body, err, want)
			}
		}
	}
}
