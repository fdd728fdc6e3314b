package jekyll_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/volaweb/vola/site/jekyll"
)

func ExampleInterview() {
	fmt.Println(jekyll.Interview(`<p><strong>Ann:</strong> Why?</p>
<p><strong>Ben:</strong> Because.</p>
<p><strong>Ann:</strong> And then?</p>
<p><strong>Ben:</strong> Nothing.</p>`))
	// Output:
	// <dl class="interview">
	// <div id="q1"><dt><a href="#q1">Ann</a></dt><dd class="question"><p>Why?</p></dd></div>
	// <div><dt>Ben</dt><dd><p>Because.</p></dd></div>
	// <div id="q2"><dt><a href="#q2">Ann</a></dt><dd class="question"><p>And then?</p></dd></div>
	// <div><dt>Ben</dt><dd><p>Nothing.</p></dd></div>
	// </dl>
}

// TestInterviewOrNot decides from Markdown; a plus says that it is one.
func TestInterviewOrNot(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text string }{
		{"+two speakers, four turns", "**A:** x?|**B:** y|**A:** z|**B:** w"},
		{"+colon outside", "**A**: x?|**B**: y|**A** : z|**B**: w"},
		{"+question in bold", "**A: x?**|**B:** y|**A: z**|**B:** w"},
		{"+the other asks", "**A:** x|**B:** y?|**A:** z|**B:** w?"},
		{"+three speakers", "**A:** x?|**B:** y|**C:** z|**A:** w"},
		{"+words before", "Intro.|**A:** x?|**B:** y|**A:** z|**B:** w"},
		{"three turns", "**A:** x?|**B:** y|**A:** z"},
		{"one speaker", "**A:** x?|**A:** y|**A:** z|**A:** w"},
		{"nobody asks", "**A:** x|**B:** y|**A:** z|**B:** w"},
		{"each speaks once", "**A:** x?|**B:** y|**C:** z|**D:** w"},
		{"no colons", "**A** x?|**B** y|**A** z|**B** w"},
		{"an address is no name", "**http://a.example** x?|**http://b.example** y|**http://a.example** z|**B:** w"},
		{"remarks", "**Note:** x?|**Update:** y|**Note:** z|**Update:** w"},
		{"sentences", "**One two three four five:** x?|**B:** y|**One two three four five:** z|**B:** w"},
		{"not at the beginning", "x **A:** y?|x **B:** y|x **A:** z|x **B:** w"},
	}
	for _, test := range tests {
		name, want := strings.CutPrefix(test.name, "+")
		doc, err := jekyll.Parse("2013-10-17-x.md", []byte(strings.ReplaceAll(test.text, "|", "\n\n")), jekyll.Options{})
		if err != nil || doc.Interview != want {
			t.Errorf("%s: %v, %v", name, doc.Interview, err)
		}
		if again := jekyll.Interview(doc.HTML); again != doc.HTML && want {
			t.Errorf("%s: an interview is changed again: %s", name, again)
		}
	}
}
