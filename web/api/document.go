package api

import (
	"cmp"
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/volaweb/vola/internal/fieldrules"
	"github.com/volaweb/vola/web"
)

// Info is what a document says of itself.
type Info struct {
	Title       string `json:"title"`
	Version     string `json:"version"`
	Description string `json:"description,omitempty"`
}

// Document is a description of routes in the form of OpenAPI 3.1.
type Document struct {
	OpenAPI    string                          `json:"openapi"`
	Info       Info                            `json:"info"`
	Servers    []Server                        `json:"servers,omitempty"`
	Paths      map[string]map[string]*PathItem `json:"paths"` // by path and method, in small letters
	Components Components                      `json:"components"`

	operations []operation // in the order of the routes
}

// Server is where the routes are.
type Server struct {
	URL string `json:"url"`
}

// Components are what the paths refer to.
type Components struct {
	Schemas         map[string]*Schema        `json:"schemas"`
	SecuritySchemes map[string]SecurityScheme `json:"securitySchemes,omitempty"`
}

// PathItem is an operation of a path.
type PathItem struct {
	OperationID string                 `json:"operationId"`
	Tags        []string               `json:"tags,omitempty"`
	Summary     string                 `json:"summary,omitempty"`
	Description string                 `json:"description,omitempty"`
	Parameters  []Parameter            `json:"parameters,omitempty"`
	RequestBody *RequestBody           `json:"requestBody,omitempty"`
	Responses   map[string]*ResponseOf `json:"responses"`
	// Security is what a request must have: one of them. None is nothing, and so is an empty one.
	Security []Requirement `json:"security,omitempty"`
}

// Parameter is a part of the path, of the address or of the header.
type Parameter struct {
	Name        string  `json:"name"`
	In          string  `json:"in"` // "path", "query" or "header"
	Description string  `json:"description,omitempty"`
	Required    bool    `json:"required,omitempty"`
	Schema      *Schema `json:"schema"`
}

// RequestBody is what is sent.
type RequestBody struct {
	Required bool               `json:"required,omitempty"`
	Content  map[string]Content `json:"content"`
}

// ResponseOf is an answer.
type ResponseOf struct {
	Description string             `json:"description"`
	Content     map[string]Content `json:"content,omitempty"`
}

// Content is the form of a body.
type Content struct {
	Schema *Schema `json:"schema"`
}

// Describe returns the document about those of the routes that are declared with
// [web.Route.API]. Those that this package did not make have no input and no output in it. Routes whose
// patterns differ in converters and names of parameters only share an entry, as OpenAPI has neither.
func Describe(info Info, routes []web.RouteInfo) *Document {
	b := &describer{
		doc: &Document{OpenAPI: "3.1.0", Info: info, Paths: map[string]map[string]*PathItem{}},
		ids: map[string]bool{}, shapes: map[string]string{},
	}
	b.doc.Info.Title = cmp.Or(info.Title, "API")
	b.doc.Info.Version = cmp.Or(info.Version, "0")
	named := map[string]*Schema{}
	b.in = &schemas{input: true, named: named, names: map[typeName]string{}}
	b.change = &schemas{input: true, partial: true, named: named, names: map[typeName]string{}}
	b.out = &schemas{named: named, names: map[typeName]string{}}
	b.problem = b.out.of(reflect.TypeFor[web.Problem]())
	for _, route := range routes {
		if route.API && route.Method != "ANY" {
			b.add(route)
		}
	}
	b.doc.Components.Schemas = named
	return b.doc
}

type describer struct {
	doc     *Document
	in, out *schemas
	change  *schemas
	problem *Schema
	ids     map[string]bool
	shapes  map[string]string // of a path, without the names of parameters, to the path in the document
}

// add describes a route.
func (b *describer) add(route web.RouteInfo) {
	op, typed := route.Description.(Operation)
	if op.Hidden || strings.HasSuffix(route.Pattern, "/...") {
		return
	}
	path, names := b.sharedPath(pathOf(route))
	b.in.called, b.change.called, b.out.called = op.Names, op.Names, op.Names
	namespace, _, found := strings.Cut(route.Name, ":")
	if !found {
		namespace = ""
	}
	item := &PathItem{
		OperationID: b.id(route), Summary: op.Summary, Description: op.Help, Responses: map[string]*ResponseOf{},
	}
	if tag := cmp.Or(op.Tag, namespace); tag != "" {
		item.Tags = []string{tag}
	}
	if typed {
		b.describe(item, op, route)
	} else {
		item.Parameters = pathParameters(route, nil)
		item.Responses["200"] = &ResponseOf{Description: http.StatusText(http.StatusOK)}
	}
	item.Responses["default"] = &ResponseOf{Description: "What went wrong", Content: map[string]Content{"application/problem+json": {b.problem}}}
	for i := range route.Params { // they come first, in the order of the path
		item.Parameters[i].Name = names[i]
	}
	item.Security = b.security(route)
	if b.doc.Paths[path] == nil {
		b.doc.Paths[path] = map[string]*PathItem{}
	}
	if there := b.doc.Paths[path][strings.ToLower(route.Method)]; there != nil {
		there.either(item)
		return
	}
	b.doc.Paths[path][strings.ToLower(route.Method)] = item
	b.doc.operations = append(b.doc.operations, operation{route.Method, path, item})
}

// describe fills in what is known of a route that this package has made.
func (b *describer) describe(item *PathItem, op Operation, route web.RouteInfo) {
	in, err := inputOf(op.Input, route.Method)
	if err != nil {
		return // Build has refused it
	}
	item.Parameters = pathParameters(route, in)
	for _, p := range in.fields {
		if p.place == "path" {
			continue
		}
		param := Parameter{Name: p.name, In: p.place, Required: p.rules.Set && !p.rules.Optional && p.byDef == "", Schema: b.parameter(p)}
		param.Description, param.Schema.Description = param.Schema.Description, ""
		item.Parameters = append(item.Parameters, param)
	}
	if in.body {
		kind, schema := "application/json", b.in.of(op.Input)
		if op.Partial {
			kind, schema = "application/merge-patch+json", b.change.of(op.Input)
		}
		item.RequestBody = &RequestBody{Required: true, Content: map[string]Content{kind: {schema}}}
	}
	answer := &ResponseOf{Description: cmp.Or(http.StatusText(op.Status), "Success")}
	if op.Status != http.StatusNoContent {
		answer.Content = map[string]Content{"application/json": {b.out.of(op.Output)}}
	}
	item.Responses[strconv.Itoa(op.Status)] = answer
}

// parameter returns the schema of a parameter.
func (b *describer) parameter(p parameter) *Schema {
	plain := p.StructField
	for plain.Type.Kind() == reflect.Pointer {
		plain.Type = plain.Type.Elem() // a parameter is there or not, but not null
	}
	s := b.in.field(plain, p.rules, false)
	if p.byDef != "" {
		v := reflect.New(plain.Type).Elem()
		if setText(v, p.byDef) == nil {
			s.Default = v.Interface()
		}
	}
	return s
}

// pathParameters describes what the pattern of a route has, by the fields of the input if they
// are known.
func pathParameters(route web.RouteInfo, in *input) []Parameter {
	var out []Parameter
	for _, p := range route.Params {
		s := &Schema{Type: "string"}
		switch p.Converter {
		case "int":
			s = &Schema{Type: "integer", Format: "int64", Minimum: "0"}
		case "uuid":
			s.Format = "uuid"
		}
		param := Parameter{Name: p.Name, In: "path", Required: true, Schema: s}
		if in != nil {
			if i := slices.IndexFunc(in.fields, func(f parameter) bool { return f.place == "path" && f.name == p.Name }); i >= 0 {
				f := (&schemas{input: true}).field(in.fields[i].StructField, fieldrules.Rules{}, false)
				param.Description = f.Description
			}
		}
		out = append(out, param)
	}
	return out
}

// pathOf returns the pattern of a route without converters.
func pathOf(route web.RouteInfo) string {
	path := route.Pattern
	for _, p := range route.Params {
		path = strings.Replace(path, "{"+p.Name+":"+p.Converter+"}", "{"+p.Name+"}", 1)
	}
	return path
}

// id returns a name for an operation that no other has.
func (b *describer) id(route web.RouteInfo) string {
	id := strings.ToLower(route.Method) + "_" + strings.Trim(unnamed.ReplaceAllString(cmp.Or(route.Name, route.Pattern), "_"), "_")
	for n, base := 2, id; b.ids[id]; n++ {
		id = base + "_" + strconv.Itoa(n)
	}
	b.ids[id] = true
	return id
}

// Serve returns a handler that answers with the document about the routes of the site
// that it is part of:
//
//	r.Get("/api/openapi.json", api.Serve(api.Info{Title: "Books", Version: "1"}))
//
// It is made for each request, and meant for few of them.
func Serve(info Info) web.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		return web.JSON(w, http.StatusOK, Describe(info, routesOf(w)))
	}
}

// routesOf returns the routes of the site that answers.
func routesOf(w http.ResponseWriter) []web.RouteInfo {
	if mux := web.MuxOf(w); mux != nil {
		return mux.Routes()
	}
	return nil
}

// JSON returns the document as text, with indents.
func (d *Document) JSON() ([]byte, error) { return json.MarshalIndent(d, "", "  ") }
