package i18n_test

import (
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/volaweb/vola/i18n"
)

// TestDialects: of several dialects it is the one that visitors can read, and the
// nearest.
func TestDialects(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ site, tag, want string }{
		{"zh-Hans zh-Hant", "zh-TW", "zh-Hant"},
		{"zh-Hans zh-Hant", "zh_hk", "zh-Hant"},
		{"zh-Hans zh-Hant", "zh-Hant-MO", "zh-Hant"},
		{"zh-Hant zh-Hans", "zh", "zh-Hans"},
		{"zh-Hant zh-Hans", "zh-SG", "zh-Hans"},
		{"zh-CN zh-TW", "zh-Hant", "zh-TW"},
		{"zh-CN zh-TW", "zh-Hant-HK", "zh-TW"},
		{"zh zh-TW", "zh-HK", "zh-TW"},
		{"zh-TW", "zh-CN", "zh-TW"},
		{"sr sr-Latn", "sr-Latn-RS", "sr-Latn"},
		{"sr-Latn", "sr", "sr-Latn"},
		{"en-US en-GB", "en-AU", "en-GB"},
		{"en-US en-GB", "en", "en-US"},
		{"en en-GB", "en-AU", "en"},
		{"pt-BR pt-PT", "pt-AO", "pt-PT"},
		{"es-ES es-419", "es-MX", "es-419"},
		{"de-AT de-CH", "de-DE", "de-AT"},
		{"en he", "iw-IL", "he"},
		{"en iw", "he", "iw"},
		{"en nb", "no", "nb"},
		{"en no", "nb-NO", "no"},
		{"en id", "in", "id"},
		{"en tlh-AA tlh-BB", "tlh-CC", "tlh-AA"},
		{"en de", "fr", ""},
		{"en de", "", ""},
		{"en de", "-", ""},
		{"en de", "d", ""},
		{"en-GB en-US", "EN-us-x-private", "en-US"},
	} {
		texts, err := i18n.Load(i18n.Config{Languages: strings.Fields(tt.site)})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if l := texts.Language(tt.tag); l != nil {
			got = l.Tag()
		}
		if got != tt.want {
			t.Errorf("%s on a site in %s: %q, want %q", tt.tag, tt.site, got, tt.want)
		}
	}
}

// TestDialectsOfManyTags: more tags than are remembered, by several visitors at once.
func TestDialectsOfManyTags(t *testing.T) {
	t.Parallel()
	texts, err := i18n.Load(i18n.Config{Languages: []string{"en-US", "en-GB", "zh-CN", "zh-TW"}})
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for range 3 {
		wait.Go(func() {
			for n := range 1100 {
				if l := texts.Language(fmt.Sprintf("en-AU-x-%d", n)); l == nil || l.Tag() != "en-GB" {
					t.Errorf("%d: %v", n, l)
					return
				}
			}
			if l := texts.Language("zh-HK"); l.Tag() != "zh-TW" {
				t.Error(l.Tag())
			}
		})
	}
	wait.Wait()
}

func oneText(of string) *fstest.MapFile {
	return &fstest.MapFile{Data: []byte("msgid \"a\"\nmsgstr \"" + of + "\"\n")}
}

// TestNamesOfCatalogues: the file of a language is found however its tag is written, and
// that of the language of a dialect too.
func TestNamesOfCatalogues(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ tag, files, want string }{
		{"de", "de", "de"},
		{"de", "DE", "DE"},
		{"DE", "de", "de"},
		{"pt-BR", "pt_BR", "pt_BR"},
		{"pt-br", "pt-BR", "pt-BR"},
		{"de-AT", "de", "de"},
		{"de-AT", "de de-AT", "de-AT"},
		{"de-AT", "de de_at", "de_at"},
		{"de", "de-AT", "a"},
		{"zh-TW", "zh", "a"},
		{"zh-TW", "zh zh-Hant", "zh-Hant"},
		{"zh-Hant-HK", "zh zh_Hant", "zh_Hant"},
		{"sr-Latn", "sr", "a"},
	} {
		files := fstest.MapFS{}
		for name := range strings.FieldsSeq(tt.files) {
			files[name+".po"] = oneText(name)
		}
		for _, files := range []fs.FS{files, onlyOpen{files}} {
			texts, err := i18n.Load(i18n.Config{Languages: []string{"en", tt.tag}, Catalogues: []i18n.Catalogue{{Name: "x", Files: files}}})
			if err != nil {
				t.Fatal(err)
			}
			_, cannotList := files.(onlyOpen)
			if got := texts.Languages()[1].T("a"); got != tt.want && !cannotList {
				t.Errorf("%s with %s: %s, want %s", tt.tag, tt.files, got, tt.want)
			}
		}
	}
	twice := fstest.MapFS{"de.po": oneText("b"), "DE.po": oneText("c")}
	_, err := i18n.Load(i18n.Config{Languages: []string{"en", "de"}, Catalogues: []i18n.Catalogue{{Name: "x", Files: twice}}})
	if err == nil || !strings.Contains(err.Error(), "DE.po and de.po") {
		t.Errorf("two catalogues of a language: %v", err)
	}
	broken := fstest.MapFS{"de.po": {Data: []byte("x")}}
	_, err = i18n.Load(i18n.Config{Languages: []string{"en", "de", "de-AT"}, Catalogues: []i18n.Catalogue{{Name: "x", Files: broken}}})
	if err == nil || strings.Count(err.Error(), "de.po:1") != 1 {
		t.Errorf("an error of a file that two languages have: %v", err)
	}
}

// onlyOpen cannot list its files.
type onlyOpen struct{ files fs.FS }

func (o onlyOpen) Open(name string) (fs.File, error) {
	if name == "." {
		return nil, fs.ErrPermission
	}
	return o.files.Open(name)
}

// TestLanguageOfTheHeader: tools write it with a region, and another language is an error.
func TestLanguageOfTheHeader(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		tag, header string
		ok          bool
	}{
		{"de", "de", true}, {"de", "de_DE", true}, {"de", "DE-AT", true}, {"pt-BR", "pt", true}, {"pt-BR", "pt_BR", true}, {"zh-Hant", "zh_TW", true}, {"zh-TW", "zh_Hant", true},
		{"de", "fr", false}, {"pt-BR", "pt_PT", false}, {"zh-Hant", "zh_CN", false}, {"zh-TW", "zh", false}, {"sr", "sr_Latn", false},
	} {
		files := fstest.MapFS{tt.tag + ".po": {Data: []byte("msgid \"\"\nmsgstr \"Language: " + tt.header + "\\n\"\n")}}
		_, err := i18n.Load(i18n.Config{Languages: []string{"en", tt.tag}, Catalogues: []i18n.Catalogue{{Name: "x", Files: files}}})
		if (err == nil) != tt.ok {
			t.Errorf("%s in %s.po: %v", tt.header, tt.tag, err)
		}
	}
}
