package markup_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/volaweb/vola/site/blog/markup"
	"github.com/volaweb/vola/site/htmltree/harm"
)

func ExampleExcerpt() {
	excerpt, cut := markup.Excerpt(`<p>It's <b>one, two &amp; three, four</b> five.</p>`, 4)
	fmt.Println(excerpt, cut)
	// Output: <p>It's <b>one, two ...</b></p> true
}

func TestExcerpt(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		words int
		text  string
		want  string
		cut   bool
	}{
		{"nothing", 5, "", "", false},
		{"fewer", 5, "<p>one two</p>\n", "<p>one two</p>\n", false},
		{"as many", 2, "<p>one two.</p>", "<p>one two.</p>", false},
		{"one more", 2, "<p>one two, three</p>", "<p>one two ...</p>", true},
		{"the next is in another element", 2, "<p>one two.</p><p>three</p>", "<p>one two ...</p>", true},
		{"only marks follow", 2, "<p>one two</p> !? &amp; <br>", "<p>one two</p> !? &amp; <br>", false},
		{"apostrophe", 2, "it's mine", "it's ...", true},
		{"apostrophe as entity", 2, "it&#39;s mine", "it&#39;s ...", true},
		{"entity is no word", 2, "a &amp; b &copy; c", "a &amp; b ...", true},
		{"no entity", 1, "a & b; c", "a ...", true},
		{"hyphens go on", 1, "well-known-- fact", "well-known-- ...", true},
		{"hyphens do not begin", 2, "--one -two three", "--one -two ...", true},
		{"underscore", 2, "__new__ _ x", "__new__ _ ...", true},
		{"digits and fractions", 3, "3.14 2 x", "3.14 2 ...", true},
		{"letters of the world", 3, "naïve Füße 日本語 x", "naïve Füße 日本語 ...", true},
		{"attributes are no words", 2, `<a title="x y z" href="/u">one</a> two three`, `<a title="x y z" href="/u">one</a> two ...`, true},
		{"greater-than in an attribute", 1, `<a title="x > y">one two</a>`, `<a title="x > y">one ...</a>`, true},
		{"comments are no words", 1, "<!-- a b c -->one two", "one ...", true},
		{"nested", 2, "<ul><li>one <i>two three</i></li></ul>", "<ul><li>one <i>two ...</i></li></ul>", true},
		{"void", 2, `<p>one<br>two<img src="x"><hr/>three</p>`, "<p>one<br>two ...</p>", true},
		{"left open", 9, "<p>one <b>two", "<p>one <b>two</b></p>", false},
		{"crossed", 9, "<b>one <i>two</b> three</i>", "<b>one <i>two</i></b> three", false},
		{"never opened", 9, "one</p> two", "one two", false},
		{"closed by mistake", 1, "<b/>one two", "<b>one ...</b>", true},
		{"upper case", 1, "<P>one <B>two</B></P>", "<P>one ...</p>", true},
		{"less than", 9, "a < b<", "a &lt; b&lt;", false},
		{"a tag that was none", 9, "<<!-- -->script>", "&lt;script>", false},
		{"raw text", 9, "one<textarea><b></textarea> two<plaintext>three", "one two", false},
		{"zero", 0, "<p>one</p>", "", true},
		{"negative", -1, "<p>one</p>", "", true},
		{"ids", 9, `<h2 id="x">One</h2> <a href="#x">two</a> <a id="y" href="/z#x">three</a>`, `<h2>One</h2> <a>two</a> <a href="/z#x">three</a>`, false},
		{"notes count", 3, `<p>one<sup id="fnref:1"><a href="#fn:1">1</a></sup> two three</p>`, "<p>one two ...</p>", true},
		{"cut at a note", 2, `<p>one<sup id="fnref:1"><a href="#fn:1">1</a></sup>, two</p>`, "<p>one ...</p>", true},
		{"list of notes", 9, `<p>one</p><div class="footnotes"><div>x</div><p>note</p></div>`, "<p>one</p>", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, cut := markup.Excerpt(test.text, test.words)
			if got != test.want || cut != test.cut {
				t.Errorf("Excerpt(%q, %d)\n got %q, %v\nwant %q, %v", test.text, test.words, got, cut, test.want, test.cut)
			}
		})
	}
}

func TestExcerptAtHundred(t *testing.T) {
	t.Parallel()
	hundred := "<p>" + strings.TrimSpace(strings.Repeat("word ", 100)) + ".</p>"
	if got, cut := markup.Excerpt(hundred, markup.ExcerptWords); cut || got != hundred {
		t.Errorf("100 words: cut %v, got %q", cut, got)
	}
	got, cut := markup.Excerpt(strings.Replace(hundred, ".</p>", ". More</p>", 1), markup.ExcerptWords)
	if want := strings.Replace(hundred, ".</p>", " ...</p>", 1); !cut || got != want {
		t.Errorf("101 words: cut %v, got %q", cut, got)
	}
}

// FuzzExcerpt checks that tags are whole and matched, and that no more words
// than allowed are left.
func FuzzExcerpt(f *testing.F) {
	for _, seed := range []string{
		"<p>one <b>two</b></p>", "it&#39;s &amp; <br/> x", "<a title='>'>x", "</p></b>", "<", "&", "<p", "a<!-- b", "<p id=x>a<sup id=fnref:1>b</sup>",
		"<script>a b</script>c", "<textarea>a<b>", "<plaintext>a b c", "<x/y/>z", "<A0></", "日本 é-x",
	} {
		f.Add(seed, 2)
	}
	f.Fuzz(func(t *testing.T, text string, words int) {
		words %= 50
		got, cut := markup.Excerpt(text, words)
		if open := harm.Unmatched(got); open != "" {
			t.Errorf("Excerpt(%q, %d) = %q: %s", text, words, got, open)
		}
		if _, more := markup.Excerpt(strings.TrimSuffix(got, " ..."), max(words, 0)); more {
			t.Errorf("Excerpt(%q, %d) = %q: too many words", text, words, got)
		}
		if again, _ := markup.Excerpt(text, words); again != got {
			t.Errorf("Excerpt(%q, %d) differs: %q, %q", text, words, got, again)
		}
		if cut && words > 0 && !strings.Contains(got, " ...") {
			t.Errorf("Excerpt(%q, %d) = %q: cut, but does not say so", text, words, got)
		}
	})
}
