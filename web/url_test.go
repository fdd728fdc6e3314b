package web_test

import (
	"strings"
	"testing"

	"github.com/volaweb/vola/web"
)

type (
	slug string
	id   uint16
	uuid [2]byte
)

func (uuid) String() string { return "123e4567-e89b-12d3-a456-426614174000" }

func named(t *testing.T) *web.Mux {
	t.Helper()
	r := web.NewRouter()
	r.Get("/", hello).Name("home")
	r.Get("/{year:int}/{month:int}/{slug:slug}/", hello).Name("blog:post")
	r.Get("/t/{name}", hello).Name("topic")
	r.Get("/über uns/{name}.html", hello).Name("about")
	r.Get("/u/{id:uuid}", hello).Name("user")
	r.Get("/f/{rest:path}", hello).Name("file")
	r.Get("/.{x}", hello).Name("hidden")
	return build(t, r)
}

func TestURL(t *testing.T) {
	t.Parallel()
	mux := named(t)
	tests := []struct {
		name string
		args []any
		want string
	}{
		{"home", nil, "/ <nil>"},
		{"blog:post", []any{1937, int64(4), "minor-swing"}, "/1937/4/minor-swing/ <nil>"},
		{"blog:post", []any{"1937", id(4), slug("x")}, "/1937/4/x/ <nil>"},
		{"topic", []any{"a b/c"}, ` route "topic": parameter name: "a b/c" is not a value for str`},
		{"topic", []any{"50% ü?#;"}, "/t/50%25%20%C3%BC%3F%23%3B <nil>"},
		{"topic", []any{`\evil`}, "/t/%5Cevil <nil>"},
		{"topic", []any{12}, "/t/12 <nil>"},
		{"about", []any{"x"}, "/%C3%BCber%20uns/x.html <nil>"},
		{"user", []any{uuid{}}, "/u/123e4567-e89b-12d3-a456-426614174000 <nil>"},
		{"file", []any{"a b/c%2Fd/"}, "/f/a%20b/c%252Fd/ <nil>"},
		{"file", []any{"../x"}, ` route "file": parameter rest: "../x" has control characters, invalid UTF-8 or dot segments`},
		{"file", []any{"/x"}, ` route "file": parameter rest: "/x" is not a value for path`},
		{"hidden", []any{"."}, ` route "hidden": parameter x: "." has control characters, invalid UTF-8 or dot segments`},
		{"hidden", []any{"x"}, "/.x <nil>"},
		{"topic", []any{""}, ` route "topic": parameter name: "" is not a value for str`},
		{"topic", []any{".."}, ` route "topic": parameter name: ".." has control characters, invalid UTF-8 or dot segments`},
		{"topic", []any{"a\nb"}, ` route "topic": parameter name: "a\nb" has control characters, invalid UTF-8 or dot segments`},
		{"topic", []any{"\x00"}, ` route "topic": parameter name: "\x00" is not a value for str`},
		{"topic", []any{"\xff"}, ` route "topic": parameter name: "\xff" has control characters, invalid UTF-8 or dot segments`},
		{"topic", []any{nil}, ` route "topic": parameter name: the value is nil`},
		{"topic", []any{(*strings.Builder)(nil)}, ` route "topic": parameter name: the value is nil`},
		{"topic", []any{1.5}, ` route "topic": parameter name: a float64 is neither a string, an integer nor a fmt.Stringer`},
		{"blog:post", []any{-1, 4, "x"}, ` route "blog:post": parameter year: "-1" is not a value for int`},
		{"blog:post", []any{1937, "April", "x"}, ` route "blog:post": parameter month: "April" is not a value for int`},
		{"blog:post", []any{1937, 4, "a.b"}, ` route "blog:post": parameter slug: "a.b" is not a value for slug`},
		{"blog:post", []any{1937, 4}, ` route "blog:post" takes 3 parameters (year, month, slug), 2 given`},
		{"topic", nil, ` route "topic" takes 1 parameter (name), 0 given`},
		{"home", []any{1}, ` route "home" takes no parameters, 1 given`},
		{"blog:pst", nil, ` no route is named "blog:pst"; did you mean "blog:post"?`},
		{"post", nil, ` no route is named "post"; did you mean "blog:post"?`},
		{"nothing-like-it", nil, ` no route is named "nothing-like-it"`},
		{"", nil, ` no route is named ""`},
	}
	for _, tt := range tests {
		if got := url(mux, tt.name, tt.args...); got != tt.want {
			t.Errorf("URL(%q, %v) = %s, want %s", tt.name, tt.args, got, tt.want)
		}
	}
}
