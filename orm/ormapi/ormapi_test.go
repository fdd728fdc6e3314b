package ormapi_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/orm/ormapi"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/api"
)

type shelf struct {
	ID   int64
	Name string `db:"size=10"`
}

type book struct {
	ID      int64
	Title   string          `db:"size=5,unique" label:"Title"`
	Shelf   *orm.Ref[shelf] `db:"on_delete=protect"`
	Pages   sql.Null[int64] `form:"min=1"`
	Secret  string          `db:"size=10" json:"-"`
	Owner   string          `db:"size=10" json:"of"`
	Version int64           `db:"version"`
}

var (
	id    = orm.Descriptor[orm.Number[*book, int64]]("ID")
	title = orm.Descriptor[orm.Text[*book, string]]("Title")
	in    = orm.Descriptor[orm.NullColumn[*book, orm.Ref[shelf]]]("Shelf")
	pages = orm.Descriptor[orm.NullNumber[*book, int64]]("Pages")
	key   = orm.Descriptor[orm.Text[*book, string]]("Secret")
	owner = orm.Descriptor[orm.Text[*book, string]]("Owner")
)

func resource(db *database.DB) ormapi.Resource[book] {
	return ormapi.Resource[book]{
		DB:    func() *database.DB { return db },
		Show:  []orm.Field[book]{id, title, in, pages, owner},
		Write: []orm.Field[book]{title, in, pages},
		Rows: func(ctx context.Context, verb ormapi.Verb, q *orm.Query[book]) (*orm.Query[book], error) {
			switch verb {
			case ormapi.View:
				return q, nil
			case ormapi.Add:
				return q.Where(owner.Eq("me"), title.Ne("no")), nil
			}
			return q.Where(owner.Eq("me")), nil
		},
		New: func(_ context.Context, row *book) error { row.Owner = "me"; return nil },
	}
}

func build(t *testing.T, s ormapi.Resource[book]) *web.Mux {
	t.Helper()
	r := web.NewRouter()
	r.Group("/books", func(r *web.Router) {
		s.Read(r)
		s.Change(r)
	})
	mux, err := r.Build(web.BuildConfig{ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
		if web.Status(err) >= 500 {
			t.Errorf("%s %s: %v", r.Method, r.URL, err)
		}
		web.WriteError(w, r, err)
	}})
	if err != nil {
		t.Fatal(err)
	}
	return mux
}

func TestResource(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		models, err := orm.NewModels(orm.Group{Module: "library", Models: []orm.Declaration{orm.Model[shelf](), orm.Model[book]()}})
		if err == nil {
			err = orm.Use(db, models)
		}
		if err == nil {
			err = models.CreateTables(t.Context(), db)
		}
		if err == nil {
			err = orm.Create(t.Context(), db, &shelf{Name: "top"})
		}
		if err == nil {
			err = orm.Create(t.Context(), db, &book{Title: "theirs"[:5], Owner: "them", Secret: "s"})
		}
		if err != nil {
			t.Fatal(err)
		}
		mux := build(t, resource(db))
		for _, test := range []struct {
			method, target, body string
			status               int
			want                 string
		}{
			{"POST", "/books/", `{"title":"Emma","shelf":1,"pages":300}`, 201, `{"id":2,"title":"Emma","shelf":1,"pages":300,"of":"me"}`},
			{"POST", "/books/", `{"title":"Emma"}`, 409, `"status":409`},
			{"POST", "/books/", `{"title":"Emmas!"}`, 422, `"pointer":"/title","message":"Use at most 5 characters; these are 6."`},
			{"POST", "/books/", `{"title":"a","pages":0}`, 422, `"pointer":"/pages"`},
			{"POST", "/books/", `{"title":"a","secret":"x"}`, 400, `The field /secret is not known`},
			{"POST", "/books/", `{"title":"no"}`, 403, `You may not add this.`},
			{"PATCH", "/books/2/", `{"shelf":null,"pages":null}`, 200, `{"id":2,"title":"Emma","shelf":null,"pages":null,"of":"me"}`},
			{"PATCH", "/books/1/", `{"title":"x"}`, 404, `"status":404`},
			{"DELETE", "/books/1/", ``, 404, `"status":404`},
			{"GET", "/books/1/", ``, 200, `{"id":1,"title":"their","shelf":null,"pages":null,"of":"them"}`},
			{"DELETE", "/books/2/", ``, 204, ``},
			{"GET", "/books/", ``, 200, `{"items":[{"id":1,"title":"their","shelf":null,"pages":null,"of":"them"}]}`},
		} {
			r := httptest.NewRequest(test.method, test.target, strings.NewReader(test.body))
			r.Header.Set("Content-Type", "application/json")
			rec := httptest.NewRecorder()
			mux.ServeHTTP(rec, r)
			if rec.Code != test.status || !strings.Contains(rec.Body.String(), test.want) {
				t.Errorf("%s %s %s: %d %s, want %d %s", test.method, test.target, test.body, rec.Code, rec.Body, test.status, test.want)
			}
		}
	})
}

type visit struct {
	ID    int64
	At    time.Time
	Tries int64 `db:"default=3"`
	Open  bool  `db:"default=true"`
}

// TestStoredRowsAreAnswered: what was written is answered as it is read later, with the same ETag, and
// what was not sent has the default of its column.
func TestStoredRowsAreAnswered(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		models, err := orm.NewModels(orm.Group{Module: "visits", Models: []orm.Declaration{orm.Model[visit]()}})
		if err == nil {
			err = orm.Use(db, models)
		}
		if err == nil {
			err = models.CreateTables(t.Context(), db)
		}
		if err != nil {
			t.Fatal(err)
		}
		all := []orm.Field[visit]{
			orm.Descriptor[orm.Ordered[*visit, time.Time]]("At"), orm.Descriptor[orm.Number[*visit, int64]]("Tries"), orm.Descriptor[orm.Column[*visit, bool]]("Open"),
		}
		visits := ormapi.Resource[visit]{DB: func() *database.DB { return db }, Show: all, Write: all}
		r := web.NewRouter()
		visits.Read(r)
		visits.Change(r)
		mux, err := r.Build(web.BuildConfig{})
		if err != nil {
			t.Fatal(err)
		}
		send := func(method, target, body string) (string, string) {
			r := httptest.NewRequest(method, target, strings.NewReader(body))
			r.Header.Set("Content-Type", "application/json")
			rec := httptest.NewRecorder()
			mux.ServeHTTP(rec, r)
			return rec.Header().Get("ETag"), rec.Body.String()
		}
		for _, test := range []struct{ method, target, body, want string }{
			{"POST", "/", `{"at":"2026-01-31T18:00:00.123456789+02:00"}`, `"tries":3,"open":true}`},
			{"PATCH", "/1/", `{"at":"2026-02-01T18:00:00.123456789+02:00","open":false}`, `"tries":3,"open":false}`},
			{"POST", "/", `{"at":"2026-01-31T18:00:00Z","tries":0,"open":false}`, `"tries":0,"open":false}`},
		} {
			tag, body := send(test.method, test.target, test.body)
			if !strings.Contains(body, test.want) {
				t.Errorf("%s %s: %s, want %s", test.method, test.body, body, test.want)
			}
			row := "/1/"
			if test.want == `"tries":0,"open":false}` {
				row = "/2/"
			}
			if later, read := send("GET", row, ""); later != tag || read != body {
				t.Errorf("%s %s: answered %s %s, later %s %s", test.method, test.body, tag, body, later, read)
			}
		}
	})
}

func TestResourceIsDescribed(t *testing.T) {
	t.Parallel()
	text, err := api.Describe(api.Info{}, build(t, resource(nil)).Routes()).JSON()
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
	for _, want := range []string{`"Book": {`, `"BookInput": {`, `"BookChange": {`, `"BookList": {`, `"$ref": "#/components/schemas/BookList"`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the document lacks %s:\n%s", want, text)
		}
	}
	if items := doc.Components.Schemas["BookList"].Value.Properties["items"].Value.Items.Ref; items != "#/components/schemas/Book" {
		t.Errorf("the items of a list are %q", items)
	}
	patch := doc.Paths.Value("/books/{id}/").Patch
	schema := patch.RequestBody.Value.Content["application/merge-patch+json"].Schema.Value
	if raw, _ := json.Marshal(schema); !strings.Contains(string(raw), `"title"`) || len(schema.Required) > 0 || strings.Contains(string(text), "ecret") {
		t.Errorf("%s\n%s", raw, text)
	}
}

func TestWrongResourcesAreFoundByBuild(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(s *ormapi.Resource[book]){
		"the field Secret is secret":     func(s *ormapi.Resource[book]) { s.Show = append(s.Show, key) },
		"the resource has no DB":         func(s *ormapi.Resource[book]) { s.DB = nil },
		"the resource shows no field":    func(s *ormapi.Resource[book]) { s.Show = nil },
		"the field Title is named twice": func(s *ormapi.Resource[book]) { s.Write = append(s.Write, title) },
		`there is no field "Nothing"`: func(s *ormapi.Resource[book]) {
			s.Filter = []orm.Field[book]{orm.Descriptor[orm.Text[*book, string]]("Nothing")}
		},
	} {
		s := resource(nil)
		change(&s)
		r := web.NewRouter()
		s.Read(r)
		if _, err := r.Build(web.BuildConfig{}); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "ormapi_test.go:") {
			t.Errorf("%s: %v", want, err)
		}
	}
}

// TestEditStaysInRows: nobody can change a row so that it is not theirs to change any more, such as by giving it
// to somebody else.
func TestEditStaysInRows(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		models, err := orm.NewModels(orm.Group{Module: "library", Models: []orm.Declaration{orm.Model[shelf](), orm.Model[book]()}})
		if err == nil {
			err = orm.Use(db, models)
		}
		if err == nil {
			err = models.CreateTables(t.Context(), db)
		}
		if err == nil {
			err = orm.Create(t.Context(), db, &book{Title: "Emma", Owner: "me"})
		}
		if err != nil {
			t.Fatal(err)
		}
		s := resource(db)
		s.Write = append(s.Write, owner)
		mux := build(t, s)
		for _, test := range []struct {
			body   string
			status int
			want   string
		}{
			{`{"of":"them","title":"Ivan"}`, 403, "You may not change this so."},
			{`{"title":"Anna"}`, 200, `"title":"Anna"`},
		} {
			r := httptest.NewRequest("PATCH", "/books/1/", strings.NewReader(test.body))
			r.Header.Set("Content-Type", "application/merge-patch+json")
			rec := httptest.NewRecorder()
			mux.ServeHTTP(rec, r)
			if rec.Code != test.status || !strings.Contains(rec.Body.String(), test.want) {
				t.Errorf("%s: %d %s, want %d %s", test.body, rec.Code, rec.Body, test.status, test.want)
			}
			row, err := orm.Find[book](t.Context(), db, 1)
			if err != nil || row.Owner != "me" || row.Title == "Ivan" {
				t.Errorf("%s: %+v, %v", test.body, row, err)
			}
		}
	})
}
