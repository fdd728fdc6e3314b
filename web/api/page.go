package api

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/volaweb/vola/web"
)

//go:embed page.html
var pageHTML string

//go:embed page.css
var pageCSS string

// page is what people read of a document.
type page struct {
	Info    Info
	Style   template.CSS
	Link    string
	Groups  []group
	Schemas map[string]*Schema
}

type group struct {
	Name, ID   string
	Operations []operation
}

type operation struct {
	Method, Path string
	Item         *PathItem
}

// Pages returns a router with a page for people about the routes of the site that it is mounted in, and
// with the document that the page is made of, "openapi.json". A site has it at /docs/api/ in
// development; mount it to have it elsewhere or for everybody:
//
//	r.Mount("/developers/", "developers", api.Pages(api.Info{Title: "Books", Version: "1"}))
func Pages(info Info) *web.Router {
	t := template.Must(template.New("api").Funcs(template.FuncMap{
		"refers":   func(s *Schema) string { return strings.TrimPrefix(s.Ref, "#/components/schemas/") },
		"members":  func(s *Schema) *Schema { of, _ := s.AdditionalProperties.(*Schema); return of },
		"words":    words,
		"required": func(s *Schema, field string) bool { return slices.Contains(s.Required, field) },
	}).Parse(pageHTML))
	r := web.NewRouter()
	r.Get("/", func(w http.ResponseWriter, r *http.Request) error { return writePage(w, t, info) }).AllLanguages()
	r.Get("/openapi.json", Serve(info)).AllLanguages()
	return r
}

func writePage(w http.ResponseWriter, t *template.Template, info Info) error {
	doc := Describe(info, routesOf(w))
	data := page{Info: doc.Info, Style: template.CSS(pageCSS), Link: "openapi.json", Schemas: doc.Components.Schemas}
	for _, op := range doc.operations {
		name := cmp.Or(strings.Join(op.Item.Tags, ", "), "Routes")
		i := slices.IndexFunc(data.Groups, func(g group) bool { return g.Name == name })
		if i < 0 {
			i = len(data.Groups)
			data.Groups = append(data.Groups, group{Name: name, ID: "group-" + strconv.Itoa(i+1)})
		}
		data.Groups[i].Operations = append(data.Groups[i].Operations, op)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, data); err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(pageCSS))
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
	h.Set("Cache-Control", "no-store")
	_, err := w.Write(b.Bytes())
	return err
}

// words says what a schema allows, but for what is in it.
func words(s *Schema) string {
	var kinds, out []string
	switch kind := s.Type.(type) {
	case string:
		kinds = []string{kind}
	case []string:
		kinds = slices.Clone(kind)
	default:
		if len(s.AnyOf) == 0 {
			return "anything"
		}
		return ""
	}
	if s.Format != "" {
		kinds[0] += " (" + s.Format + ")"
	}
	if len(s.Enum) > 0 {
		kinds = nil
		for _, value := range s.Enum {
			text, _ := json.Marshal(value) // of a type's Choices, which the document has too
			kinds = append(kinds, string(text))
		}
	}
	out = append(out, strings.Join(kinds, " or "))
	if s.Minimum != "" {
		out = append(out, "from "+s.Minimum.String())
	}
	if s.Maximum != "" {
		out = append(out, "to "+s.Maximum.String())
	}
	if s.MaxLength != nil {
		out = append(out, fmt.Sprintf("of at most %d characters", *s.MaxLength))
	}
	switch least, most := s.MinItems, s.MaxItems; {
	case least != nil && most != nil && *least == *most:
		out = append(out, fmt.Sprintf("of %d values", *most))
	case least != nil && most != nil:
		out = append(out, fmt.Sprintf("of %d to %d values", *least, *most))
	case least != nil:
		out = append(out, fmt.Sprintf("of at least %d values", *least))
	case most != nil:
		out = append(out, fmt.Sprintf("of at most %d values", *most))
	}
	if s.Default != nil {
		text, _ := json.Marshal(s.Default) // as above
		out = append(out, "by default "+string(text))
	}
	return strings.Join(out, " ")
}
