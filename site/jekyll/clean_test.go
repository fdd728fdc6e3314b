package jekyll_test

import (
	"testing"

	"github.com/volaweb/vola/site/blog/markup"
	"github.com/volaweb/vola/site/htmltree/harm"
	"github.com/volaweb/vola/site/jekyll"
)

func TestNoScriptSurvives(t *testing.T) {
	t.Parallel()
	for _, attack := range harm.Attacks() {
		for _, name := range []string{"2013-10-17-p.md", "2013-10-17-p.html"} {
			for _, untrusted := range []bool{false, true} {
				doc, err := jekyll.Parse(name, []byte(attack), jekyll.Options{Untrusted: untrusted})
				if err != nil {
					t.Errorf("%s of %q: %v", name, attack, err)
					continue
				}
				for _, text := range []string{doc.HTML, doc.Excerpt, jekyll.Interview(doc.HTML)} {
					if found := harm.In(text); found != "" {
						t.Errorf("%s of %q: %s in %q", name, attack, found, text)
					}
				}
			}
		}
	}
}

// FuzzClean checks that whatever is written, what comes out is harmless, and
// stays so when it is cut or made an interview.
func FuzzClean(f *testing.F) {
	for _, attack := range harm.Attacks() {
		f.Add(attack, false)
		f.Add(attack, true)
	}
	f.Fuzz(func(t *testing.T, text string, isHTML bool) {
		name := "2013-10-17-p.md"
		if isHTML {
			name = "2013-10-17-p.html"
		}
		doc, err := jekyll.Parse(name, []byte(text), jekyll.Options{})
		if err != nil {
			return
		}
		short, _ := markup.Excerpt(doc.HTML, 3)
		for _, out := range []string{doc.HTML, doc.Excerpt, short, jekyll.Interview(doc.HTML)} {
			if found := harm.In(out); found != "" {
				t.Errorf("%q: %s in %q", text, found, out)
			}
		}
		if open := harm.Unmatched(doc.HTML); open != "" {
			t.Errorf("%q: %s in %q", text, open, doc.HTML)
		}
	})
}
