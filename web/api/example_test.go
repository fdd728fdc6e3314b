package api_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/api"
)

// snippet: types

// book is what a client gets.
type book struct {
	ID    int64  `json:"id"`
	Title string `json:"title"`
	Cents int64  `json:"cents"`
}

// newBook is what a client sends to add one.
type newBook struct {
	Title string `json:"title" form:"size=100" help:"As on the cover."`
	Cents int64  `json:"cents" form:"min=1"`
}

// search is read from the address.
type search struct {
	Text string `query:"q" help:"A part of the title."`
	Size int    `query:"size" default:"20" form:"min=1,max=100"`
}

// end snippet

type one struct {
	ID int64 `path:"id"`
}

type shop struct{ books []book }

func (s *shop) find(_ context.Context, in search) ([]book, error) {
	var out []book
	for _, b := range s.books {
		if strings.Contains(b.Title, in.Text) && len(out) < in.Size {
			out = append(out, b)
		}
	}
	return out, nil
}

func (s *shop) get(_ context.Context, in one) (book, error) {
	if in.ID < 1 || in.ID > int64(len(s.books)) {
		return book{}, fault.New(fault.NotFound, "There is no such book.")
	}
	return s.books[in.ID-1], nil
}

func (s *shop) add(_ context.Context, in newBook) (book, error) {
	b := book{ID: int64(len(s.books) + 1), Title: in.Title, Cents: in.Cents}
	s.books = append(s.books, b)
	return b, nil
}

// snippet: routes

// routes is the API of the shop.
func (s *shop) routes(r *web.Router) {
	api.Get(r, "/books/", s.find, api.Summary("Find books")).Name("books")
	api.Post(r, "/books/", s.add, api.Summary("Add a book"))
	api.Get(r, "/books/{id:int}/", s.get, api.Summary("A book")).Name("book")
	r.Get("/openapi.json", api.Serve(api.Info{Title: "Books", Version: "1"}))
}

// end snippet

func Example() {
	r := web.NewRouter()
	(&shop{}).routes(r)
	mux, err := r.Build(web.BuildConfig{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, request := range []string{
		`POST /books/ {"title": "Emma", "cents": 900}`,
		`POST /books/ {"title": "Emma", "price": 900}`,
		`GET /books/?q=Em`,
		`GET /books/1/`,
		`GET /books/2/`,
		`GET /books/?size=1000&page=2`,
	} {
		parts := strings.SplitN(request, " ", 3)
		req := httptest.NewRequest(parts[0], parts[1], strings.NewReader(strings.Join(parts[2:], "")))
		req.Header.Set("Content-Type", "application/json")
		rec := httptest.NewRecorder()
		mux.ServeHTTP(rec, req)
		text, _, _ := strings.Cut(rec.Body.String(), `,"error":`)
		fmt.Println(rec.Code, strings.TrimSpace(text))
	}
	// Output:
	// 201 {"id":1,"title":"Emma","cents":900}
	// 400 {"type":"about:blank","title":"Bad Request","status":400,"detail":"The field /price is not known.","errors":[{"pointer":"/price","message":"The field /price is not known."},{"pointer":"/cents","message":"Fill in this field."}]
	// 200 [{"id":1,"title":"Emma","cents":900}]
	// 200 {"id":1,"title":"Emma","cents":900}
	// 404 {"type":"about:blank","title":"Not Found","status":404,"detail":"There is no such book."
	// 400 {"type":"about:blank","title":"Bad Request","status":400,"detail":"The parameter page is not known.","errors":[{"pointer":"","parameter":"size","message":"The most that is possible is 100."},{"pointer":"","parameter":"page","message":"The parameter page is not known."}]
}
