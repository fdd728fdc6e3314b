package web_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/web"
)

type base struct {
	Tags []string
	Out  []int `json:",omitempty"`
}

type tree struct {
	base
	Name     string
	Children []tree
	Next     *tree
	Any      any
	Map      map[string][]int
	Array    [1][]int
	Bytes    []byte
	Raw      json.RawMessage
	At       time.Time
	Zero     []int `json:",omitzero"`
	Skipped  []int `json:"-"`
	hidden   []int
}

// TestNilSlicesAreLists: in JSON a list without elements is a list, wherever it
// stands, and the value is as before.
func TestNilSlicesAreLists(t *testing.T) {
	t.Parallel()
	const leaf = `{"Tags":[],"Name":"","Children":[],"Next":null,"Any":null,"Map":null,"Array":[[]],"Bytes":null,"Raw":null,"At":"0001-01-01T00:00:00Z"}`
	var none []string
	var current any
	r := web.NewRouter()
	r.Get("/", func(w http.ResponseWriter, _ *http.Request) error { return web.JSON(w, 200, current) })
	mux, err := r.Build(web.BuildConfig{})
	if err != nil {
		t.Fatal(err)
	}
	for want, v := range map[string]any{
		"[]":           none,
		"null":         nil,
		"7":            7,
		`{"a":[]}`:     map[string]any{"a": none},
		"[[],null,[]]": []any{none, nil, []int(nil)},
		leaf:           tree{},
		strings.Replace(leaf, `"Next":null,"Any":null,"Map":null`, `"Next":`+leaf+`,"Any":[],"Map":{"x":[]}`, 1): &tree{
			Next: &tree{}, Any: none, Map: map[string][]int{"x": nil}, hidden: []int{1},
		},
	} {
		rec := httptest.NewRecorder()
		if err := web.JSON(rec, 200, v); err != nil || strings.TrimSpace(rec.Body.String()) != want {
			t.Errorf("%#v: %v\n got %s\nwant %s", v, err, rec.Body, want)
		}
		// A site remembers what it learned of types, and shares its memory.
		for range 3 {
			rec = httptest.NewRecorder()
			current = v
			mux.ServeHTTP(rec, httptest.NewRequest("GET", "/", nil))
			if got := strings.TrimSpace(rec.Body.String()); got != want || rec.Header().Get("Content-Length") != strconv.Itoa(len(want)+1) {
				t.Errorf("%#v by a Mux:\n got %s\nwant %s", v, got, want)
			}
		}
	}
	value := &tree{Next: &tree{}}
	if err := web.JSON(httptest.NewRecorder(), 200, value); err != nil || value.Tags != nil || value.Next.Children != nil {
		t.Errorf("the value was changed: %+v, %v", value, err)
	}
	value.Next, value.Any, value.Map = value, []any{value, value}, map[string][]int{"a": nil}
	if err := web.JSON(httptest.NewRecorder(), 200, value); err == nil {
		t.Error("a value that contains itself was encoded")
	}
}
