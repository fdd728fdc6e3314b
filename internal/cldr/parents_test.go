package cldr_test

import (
	"strings"
	"testing"

	"github.com/volaweb/vola/internal/cldr"
)

func TestCanonical(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]string{
		"de": "de", "DE": "de", "pt_br": "pt-BR", "PT-BR": "pt-BR", "zh-hant-tw": "zh-Hant-TW", "es-419": "es-419",
		"ar-EG-U-NU-Latn": "ar-EG-u-nu-latn", "de-1996": "de-1996", "": "", "-": "-", "K\u212a": "k\u212a",
	} {
		if got := cldr.Canonical(tag); got != want {
			t.Errorf("%q: %q, want %q", tag, got, want)
		}
	}
}

func TestParents(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]string{
		"de": "", "de-AT": "de", "DE_at": "de", "zh-TW": "zh-Hant", "zh-Hant": "", "zh-Hant-HK": "zh-Hant", "zh-SG": "zh", "zh-Hans-SG": "zh-Hans zh",
		"sr-Latn": "", "sr-Latn-RS": "sr-Latn", "ar-EG-u-nu-latn": "ar-EG-u-nu ar-EG ar", "tlh-AA": "tlh", "": "", "-": "",
	} {
		if got := strings.Join(cldr.Parents(tag), " "); got != want {
			t.Errorf("%q: %q, want %q", tag, got, want)
		}
	}
}

// TestScripts: tags lead to data of the script that is said.
func TestScripts(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]string{
		"de": "Latn", "ru": "Cyrl", "zh": "Hans", "zh-TW": "Hant", "zh-HK": "Hant", "zh-SG": "Hans", "zh-Latn": "Latn", "no": "Latn", "iw": "Hebr", "tlh": "", "!": "",
	} {
		if got := cldr.Script(tag); got != want {
			t.Errorf("%q: %q, want %q", tag, got, want)
		}
	}
}
