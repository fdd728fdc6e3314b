package api_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/volaweb/vola/civil"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/api"
)

type colour string

func (colour) Choices() []struct{ Value any } {
	return []struct{ Value any }{{colour("red")}, {colour("blue")}}
}

type tree struct {
	Name     string            `json:"name"`
	Children []tree            `json:"children"`
	Parent   *tree             `json:"parent,omitempty"`
	At       time.Time         `json:"at"`
	Day      *civil.Date       `json:"day"`
	Colour   *colour           `json:"colour"`
	Labels   map[string]string `json:"labels"`
	Any      any               `json:"any"`
	Pair     [2]float64        `json:"pair"`
	Count    int64             `json:"count,string"`
	Inline   struct {
		A bool `json:"a"`
	} `json:"inline"`
	Several []struct {
		B bool `json:"b" help:"One of several."`
	} `json:"several"`
}

type pageOf[T any] struct {
	Items []T `json:"items"`
}

type everything struct {
	Key    string     `path:"key" help:"Of the tree."`
	Since  civil.Date `query:"since"`
	Only   []colour   `query:"only"`
	Limit  *int       `query:"limit"`
	Match  string     `header:"If-Match" form:""`
	Email  string     `json:"email" form:"email"`
	Trees  []tree     `json:"trees" form:"optional,max=3"`
	Number float64    `json:"number" form:"min=0.5,max=2"`
}

func put(_ context.Context, in everything) (pageOf[tree], error) {
	return pageOf[tree]{Items: []tree{{Name: in.Key + in.Match + in.Email, Any: 1, Labels: map[string]string{"since": in.Since.String()}}}}, nil
}

func nothing(context.Context, api.Nothing) (api.Nothing, error) { return api.Nothing{}, nil }

func mux(t *testing.T) *web.Mux {
	t.Helper()
	r := web.NewRouter()
	routes(r)
	m, err := r.Build(web.BuildConfig{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// routes registers handlers of all kinds.
func routes(r *web.Router) {
	(&shop{books: []book{{1, "Emma", 900}}}).routes(r)
	r.Group("/trees/{key}", func(r *web.Router) {
		api.Put(r, "", put, api.Tag("forest"), api.Help("Replaces the trees.")).Name("trees")
		api.Delete(r, "", nothing)
		api.Get(r, "/hidden", nothing, api.Hidden())
	})
	r.API().Get("/plain/{id:uuid}/", api.Serve(api.Info{}))
	r.Get("/page/", api.Serve(api.Info{}))
}

func send(m *web.Mux, method, target, body string, header ...string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, target, strings.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	m.ServeHTTP(rec, req)
	return rec
}

func TestInputIsRead(t *testing.T) {
	t.Parallel()
	m := mux(t)
	const body = `{"email":"a@example.org","number":1}`
	for _, test := range []struct {
		target, body, match string
		status              int
		want                string
	}{
		{"/trees/k?since=2026-01-31&only=red&only=blue&limit=3", body, "v1", 200, `"name":"kv1a@example.org"`},
		{"/trees/k?since=2026-01-31", body, "v1", 200, `"since":"2026-01-31"`},
		{"/trees/k", body, "", 422, `"parameter":"If-Match","message":"The value of If-Match is missing."`},
		{"/trees/k?since=today", body, "v1", 400, `\"today\" and must be date`},
		{"/trees/k?limit=1&limit=2", body, "v1", 400, `several times`},
		{"/trees/k?limit=1.5", body, "v1", 400, `must be int64`},
		{"/trees/k?only=green", body, "v1", 422, `Choose one of the options.`},
		{"/trees/k?limt=1", body, "v1", 400, `did you mean limit?`},
		{"/trees/k?a=%zz", body, "v1", 400, `damaged`},
		{"/trees/k", `{"email":"a","number":3}`, "v1", 422, `"pointer":"/number","message":"The most that is possible is 2."`},
		{"/trees/k", `{"email":"a@example.org","number":1,"Key":"x"}`, "v1", 400, `The field /Key is not known`},
	} {
		rec := send(m, "PUT", test.target, test.body, "If-Match", test.match)
		if rec.Code != test.status || !strings.Contains(rec.Body.String(), test.want) {
			t.Errorf("%s %s: %d %s, want %d %s", test.target, test.body, rec.Code, rec.Body, test.status, test.want)
		}
	}
	if rec := send(m, "DELETE", "/trees/k", ""); rec.Code != 204 || rec.Body.Len() > 0 {
		t.Error(rec.Code, rec.Body)
	}
}

// TestDocumentIsValid: kin-openapi takes what we write, and finds what we say of the routes.
func TestDocumentIsValid(t *testing.T) {
	t.Parallel()
	doc := api.Describe(api.Info{Title: "Test", Version: "1"}, mux(t).Routes())
	text, err := doc.JSON()
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if err := loaded.Validate(context.Background()); err != nil {
		t.Errorf("%v\n%s", err, text)
	}
	const golden = "testdata/openapi.json"
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(golden, append(text, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || string(want) != string(text)+"\n" {
		t.Errorf("the document is not that of %s (%v); with UPDATE_GOLDEN=yes the test writes it", golden, err)
	}
}

// TestAnswersAreAsDescribed: an answer fits the schema that the document has for it.
func TestAnswersAreAsDescribed(t *testing.T) {
	t.Parallel()
	m := mux(t)
	text, err := api.Describe(api.Info{}, m.Routes()).JSON()
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		method, target, body, path, status, kind string
	}{
		{"GET", "/books/", "", "/books/", "200", "application/json"},
		{"POST", "/books/", `{"title":"a","cents":1}`, "/books/", "201", "application/json"},
		{"POST", "/books/", `{"titel":"a"}`, "/books/", "default", "application/problem+json"},
		{"PUT", "/trees/k", `{"email":"a@example.org","number":1}`, "/trees/{key}", "200", "application/json"},
	} {
		rec := send(m, test.method, test.target, test.body, "If-Match", "x")
		var value any
		if err := json.Unmarshal(rec.Body.Bytes(), &value); err != nil {
			t.Fatalf("%+v: %d %s", test, rec.Code, rec.Body)
		}
		op := loaded.Paths.Value(test.path).GetOperation(test.method)
		schema := op.Responses.Value(test.status).Value.Content[test.kind].Schema.Value
		if err := schema.VisitJSON(value); err != nil {
			t.Errorf("%+v: %v\n%s", test, err, rec.Body)
		}
	}
}

func TestWrongInputIsFoundByBuild(t *testing.T) {
	t.Parallel()
	type inBody struct{ A int }
	type inPath struct {
		A int `path:"b"`
	}
	type channel struct {
		A chan int `query:"a"`
	}
	type bad struct {
		A int `query:"a" default:"x"`
	}
	for name, register := range map[string]func(r *web.Router){
		"is of the body, which GET does not have": func(r *web.Router) {
			api.Get(r, "/", func(context.Context, inBody) (int, error) { return 0, nil })
		},
		"has no parameter b": func(r *web.Router) {
			api.Get(r, "/{a}/", func(context.Context, inPath) (int, error) { return 0, nil })
		},
		"cannot be read from text": func(r *web.Router) {
			api.Get(r, "/", func(context.Context, channel) (int, error) { return 0, nil })
		},
		"its default": func(r *web.Router) {
			api.Get(r, "/", func(context.Context, bad) (int, error) { return 0, nil })
		},
		"must be a struct": func(r *web.Router) {
			api.Post(r, "/", func(context.Context, int) (int, error) { return 0, nil })
		},
		"status of a success is 404": func(r *web.Router) { api.Get(r, "/", nothing, api.Answers(404)) },
		"input <nil>: it must be": func(r *web.Router) {
			api.Untyped(r, "GET", "/", api.Operation{}, func(http.ResponseWriter, *http.Request, any) (any, error) { return nil, nil })
		},
		"has no Output": func(r *web.Router) {
			api.Untyped(r, "GET", "/", api.Operation{Input: reflect.TypeFor[api.Nothing]()}, func(http.ResponseWriter, *http.Request, any) (any, error) { return nil, nil })
		},
		"the handler is nil": func(r *web.Router) { api.Get[api.Nothing, int](r, "/", nil) },
	} {
		r := web.NewRouter()
		register(r)
		if _, err := r.Build(web.BuildConfig{}); err == nil || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), "api_test.go:") {
			t.Errorf("%s: %v", name, err)
		}
	}
	m := mux(t)
	if route, ok := m.Lookup("trees"); !ok || route.Handler != "api_test.put" || !strings.Contains(route.Source, "api_test.go:") {
		t.Errorf("%+v", route)
	}
}
