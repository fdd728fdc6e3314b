package i18n_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/volaweb/vola/i18n"
)

// TestAlternatesAreLinks to the same page of this host, whatever the path has in it.
func TestAlternatesAreLinks(t *testing.T) {
	t.Parallel()
	texts, err := i18n.Load(i18n.Config{Languages: []string{"en", "de", "pt-BR"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{
		"/", "/blog/", "/a?b#c/", "/100%41/", "/%2f/", "/ü \"<>/", "//evil.example/", "///evil.example", "/\\evil.example/", "/:8080/", "/a//b/",
	} {
		for _, prefix := range []string{"", "/de", "/pt-br"} {
			if prefix == "" && strings.HasPrefix(path, "//") {
				continue // no request has it
			}
			all := i18n.Alternates(texts.WithPath(t.Context(), prefix+path, true))
			for i, want := range []string{"", "/de", "/pt-br"} {
				link := all[i].Path
				u, err := url.Parse("https://site.example")
				if err != nil {
					t.Fatal(err)
				}
				u, err = u.Parse(link)
				if err != nil || u.Host != "site.example" || u.RawQuery+u.Fragment != "" || u.Path != want+"/"+strings.TrimLeft(path, "/") {
					t.Errorf("%s in %s: %q leads to %v, %v", prefix+path, all[i].Tag(), link, u, err)
				}
				if strings.ContainsAny(link, "\\\"<> ") {
					t.Errorf("%q is not escaped", link)
				}
			}
		}
	}
}

// TestPathTagOfOtherTexts: a language that was read again has the same paths.
func TestPathTagOfOtherTexts(t *testing.T) {
	t.Parallel()
	load := func() *i18n.Texts {
		texts, err := i18n.Load(i18n.Config{Languages: []string{"en", "de"}})
		if err != nil {
			t.Fatal(err)
		}
		return texts
	}
	texts, again := load(), load()
	for i, want := range []string{"", "de"} {
		if got := texts.PathTag(again.Languages()[i]); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
