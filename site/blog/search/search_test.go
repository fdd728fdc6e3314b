package search_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/site/blog/search"
)

func Example() {
	terms := search.Terms(`cafe "web server"`)
	for _, p := range search.Extract("In the Café there is a Web  server on a shelf.", terms, 200) {
		if p.Mark {
			fmt.Printf("[%s]", p.Text)
		} else {
			fmt.Print(p.Text)
		}
	}
	// Output: In the [Café] there is a [Web  server] on a shelf.
}

func TestFold(t *testing.T) {
	t.Parallel()
	tests := []struct{ in, want string }{
		{"", ""},
		{"  Two\n\tQueues ", "two queues"},
		{"Čapek's Straße", "capek's straße"},
		{"ﬁne", "fine"},
		{"Łódź", "łodz"},
		{"e\u0301", "e"},
		{"日本", "日本"},
	}
	for _, tt := range tests {
		if got := search.Fold(tt.in); got != tt.want {
			t.Errorf("Fold(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestTerms(t *testing.T) {
	t.Parallel()
	tests := []struct {
		in   string
		want []string
	}{
		{"", nil},
		{" \t ", nil},
		{"Django django DJANGO", []string{"django"}},
		{`"web server" go`, []string{"web server", "go"}},
		{`"never closed`, []string{"never closed"}},
		{`" "`, nil},
		{`C++ C#`, []string{"c++", "c#"}},
		{`* ( ) - + NOT`, []string{"not"}},
		{`title:x OR 1=1; DROP`, []string{"title:x", "or", "1=1", "drop"}},
		{"what is it?", []string{"what", "is", "it"}},
		{"a\x00b", []string{"ab"}},
		{"100% __new__", []string{"100%", "__new__"}},
		{"“curly quotes”", []string{"curly quotes"}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, search.Terms(tt.in)); diff != "" {
			t.Errorf("Terms(%q):\n%s", tt.in, diff)
		}
	}
	if n := len(search.Terms(strings.Repeat("ab cd ef gh ", 1000))); n != 4 {
		t.Errorf("a long query has %d terms", n)
	}
}

func TestExtract(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("before ", 40) + "NEEDLE here " + strings.Repeat("after ", 40)
	tests := []struct {
		name, text, query string
		length            int
		want              string
	}{
		{"short", "A box for the database.", "Database", 100, "A box for the [database]."},
		{"nothing found", "A box", "q", 100, "A box"},
		{"in the middle", long, "needle", 60, "... before before [NEEDLE] here after after after after ..."},
		{"two terms", "one two three two", "two one", 100, "[one] [two] three [two]"},
		{"inside each other", "subclass class", "class subclass", 100, "[subclass] [class]"},
		{"no terms", long, "", 20, "before before before ..."},
		{"no spaces", strings.Repeat("日", 100), "日", 9, "[日][日][日] ..."},
		{"wider when folded", "ŉ", "n", 100, "[ŉ]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			for _, p := range search.Extract(tt.text, search.Terms(tt.query), tt.length) {
				if p.Mark {
					out.WriteString("[" + p.Text + "]")
				} else {
					out.WriteString(p.Text)
				}
			}
			if diff := cmp.Diff(tt.want, out.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// FuzzExtract checks that any query of any text gives a piece of that text.
func FuzzExtract(f *testing.F) {
	f.Add("A box for the database.", `"a box" data*`, 10)
	f.Add("İstanbul ẞ ﷺ e\u0301", "i ss e", 3)
	f.Add("\xff\xfe", "\xff", 0)
	f.Fuzz(func(t *testing.T, text, query string, length int) {
		length = min(max(length, 0), 1000)
		terms := search.Terms(query)
		for _, term := range terms {
			if term == "" || strings.ContainsRune(term, 0) || !utf8.ValidString(term) {
				t.Fatalf("Terms(%q) has %q", query, term)
			}
		}
		var out strings.Builder
		for _, p := range search.Extract(text, terms, length) {
			if p.Text == "" {
				t.Fatal("an empty part")
			}
			out.WriteString(p.Text)
		}
		got := strings.TrimSuffix(strings.TrimPrefix(out.String(), "... "), " ...")
		if !strings.Contains(text, got) {
			t.Fatalf("%q is not a piece of %q", got, text)
		}
		if once := search.Fold(text); search.Fold(once) != once && utf8.ValidString(text) {
			t.Fatalf("folding %q twice gives %q", once, search.Fold(once))
		}
	})
}

// TestExtractHoldsLittle: of a long text no more is read than up to the hit,
// and what is held does not grow with the text.
func TestExtractHoldsLittle(t *testing.T) {
	t.Parallel()
	const pieces = 300
	for name, tt := range map[string]struct {
		piece, want string
		at, read    int // the piece with the hit; how many are read
	}{
		"early":      {"word Needle word ", "[Needle]", 1, 2},
		"late":       {"word Needle word ", "... ", 200, 201},
		"in between": {"nee", "[needle]", 50, 52},
		"nowhere":    {"", " ...", -1, pieces + 1},
	} {
		filler := strings.Repeat("some words. ", 1000)
		read := 0
		next := func() (string, error) {
			read++
			switch {
			case read > pieces:
				return "", nil
			case read == tt.at && tt.piece == "nee":
				return filler + "nee", nil
			case read == tt.at+1 && tt.piece == "nee":
				return "dle" + filler, nil
			case read == tt.at:
				return filler + tt.piece + filler, nil
			}
			return filler, nil
		}
		parts, err := search.ExtractFrom(next, []string{"needle"}, 100)
		var out strings.Builder
		for _, p := range parts {
			if p.Mark {
				out.WriteString("[" + p.Text + "]")
			} else {
				out.WriteString(p.Text)
			}
		}
		if err != nil || !strings.Contains(out.String(), tt.want) || read > tt.read || out.Len() > 130 || tt.at > 0 && !strings.HasPrefix(out.String(), "... ") {
			t.Errorf("%s: %d pieces read, %v: %s", name, read, err, out.String())
		}
	}
	if _, err := search.ExtractFrom(func() (string, error) { return "", fmt.Errorf("no disk") }, []string{"x"}, 100); err == nil {
		t.Error("an error of the reader is lost")
	}
}
