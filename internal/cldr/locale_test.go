package cldr_test

import (
	"bufio"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/volaweb/vola/internal/cldr"
)

// locales returns the tags of all locales.
func locales(t testing.TB) []string {
	t.Helper()
	files, err := os.ReadDir("data")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, file := range files {
		if tag, ok := strings.CutSuffix(file.Name(), ".txt"); ok && tag != "tags" && tag != "shared" {
			all = append(all, tag)
		}
	}
	if len(all) < 250 {
		t.Fatalf("there are %d locales", len(all))
	}
	return all
}

// languages returns the tags of the locales that are not only a dialect of another.
func languages(t testing.TB) []string {
	t.Helper()
	files, err := os.ReadDir("testdata/icu")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, file := range files {
		if tag := strings.TrimSuffix(file.Name(), ".txt"); tag != "dialects" {
			all = append(all, tag)
		}
	}
	if len(all) < 50 {
		t.Fatalf("there are %d languages", len(all))
	}
	return all
}

func load(t testing.TB, tag string) *cldr.Locale {
	t.Helper()
	l, err := cldr.Load(tag)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// rows calls visit with the fields of each line of a file of testdata.
func rows(t testing.TB, name string, visit func(line int, fields []string)) {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for n := 1; lines.Scan(); n++ {
		if text := lines.Text(); !strings.HasPrefix(text, "#") {
			visit(n, strings.Split(text, "\t"))
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
}

func TestLoadFindsTheData(t *testing.T) {
	t.Parallel()
	tests := []struct{ tag, want string }{
		{"de", "de"},
		{"DE-at", "de-AT"},
		{"de_CH", "de-CH"},
		{"de-DE", "de"},
		{"de-LU", "de-LU"},
		{"de-BE", "de"},
		{"de-US", "de"},
		{"de-Latn-AT", "de-AT"},
		{"de-AT-1996", "de-AT"},
		{"de-1996-x-mine", "de"},
		{"ar-MA", "ar-MA"},
		{"ar-FR", "ar"},
		{"ar-001", "ar"},
		{"ar-EG", "ar-EG"},
		{"ar-u-nu-latn", "ar"},
		{"ar-EG-u-ca-islamic-nu-latn-x-y", "ar-EG"},
		{"en-US", "en"},
		{"en-AU", "en-AU"},
		{"en-CY", "en-001"},
		{"en-BR", "en"},
		{"en-150", "en-150"},
		{"en-DE", "en-DE"},
		{"en-GB", "en-GB"},
		{"en-GB-oxendict", "en-GB"},
		{"es-AR", "es-AR"},
		{"es-JP", "es-419"},
		{"es-ES", "es"},
		{"pt-BR", "pt"},
		{"pt-AO", "pt-AO"},
		{"pt-FR", "pt-PT"},
		{"zh-TW", "zh-Hant"},
		{"zh-HK", "zh-Hant-HK"},
		{"zh-US", "zh-Hant"},
		{"zh-hant-hk", "zh-Hant-HK"},
		{"zh-Hans-TW", "zh"},
		{"zh-SG", "zh-Hans-SG"},
		{"zh-CN", "zh"},
		{"no", "nb"},
		{"no-NO", "nb"},
		{"iw", "he"},
		{"in-ID", "id"},
	}
	for _, test := range tests {
		if got := load(t, test.tag).Tag(); got != test.want {
			t.Errorf("Load(%q) has the data of %s, want %s", test.tag, got, test.want)
		}
	}
	for _, tag := range locales(t) {
		if got := load(t, strings.ToUpper(tag)).Tag(); got != tag {
			t.Errorf("Load(%q) has the data of %s", tag, got)
		}
	}
}

func TestLoadRefusesOtherTags(t *testing.T) {
	t.Parallel()
	for _, tag := range []string{
		"", "-", "d", "de-", "-de", "de--AT", "de AT", "de-toolongsubtag", "d\u00e9", "\u212ao", "de-\u017fk", "de\x00", "\xff", "de-u", "de-u-", "de-x",
		"de-a-bb-a-cc", "de-AT-AT", "x-private", "und", "tlh", "xx", "ar-Latn", "zh-Latn", "en-Shaw", "ms-Arab", "../de", "tags", "shared",
		strings.Repeat("a", 10_000), "de" + strings.Repeat("-1996", 2_000), strings.Repeat("\xff", 10_000),
	} {
		l, err := cldr.Load(tag)
		if err == nil {
			t.Errorf("Load(%.20q) has the data of %s", tag, l.Tag())
		} else if text := err.Error(); len(text) > 300 || strings.Contains(text, "\n") {
			t.Errorf("Load(%.20q): the error is %q", tag, text)
		}
	}
}

func TestNamesAndDirections(t *testing.T) {
	t.Parallel()
	tests := []struct{ tag, dir, name, english string }{
		{"de", "ltr", "Deutsch", "German"},
		{"de-AT", "ltr", "Österreichisches Deutsch", "Austrian German"},
		{"fr", "ltr", "français", "French"},
		{"fr-CA", "ltr", "français canadien", "Canadian French"},
		{"ar", "rtl", "العربية", "Arabic"},
		{"ar-EG", "rtl", "العربية (مصر)", "Arabic (Egypt)"},
		{"he", "rtl", "עברית", "Hebrew"},
		{"fa", "rtl", "فارسی", "Persian"},
		{"ja", "ltr", "日本語", "Japanese"},
		{"zh", "ltr", "中文", "Chinese"},
		{"zh-Hant", "ltr", "繁體中文", "Traditional Chinese"},
		{"nb", "ltr", "norsk bokmål", "Norwegian Bokmål"},
	}
	for _, test := range tests {
		l := load(t, test.tag)
		if l.Dir() != test.dir || l.Name() != test.name {
			t.Errorf("%s: Dir() = %q, Name() = %q", test.tag, l.Dir(), l.Name())
		}
		if got := load(t, "en").NameOf(test.tag); got != test.english {
			t.Errorf("NameOf(%q) in English = %q, want %q", test.tag, got, test.english)
		}
	}
	for tag, want := range map[string]string{"es-AR": "español (Argentina)", "zh-HK": "繁體中文（中國香港特別行政區）", "en-BR": "English"} {
		if got := load(t, tag).Name(); got != want {
			t.Errorf("the name of %s is %q, want %q", tag, got, want)
		}
	}
	if got := load(t, "de").NameOf("es-AR"); got != "Spanisch" {
		t.Error(got)
	}
	for _, in := range locales(t) {
		l := load(t, in)
		if l.Name() == "" {
			t.Errorf("%s has no name", in)
		}
		for _, of := range languages(t) {
			if l.NameOf(of) == "" {
				t.Errorf("%s has no name for %s", in, of)
			}
		}
		for _, of := range []string{"", "xx", "und", "de=", strings.Repeat("x", 10_000)} {
			if name := l.NameOf(of); name != "" {
				t.Errorf("NameOf(%.10q) in %s = %q", of, in, name)
			}
		}
	}
}

// TestDataAreSmall: the data are in every program, and locales stay in memory. It is not
// parallel, as it looks at the memory of the whole process.
func TestDataAreSmall(t *testing.T) {
	const most, each = 400_000, 60_000
	files, err := os.ReadDir("data")
	if err != nil {
		t.Fatal(err)
	}
	var size int64
	for _, file := range files {
		info, err := file.Info()
		if err != nil {
			t.Fatal(err)
		}
		size += info.Size()
	}
	if size > most {
		t.Errorf("the data have %d bytes, and %d is the limit", size, most)
	}
	t.Logf("the data have %d bytes", size)
	for _, tag := range locales(t) {
		const copies = 20
		all := make([]*cldr.Locale, copies)
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		for i := range all {
			all[i] = load(t, tag)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		if used := (int64(after.HeapAlloc) - int64(before.HeapAlloc)) / copies; used > each {
			t.Errorf("%s takes %d bytes of memory, and %d is the limit", tag, used, each)
		}
		runtime.KeepAlive(all)
	}
}

func FuzzLoad(f *testing.F) {
	for _, tag := range []string{"de", "de-AT", "zh-Hant-HK", "ar-EG-u-nu-latn", "x-y", "", "de_", "en-a-bbb-x-a-ccc"} {
		f.Add(tag)
	}
	f.Fuzz(func(t *testing.T, tag string) {
		l, err := cldr.Load(tag)
		if err != nil {
			return
		}
		if l.Tag() == "" || l.Name() == "" || l.Dir() == "" || load(t, l.Tag()).Tag() != l.Tag() {
			t.Errorf("Load(%q) returned the locale %q, %q, %q", tag, l.Tag(), l.Name(), l.Dir())
		}
	})
}
