package i18n_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/volaweb/vola/i18n"
)

// TestValuesOfPlurals: a form may do without a value that one of the texts does without, and
// no form has one that neither has.
func TestValuesOfPlurals(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ one, many, first, second, want string }{
		{"A comment by {user}", "{n} comments", "Ein Kommentar von {user}", "{n} Kommentare", ""},
		{"A comment by {user}", "{n} comments", "Ein Kommentar", "{n} Kommentare", ""},
		{"A comment", "{n} comments on {post}", "Ein Kommentar", "{n} Kommentare zu {post}", ""},
		{"{user} has a comment", "{user} has {n} comments", "{user} hat", "{user} hat {n}", ""},
		{"{user} has a comment", "{user} has {n} comments", "{user} hat", "hat {n}", "lacks {user}"},
		{"A comment", "{n} comments", "Ein Kommentar", "{m} Kommentare", "has {m}"},
		{"{user}", "{n}", "{post}", "{n}", "has {post}"},
	} {
		text := "msgid \"\"\nmsgstr \"Plural-Forms: nplurals=2; plural=(n != 1);\\n\"\n\nmsgid \"" + tt.one + "\"\nmsgid_plural \"" + tt.many +
			"\"\nmsgstr[0] \"" + tt.first + "\"\nmsgstr[1] \"" + tt.second + "\"\n"
		files := fstest.MapFS{"de.po": {Data: []byte(text)}}
		_, err := i18n.Load(i18n.Config{Languages: []string{"en", "de"}, Catalogues: []i18n.Catalogue{{Name: "x", Files: files}}})
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: %v, want %q", text, err, tt.want)
		}
	}
}
