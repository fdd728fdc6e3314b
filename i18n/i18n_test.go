package i18n_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/volaweb/vola/i18n"
)

func load(t testing.TB, languages string, files ...fstest.MapFS) *i18n.Texts {
	t.Helper()
	cfg := i18n.Config{Languages: strings.Fields(languages)}
	for _, f := range files {
		cfg.Catalogues = append(cfg.Catalogues, i18n.Catalogue{Name: "test", Files: f})
	}
	texts, err := i18n.Load(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

func file(name, text string) fstest.MapFS { return fstest.MapFS{name: {Data: []byte(text)}} }

// TestLanguageOfATag falls back from a dialect to its language, and from a language to
// a dialect.
func TestLanguageOfATag(t *testing.T) {
	t.Parallel()
	texts := load(t, "en de pt-BR zh-Hant")
	for tag, want := range map[string]string{
		"en": "en", "EN": "en", "en-GB": "en", "en_US": "en", "de-AT-1996": "de", "pt": "pt-BR", "pt-PT": "pt-BR", "PT_br": "pt-BR",
		"zh-Hant-TW": "zh-Hant", "zh": "zh-Hant", "fr": "", "": "", "-": "", "d": "", strings.Repeat("de-", 10_000): "",
	} {
		got := ""
		if l := texts.Language(tag); l != nil {
			got = l.Tag()
		}
		if got != want {
			t.Errorf("%.20q: %q, want %q", tag, got, want)
		}
		if in := i18n.From(texts.In(t.Context(), tag)).Tag(); want != "" && in != want || want == "" && in != "en" {
			t.Errorf("in %.20q: %q", tag, in)
		}
	}
}

// TestFirstCatalogueWins: the project's translation goes before that of a module, which
// has the rest, by its own rule of plurals.
func TestFirstCatalogueWins(t *testing.T) {
	t.Parallel()
	two := "msgid \"\"\nmsgstr \"Plural-Forms: nplurals=2; plural=n>1;\\n\"\n\n"
	three := "msgid \"\"\nmsgstr \"Plural-Forms: nplurals=3; plural=n==1?0:n==2?1:2;\\n\"\n\n"
	l := load(t, "en fr",
		file("fr.po", two+"msgid \"Open\"\nmsgstr \"Ouvrir\"\n\nmsgid \"{n} day\"\nmsgid_plural \"{n} days\"\nmsgstr[0] \"{n} jour\"\nmsgstr[1] \"{n} jours\"\n\n#, fuzzy\nmsgid \"Guess\"\nmsgstr \"Faux\"\n\nmsgid \"Later\"\nmsgstr \"\"\n"),
		file("fr.po", three+"msgid \"Open\"\nmsgstr \"Non\"\n\nmsgid \"Close\"\nmsgstr \"Fermer\"\n\nmsgid \"{n} hour\"\nmsgid_plural \"{n} hours\"\nmsgstr[0] \"une\"\nmsgstr[1] \"deux\"\nmsgstr[2] \"{n} heures\"\n\n#~ msgid \"Guess\"\n#~ msgstr \"Vieux\"\n"),
		file("de.po", "this is not read, as the site has no German"),
	).Language("fr")
	for got, want := range map[string]string{
		l.T("Open"): "Ouvrir", l.T("Close"): "Fermer", l.T("Guess"): "Guess", l.T("Later"): "Later", l.TC("", "Open"): "Open",
		l.TN(0, "{n} day", "{n} days"): "0 jour", l.TN(2, "{n} day", "{n} days"): "2 jours",
		l.TN(2, "{n} hour", "{n} hours"): "deux", l.TN(7, "{n} hour", "{n} hours"): "7 heures",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestValues(t *testing.T) {
	t.Parallel()
	l := load(t, "en").Languages()[0]
	for got, want := range map[string]string{
		l.T("{a} and {b_2}", "b_2", 2, "a", "1"):                       "1 and 2",
		l.T("{a}{a} {b}", "a", "x"):                                    "xx {b}",
		l.T("{} {1} {a b} {a", "a", "x"):                               "{} {1} {a b} {a",
		l.T("{{a}}", "a", "{a}"):                                       "{{a}}",
		l.T("{a}", "a"):                                                "{a}",
		l.T("{a}", 7, "x", "a", int64(8)):                              "8",
		l.T("{a}", "a", []string{"x"}):                                 "[x]",
		l.T("{a}", "a", nil):                                           "<nil>",
		l.TN(-1, "{n} day", "{n} days"):                                "-1 day",
		l.TN(uint8(1), "{n} day", "{n} days"):                          "1 day",
		l.TN([]int{1, 2}, "{n} row of {t}", "{n} rows of {t}", "t", 9): "2 rows of 9",
		l.TN(1, "one", "many", "n", 5):                                 "one",
		l.TN(5, "{n}", "{n}s", "n", "five"):                            "fives",
		l.TN(1.5, "{n} day", "{n} days"):                               "{n} days (a float64 is not a number)",
		l.TN(nil, "{n} day", "{n} days"):                               "{n} days (a <nil> is not a number)",
		new(i18n.Language).TN(3, "a", "b{n}"):                          "b3",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
