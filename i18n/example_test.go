package i18n_test

import (
	"context"
	"fmt"
	"net/http"
	"testing/fstest"

	"github.com/volaweb/vola/i18n"
)

// snippet: catalogue
const german = `msgid ""
msgstr ""
"Language: de\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"

msgid "Hello, {name}!"
msgstr "Hallo, {name}!"

msgid "{n} comment"
msgid_plural "{n} comments"
msgstr[0] "ein Kommentar"
msgstr[1] "{n} Kommentare"

msgctxt "verb"
msgid "Post"
msgstr "Absenden"
`

// end snippet

func Example() {
	texts, err := i18n.Load(i18n.Config{
		Languages:  []string{"en", "de"},
		Catalogues: []i18n.Catalogue{{Name: "the shop", Files: fstest.MapFS{"de.po": {Data: []byte(german)}}}}, // usually an embed.FS
	})
	if err != nil {
		panic(err)
	}
	// snippet: texts
	for _, lang := range texts.Languages() {
		fmt.Println(lang.T("Hello, {name}!", "name", "Ann"), lang.TN(1, "{n} comment", "{n} comments"), lang.TN(3, "{n} comment", "{n} comments"))
		fmt.Println(lang.TC("verb", "Post"), lang.T("Not translated."))
	}
	// end snippet

	// Output:
	// Hello, Ann! 1 comment 3 comments
	// Post Not translated.
	// Hallo, Ann! ein Kommentar 3 Kommentare
	// Absenden Not translated.
}

func ExampleFrom() {
	// snippet: from
	saved := func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, i18n.From(r.Context()).T("Your comment was saved."))
	}
	// end snippet
	_ = saved
	fmt.Println(i18n.From(context.Background()).T("Your comment was saved."))
	// Output: Your comment was saved.
}
