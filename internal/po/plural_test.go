package po_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/volaweb/vola/internal/po"
)

// expressions are plural rules of languages, as their headers have them.
var expressions = []string{
	"nplurals=1; plural=0;",
	"nplurals=2; plural=n != 1;",
	"nplurals=2; plural=n>1;",
	"nplurals=3; plural=n%10==1 && n%100!=11 ? 0 : n != 0 ? 1 : 2;",
	"nplurals=3; plural=n==1 ? 0 : n==2 ? 1 : 2;",
	"nplurals=3; plural=n==1 ? 0 : (n==0 || (n%100 > 0 && n%100 < 20)) ? 1 : 2;",
	"nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);",
	"nplurals=3; plural=(n==1) ? 0 : (n>=2 && n<=4) ? 1 : 2",
	"nplurals=4; plural=n%100==1 ? 0 : n%100==2 ? 1 : n%100==3 || n%100==4 ? 2 : 3;",
	"nplurals=6; plural=n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5;",
	"nplurals=3; plural=(n == 0 || n == 1) ? 0 : n != 0 && n % 1000000 == 0 ? 1 : 2;",
	"nplurals=2; plural=!(n - 1 == 0 * 5 + n / 7) ;",
}

// TestPluralsAsGettextHasThem asks ngettext for the form of many numbers.
func TestPluralsAsGettextHasThem(t *testing.T) {
	t.Parallel()
	msgfmt := os.Getenv("VOLA_TEST_MSGFMT")
	if msgfmt == "" {
		t.Skip("set VOLA_TEST_MSGFMT to the msgfmt of GNU gettext")
	}
	for i, field := range expressions {
		plurals, err := po.ParsePlurals(field)
		if err != nil {
			t.Errorf("%s: %v", field, err)
			continue
		}
		e := po.Entry{ID: "x", Plural: "y"}
		for n := range plurals.Forms {
			e.Text = append(e.Text, fmt.Sprint("form ", n))
		}
		header := po.Entry{Text: []string{"Content-Type: text/plain; charset=UTF-8\nPlural-Forms: " + field + "\n"}}
		dir := t.TempDir()
		messages := filepath.Join(dir, "de", "LC_MESSAGES")
		if err := os.MkdirAll(messages, 0o755); err != nil {
			t.Fatal(err)
		}
		source := filepath.Join(dir, "a.po")
		if err := os.WriteFile(source, (&po.File{Entries: []po.Entry{header, e}}).Append(nil), 0o644); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.CommandContext(t.Context(), msgfmt, "-o", filepath.Join(messages, "a.mo"), source).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", field, err, out)
		}
		for _, n := range []uint64{0, 1, 2, 3, 4, 5, 7, 10, 11, 12, 14, 19, 20, 21, 22, 100, 101, 102, 103, 111, 121, 1_000_000, 1_000_002} {
			cmd := exec.CommandContext(t.Context(), filepath.Join(filepath.Dir(msgfmt), "ngettext"), "-d", "a", "x", "y", fmt.Sprint(n))
			cmd.Env = append(os.Environ(), "TEXTDOMAINDIR="+dir, "LC_ALL=C.UTF-8", "LANGUAGE=de")
			out, err := cmd.Output()
			if err != nil {
				t.Fatal(err)
			}
			if want := fmt.Sprint("form ", plurals.Form(n)); string(out) != want {
				t.Errorf("%s: %d has %s, and %s by ngettext", expressions[i], n, want, out)
			}
		}
	}
}

func TestPluralErrors(t *testing.T) {
	t.Parallel()
	for field, want := range map[string]string{
		"":                                                     "is of the form",
		"nplurals=2":                                           "is of the form",
		"nplurals=0; plural=0":                                 "nplurals=0 is not a number from 1 to 10",
		"nplurals=INTEGER; plural=EXPR":                        "nplurals=INTEGER is not a number",
		"nplurals=2; plural=n":                                 "the expression is 2 for 2, and there are 2 forms",
		"nplurals=2; plural=n%0":                               "divides by zero for 0",
		"nplurals=2; plural=(n!=1":                             "a parenthesis is not closed",
		"nplurals=2; plural=n!=":                               "it ends too early",
		"nplurals=2; plural=n!=1 1":                            `"1" is not expected`,
		"nplurals=2; plural=n?1":                               "a question mark has no colon",
		"nplurals=2; plural=system(1)":                         `"s" is not expected`,
		"nplurals=2; plural=99999999999999999999":              "is too large",
		"nplurals=2; plural=" + strings.Repeat("(", 1000):      "nested more than 100 times",
		"nplurals=2; plural=" + strings.Repeat("n?", 900):      "nested more than 100 times",
		"nplurals=2; plural=" + strings.Repeat("1+", 5000):     "more than 2000 bytes",
		"nplurals=2; plural=" + strings.Repeat("!", 1000) + "": "nested more than 100 times",
	} {
		if _, err := po.ParsePlurals(field); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: %v, want %s", field, err, want)
		}
	}
}

// FuzzParsePlurals must end, and give no form that is not there.
func FuzzParsePlurals(f *testing.F) {
	for _, e := range expressions {
		f.Add(e, uint64(21))
	}
	f.Fuzz(func(t *testing.T, field string, n uint64) {
		p, err := po.ParsePlurals(field)
		if err != nil {
			return
		}
		if form := p.Form(n); form < 0 || form >= p.Forms {
			t.Errorf("%q has form %d of %d for %d", field, form, p.Forms, n)
		}
	})
}
