package markup_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/volaweb/vola/site/blog/markup"
)

func TestSlug(t *testing.T) {
	t.Parallel()
	tests := []struct{ in, want string }{
		{"", ""},
		{"Two Queues, and a Lock!", "two-queues-and-a-lock"},
		{"  --Already-- a_slug ", "already-a-slug"},
		{"It's Ann’s", "its-anns"},
		{"Čapek's Straße; Ærø, Łódź", "capeks-strasse-aero-lodz"},
		{"Crème brûlée", "creme-brulee"},
		{"C++", "cpp"}, {"C#", "csharp"}, {"C", "c"}, {"F# and C++!", "fsharp-and-cpp"},
		{"Django #1", "django-1"}, {"a+b", "a-b"}, {"a++b", "a-b"}, {"1# 2", "1-2"},
		{".NET", "net"}, {"../../etc/passwd", "etc-passwd"},
		{"日本語 Django", "日本語-django"},
		{"йод", "йод"}, {"हिन्दी", "हिन्दी"}, {"한국어", "한국어"},
		{"ﬁne ① ½", "fine-1-1-2"},
		{"İstanbul Iı", "istanbul-ii"},
		{"???", ""},
		{"ÀÉ", "ae"},
		{strings.Repeat("word ", 40), strings.TrimSuffix(strings.Repeat("word-", 30), "-")},
		{strings.Repeat("x", 200), strings.Repeat("x", 150)},
	}
	for _, test := range tests {
		if got := markup.Slug(test.in); got != test.want {
			t.Errorf("Slug(%q) = %q, want %q", test.in, got, test.want)
		}
	}
}

func FuzzSlug(f *testing.F) {
	for _, seed := range []string{"C++ #1", "Ærø's", "हिन्दी", "a\u0301b", "\u0301", "½ⅷ", "İ", "--", strings.Repeat("é-", 150)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			return
		}
		got := markup.Slug(s)
		if again := markup.Slug(got); again != got {
			t.Errorf("Slug(%q) = %q, and of that %q", s, got, again)
		}
		if utf8.RuneCountInString(got) > 150 || strings.HasPrefix(got, "-") || strings.HasSuffix(got, "-") || strings.Contains(got, "--") {
			t.Errorf("Slug(%q) = %q", s, got)
		}
		if bad := strings.IndexFunc(got, func(r rune) bool { return r != '-' && !unicode.In(r, unicode.L, unicode.N, unicode.M) }); bad >= 0 {
			t.Errorf("Slug(%q) = %q has %q", s, got, got[bad:])
		}
		if got == "" && strings.IndexFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) >= 0 {
			t.Errorf("Slug(%q) is empty", s)
		}
	})
}
