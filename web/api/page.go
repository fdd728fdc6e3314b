package api

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
	"slices"
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
	Name       string
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
	r := web.NewRouter()
	r.Get("/", func(w http.ResponseWriter, r *http.Request) error { return writePage(w, info) }).AllLanguages()
	r.Get("/openapi.json", Serve(info)).AllLanguages()
	return r
}

func writePage(w http.ResponseWriter, info Info) error {
	var routes []web.RouteInfo
	if mux := web.MuxOf(w); mux != nil {
		routes = mux.Routes()
	}
	doc := Describe(info, routes)
	data := page{Info: doc.Info, Style: template.CSS(pageCSS), Link: "openapi.json", Schemas: doc.Components.Schemas}
	for _, route := range routes {
		item := doc.Paths[pathOf(route)][strings.ToLower(route.Method)]
		if item == nil {
			continue
		}
		name := strings.Join(item.Tags, ", ")
		i := slices.IndexFunc(data.Groups, func(g group) bool { return g.Name == name })
		if i < 0 {
			i = len(data.Groups)
			data.Groups = append(data.Groups, group{Name: name})
		}
		data.Groups[i].Operations = append(data.Groups[i].Operations, operation{route.Method, pathOf(route), item})
	}
	t, err := template.New("api").Funcs(template.FuncMap{
		"refers": func(s *Schema) string { return strings.TrimPrefix(s.Ref, "#/components/schemas/") },
		"words":  words,
		"required": func(s *Schema, field string) bool {
			return slices.Contains(s.Required, field)
		},
	}).Parse(pageHTML)
	if err != nil {
		return err
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
	_, err = w.Write(b.Bytes())
	return err
}

// words says what a schema allows.
func words(s *Schema) string {
	var out []string
	switch kind := s.Type.(type) {
	case string:
		out = append(out, kind)
	case []string:
		out = append(out, strings.Join(kind, " or "))
	default:
		if len(s.AnyOf) == 0 {
			out = append(out, "anything")
		}
	}
	if s.Format != "" {
		out = append(out, "("+s.Format+")")
	}
	if len(s.Enum) > 0 {
		out = append(out, fmt.Sprintf("one of %v", s.Enum))
	}
	if s.Minimum != "" {
		out = append(out, "from "+s.Minimum.String())
	}
	if s.Maximum != "" {
		out = append(out, "to "+s.Maximum.String())
	}
	if s.MaxLength != nil {
		out = append(out, fmt.Sprintf("of at most %d characters", *s.MaxLength))
	}
	if s.MaxItems != nil {
		out = append(out, fmt.Sprintf("of at most %d", *s.MaxItems))
	}
	return strings.Join(out, " ")
}
