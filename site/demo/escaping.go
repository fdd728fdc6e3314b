package demo

import (
	"context"
	"html/template"
	"net/url"
	"strings"

	"github.com/volaweb/vola/templates"
)

// maxWord is how many characters a reader can have put into the templates.
const maxWord = 200

// escaping puts a text that a reader writes into several places of a page.
type escaping struct{ *Demos }

func (escaping) Name() string { return "escaping" }

var escapingPage = templates.Page[escapingData]("demo/escaping.html")

type escapingData struct {
	Word   string
	Max    int
	Places []placeData
}

// place is a spot in a page, as a template of one line.
type place struct {
	File string // in the folder places
	What string
}

func places() []place {
	return []place{
		{"text.html", "In the text"},
		{"attribute.html", "In an attribute"},
		{"query.html", "In the query of an address"},
		{"address.html", "As an address"},
		{"script.html", "In a script"},
		{"style.html", "In a style"},
		{"short.html", "Cut to three words"},
		{"slug.html", "As a name in an address"},
	}
}

func (p place) page() templates.PageOf[string] { return templates.Page[string]("places/" + p.File) }

type placeData struct {
	What     string
	Template string
	Source   string // what the template makes of the word
}

// snippet: places

// Show renders each place with the reader's text.
func (e escaping) Show(ctx context.Context, asked url.Values) (template.HTML, error) {
	d := escapingData{Word: `<script>alert("Tom & Jerry's")</script>`, Max: maxWord}
	if asked.Has("word") {
		d.Word = field(asked, "word", maxWord)
	}
	for _, p := range places() {
		source, err := e.render(ctx, p.page().Data(d.Word))
		if err != nil {
			return "", err
		}
		d.Places = append(d.Places, placeData{p.What, p.text(), strings.TrimSpace(string(source))})
	}
	return e.render(ctx, escapingPage.Data(d))
}

// end snippet

// text returns the template itself.
func (p place) text() string {
	text, err := files.ReadFile("templates/places/" + p.File)
	if err != nil {
		return "" // New would have refused it
	}
	return strings.TrimSpace(string(text))
}
