package api_test

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/api"
)

// describe returns the document of routes, which must be valid.
func describe(t *testing.T, routes func(r *web.Router)) (*openapi3.T, *web.Mux) {
	t.Helper()
	r := web.NewRouter()
	routes(r)
	m, err := r.Build(web.BuildConfig{})
	if err != nil {
		t.Fatal(err)
	}
	text, err := api.Describe(api.Info{}, m.Routes()).JSON()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err == nil {
		err = doc.Validate(t.Context())
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return doc, m
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestSecurity: a document says what a request must have for each route, and the middleware still
// guards, under its own name.
func TestSecurity(t *testing.T) {
	t.Parallel()
	var asked []string
	guard := func(name string) web.Middleware {
		return func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked = append(asked, name)
				next.ServeHTTP(w, r)
			})
		}
	}
	doc, m := describe(t, func(r *web.Router) {
		api.Get(r, "/open/", nothing)
		program := r.Wrap(web.Chain(plain, api.Guarded(guard("token"), api.Bearer("books:read"))))
		api.Get(program, "/program/", nothing)
		api.Get(program.Wrap(api.Guarded(plain, api.Bearer("books:write"))), "/both/", nothing)
		api.Get(r.Wrap(api.Guarded(plain, api.Session("session", "shop.view_book"), api.Bearer("books:read"))), "/either/", nothing)
		api.Get(r.Wrap(api.Guarded(plain, api.Session("admin"))), "/admin/", nothing)
	})
	for path, want := range map[string]string{
		"/open/":    `null`,
		"/program/": `[{"token":["books:read"]}]`,
		"/both/":    `[{"token":["books:read","books:write"]}]`,
		"/either/":  `[{"session":["shop.view_book"]},{"token":["books:read"]}]`,
		"/admin/":   `[{"session2":[]}]`, // of another cookie
	} {
		if got := asJSON(t, doc.Paths.Value(path).Get.Security); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	schemes := asJSON(t, doc.Components.SecuritySchemes)
	for _, want := range []string{`"token":{"description":"A token, in the header Authorization.","scheme":"bearer","type":"http"}`, `"in":"cookie","name":"session","type":"apiKey"`, `"in":"cookie","name":"admin"`} {
		if !strings.Contains(schemes, want) {
			t.Errorf("%s lacks %s", schemes, want)
		}
	}
	if got := send(m, "GET", "/program/", ""); got.Code != 204 || !slices.Equal(asked, []string{"token"}) {
		t.Errorf("%d, asked %q", got.Code, asked)
	}
	for _, route := range m.Routes() {
		if route.Pattern == "/program/" && (len(route.Wrappers) != 2 || route.Wrappers[0] != "api_test.plain" || !strings.HasPrefix(route.Wrappers[1], "api_test.TestSecurity")) {
			t.Errorf("%q", route.Wrappers)
		}
	}
}

func plain(next http.Handler) http.Handler { return next }

func TestGuardedWithoutMiddleware(t *testing.T) {
	t.Parallel()
	r := web.NewRouter()
	api.Get(r.Wrap(api.Guarded(nil, api.Bearer("a"))), "/", nothing)
	if _, err := r.Build(web.BuildConfig{}); err == nil || !strings.Contains(err.Error(), "security_test.go:") {
		t.Error(err)
	}
}

type byNumber struct {
	ID    int64  `path:"id"`
	Deep  bool   `query:"deep"`
	Match string `header:"If-Match" form:""`
}

type byName struct {
	Name string `path:"name"`
	Deep int    `query:"deep"`
}

type renaming struct {
	Name string `path:"name"`
	To   string `json:"to" form:""`
}

type soup struct {
	Name string `json:"name"`
}

type soups struct {
	Items []soup `json:"items"`
}

// TestSharedPaths: routes that differ in converters only are both in the document, which has one path
// for them.
func TestSharedPaths(t *testing.T) {
	t.Parallel()
	doc, _ := describe(t, func(r *web.Router) {
		r.Get("/openapi.json", api.Serve(api.Info{}))
		api.Get(r, "/soups/{id:int}/", func(context.Context, byNumber) (soup, error) { return soup{}, nil }, api.Summary("One soup"))
		api.Get(r.Wrap(api.Guarded(plain, api.Bearer("a"))), "/soups/{name:slug}/", func(context.Context, byName) (soups, error) { return soups{}, nil }, api.Summary("Soups of a name"))
		api.Put(r, "/soups/{name}/", func(context.Context, renaming) (soup, error) { return soup{}, nil })
	})
	if n := doc.Paths.Len(); n != 1 {
		t.Fatalf("%d paths", n)
	}
	path := doc.Paths.Value("/soups/{id}/")
	get := path.Get
	for _, test := range []struct{ got, want string }{
		{get.Summary, "One soup / Soups of a name"},
		{asJSON(t, get.Responses.Value("200").Value.Content["application/json"].Schema), `{"anyOf":[{"$ref":"#/components/schemas/Soup"},{"$ref":"#/components/schemas/Soups"}]}`},
		{asJSON(t, get.Parameters.GetByInAndName("path", "id").Schema), `{"anyOf":[{"format":"int64","minimum":0,"type":"integer"},{"type":"string"}]}`},
		{asJSON(t, get.Parameters.GetByInAndName("query", "deep").Schema), `{"anyOf":[{"type":"boolean"},{"format":"int64","type":"integer"}]}`},
		{asJSON(t, get.Parameters.GetByInAndName("header", "If-Match").Required), `false`},
		{asJSON(t, get.Security), `[{},{"token":["a"]}]`},
		{asJSON(t, path.Put.Parameters.GetByInAndName("path", "id").Schema), `{"type":"string"}`},
	} {
		if test.got != test.want {
			t.Errorf("%s, want %s", test.got, test.want)
		}
	}
}
