package passwords_test

import (
	"bufio"
	"os"
	"strings"
	"testing"

	"github.com/volaweb/vola/contrib/auth/passwords"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/i18n"
)

const (
	short   = "The password is too short. It needs at least {n} characters."
	long    = "The password is too long. It can have at most {n} characters."
	untyped = "The password has characters that cannot be typed."
	common  = "This password is one of the most common. Choose one that is harder to guess."
	words   = "This password is easy to guess from your name, your address or the name of this site."
	pattern = "This password is a simple pattern. Choose one that is harder to guess."
)

func message(text string, n string) string { return strings.ReplaceAll(text, "{n}", n) }

func TestRules(t *testing.T) {
	t.Parallel()
	known := passwords.Rules{Words: []string{"Vola Weblog", "annika", "Annika.Smith-Jones@example.org", "", "x", "\xff"}}
	factor := passwords.Rules{MinLength: passwords.MinLengthWithFactor}
	for _, tt := range []struct {
		rules    passwords.Rules
		password string
		want     string
	}{
		// Length, in code points.
		{passwords.Rules{}, "", message(short, "12")},
		{passwords.Rules{}, "kV7#mPq2xLw", message(short, "12")},
		{passwords.Rules{}, "kV7#mPq2xLwz", ""},
		{passwords.Rules{}, "käse-brot-ö", message(short, "12")},
		{passwords.Rules{}, "käse-brot-öl", ""},
		{passwords.Rules{}, "字密码安全测试很长的密", message(short, "12")},
		{passwords.Rules{}, "字密码安全测试很长的密句", ""},
		{factor, "kV7#mPq", message(short, "8")},
		{factor, "kV77mPqq", ""},
		{passwords.Rules{MinLength: 1}, "kV7#mPq", message(short, "8")},
		{passwords.Rules{MinLength: -9}, "kV7#mPq", message(short, "8")},
		{passwords.Rules{MinLength: passwords.MinLengthStrict}, "kV7#mPq2xLwz.B", message(short, "15")},
		{passwords.Rules{MinLength: passwords.MinLengthStrict}, "kV7#mPq2xLwz.B!", ""},
		{passwords.Rules{}, sentence(256), ""},
		{passwords.Rules{}, sentence(257), message(long, "256")},
		{passwords.Rules{}, strings.Repeat("x", 1<<20), message(long, "256")},
		{passwords.Rules{}, strings.Repeat("\U0001f600", 256), pattern},
		{passwords.Rules{}, strings.Repeat("\U0001f600", 257), message(long, "256")},

		// What cannot be typed again.
		{passwords.Rules{}, "kV7#mPq2\x00xLwz", untyped},
		{passwords.Rules{}, "kV7#mPq2\nxLwz", untyped},
		{passwords.Rules{}, "kV7#mPq2\xffxLwz", untyped},
		{passwords.Rules{}, "kV7# mPq2 xLwz ", ""},

		// Common ones.
		{passwords.Rules{}, "administrator", common},
		{passwords.Rules{}, "AdministratoR", common},
		{passwords.Rules{}, "administrator1", common},
		{passwords.Rules{}, "administrator123!", common},
		{passwords.Rules{}, "administrator12345", ""},
		{passwords.Rules{}, "justinbieber", common},
		{passwords.Rules{}, "unbelievable", common},
		{factor, "password", common},
		{factor, "Password1", common},
		{factor, "letmein1", common},
		{passwords.Rules{}, "correct horse battery", ""},

		// Words about the user and the site.
		{known, "volaweblog2026", words},
		{known, "Vola-Weblog!!", words},
		{known, "v0l@w3b1og2026", words},
		{known, "annika-annika", words},
		{known, "annikaSmith77", words},
		{known, "4nn1k45m17h!!", words},
		{known, "smith.jones.example", words},
		{known, "annika.smith-jones@example.org", words},
		{known, "annika83927461", words},
		{known, "annika839274610583", ""}, // 12 digits would do alone
		{known, "annika-tall-tree", ""},
		{known, "839274610583", ""},
		{passwords.Rules{Words: []string{"li", "--"}}, "li-83927-xk-ö", ""},
		{passwords.Rules{Words: []string{strings.Repeat("long", 1000)}}, "long-83927-xk", ""},
		{passwords.Rules{Words: []string{"Müller"}}, "MU\u0308LLER-2026!", words},
		{passwords.Rules{Words: []string{"bob2026x"}}, "bob2026x!!!!", words},

		// Patterns.
		{passwords.Rules{}, "aaaaaaaaaaaa", common},
		{passwords.Rules{}, "aaaaaaaaaaab", pattern},
		{passwords.Rules{}, "eeeeeeeeeeeee", pattern},
		{passwords.Rules{}, "abcabcabcabc", pattern},
		{passwords.Rules{}, "kV7#mPkV7#mP", pattern},
		{passwords.Rules{}, "kV7#mPkV7#mPk", pattern},
		{passwords.Rules{}, "kV7#mPq2xLwzkV7#mPq2xLwz", ""},
		{passwords.Rules{}, "abcdefghijkl", common},
		{passwords.Rules{}, "lkjihgfedcba", pattern},
		{passwords.Rules{}, "defghijklmn0", pattern},
		{passwords.Rules{}, "zyxwvuts4321", pattern},
		{passwords.Rules{}, "qwertyuiop[1", common},
		{passwords.Rules{}, "QWERTZUIOPasdf", pattern},
		{passwords.Rules{}, "5tgb6yhn7ujm", common},
		{passwords.Rules{}, "!@#$%^&*()_+", pattern},
		{passwords.Rules{}, "aabbccddeeffgghh", pattern},
		{passwords.Rules{}, "αβγδεζηθικλμ", pattern},
		{factor, "bcdefghi", pattern},
		{passwords.Rules{}, "expertpowers", ""},
		{passwords.Rules{}, "123-tulip-bay", ""},
	} {
		err := tt.rules.Check(tt.password)
		if got := fault.Message(err); got != tt.want || err != nil && fault.KindOf(err) != fault.Invalid {
			t.Errorf("%.40q: %q, want %q", tt.password, got, tt.want)
		}
	}
}

// sentence returns n different enough characters.
func sentence(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteByte("kzpvmwqx"[i*i*7%8] + byte(i*i%3))
		if i%5 == 4 {
			b.WriteByte(byte('0' + i*i*i%7))
		}
	}
	return b.String()[:n]
}

// TestMessagesAreTranslated: the texts are those of catalogues, with their values.
func TestMessagesAreTranslated(t *testing.T) {
	t.Parallel()
	err := passwords.Rules{}.Check("x")
	l := i18n.From(t.Context())
	if got := fault.MessageIn(err, func(message string, values ...any) string { return "<" + message + "> " + l.T(message, values...) }); got != "<"+short+"> "+message(short, "12") {
		t.Error(got)
	}
}

// TestCommon: the list has what it says, and all that it was made of is refused.
func TestCommon(t *testing.T) {
	t.Parallel()
	list := passwords.Common()
	if len(list) != 5*100_000 {
		t.Fatalf("%d bytes", len(list))
	}
	for at := 5; at < len(list); at += 5 {
		if list[at-5:at] >= list[at:at+5] {
			t.Fatalf("entry %d is not sorted, or there twice", at/5)
		}
	}

	// The first lines of one of the lists that it was made of.
	listed, err := os.Open("testdata/common.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer listed.Close()
	n := 0
	for lines := bufio.NewScanner(listed); lines.Scan(); n++ {
		if !passwords.IsCommon(list, strings.ToLower(lines.Text())) {
			t.Errorf("%q is not in the list", lines.Text())
		}
		if err := (passwords.Rules{MinLength: passwords.MinLengthWithFactor}).Check(lines.Text()); err == nil {
			t.Errorf("%q is not refused", lines.Text())
		}
	}
	if n < 20 {
		t.Errorf("%d lines", n)
	}

	// What the script makes of a small list.
	small, err := os.ReadFile("../../../scripts/commonpasswords/testdata/common.bin")
	if err != nil || len(small) != 5*6 {
		t.Fatal(len(small), err)
	}
	for password, want := range map[string]bool{
		"trustno1-trustno1": true, "sunflower-seeds": true, "one-too-many": true, "swordfish": true, "mixedcase": true, "password": true,
		"lettersonly": false, "short": false, "MixedCase": false, "": false,
	} {
		if passwords.IsCommon(string(small), password) != want {
			t.Errorf("%q: %v", password, !want)
		}
	}
	if passwords.IsCommon("", "password") {
		t.Error("an empty list has a password")
	}
}
