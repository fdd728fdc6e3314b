package i18n_test

import (
	"strings"
	"testing"

	"github.com/volaweb/vola/i18n"
)

// TestDirections are right for languages without data as well.
func TestDirections(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]string{"ar": "rtl", "he": "rtl", "ur-PK": "rtl", "ps": "rtl", "yi": "rtl", "tlh": "ltr", "de": "ltr", "zh-Hant": "ltr"} {
		if got := load(t, "en "+tag).Language(tag).Dir(); got != want {
			t.Errorf("%s: %s, want %s", tag, got, want)
		}
	}
}

// TestValuesOfTheOtherDirection stand between marks, and cannot turn the text around them.
func TestValuesOfTheOtherDirection(t *testing.T) {
	t.Parallel()
	texts := load(t, "en ar de")
	for _, tt := range []struct{ tag, value, want string }{
		{"en", "Ann", "<Ann>"},
		{"en", "Zoë 日本", "<Zoë 日本>"},
		{"en", "עברית", "<\u2068עברית\u2069>"},
		{"en", "a עברית b", "<\u2068a עברית b\u2069>"},
		{"en", "\u202eevil\u2069", "<evil>"},
		{"en", "\u2069\u202eعربي\u2069", "<\u2068عربي\u2069>"},
		{"en", "\xffע", "<\u2068\xffע\u2069>"},
		{"en", "ﷺ 1,234", "<\u2068ﷺ 1,234\u2069>"},
		{"de", "12:30 (50 %)", "<12:30 (50 %)>"},
		{"ar", "Ann", "<\u2068Ann\u2069>"},
		{"ar", "آن", "<آن>"},
		{"ar", "12,5 %", "<12,5 %>"},
		{"ar", "", "<>"},
	} {
		l := texts.Language(tt.tag)
		if got := l.T("<{x}>", "x", tt.value); got != tt.want {
			t.Errorf("%s: %+q, want %+q", tt.tag, got, tt.want)
		}
		if got := l.List([]string{tt.value}); "<"+got+">" != tt.want {
			t.Errorf("%s, in a list: %+q, want %+q", tt.tag, got, tt.want)
		}
	}
	// A list keeps the marks of its items.
	ar := texts.Language("ar")
	if got := ar.T("<{x}>", "x", ar.List([]string{"Ann", "Bo"})); got != "<\u2068\u2068Ann\u2069 و\u2068Bo\u2069\u2069>" {
		t.Errorf("%+q", got)
	}
	if got := new(i18n.Language).T("{a}{b}", "a", "א", "b", strings.Repeat("ב", 3)); got != "\u2068א\u2069\u2068בבב\u2069" {
		t.Errorf("%+q", got)
	}
}
