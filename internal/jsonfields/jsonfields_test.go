package jsonfields_test

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"testing"

	"github.com/volaweb/vola/internal/jsonfields"
)

type deep struct {
	A, B, C int
	Both    int
}

type Tagged struct {
	Other int `json:"B"`
	D     int
	Both  int
}

type all struct {
	A int
	deep
	*Tagged
	Named  deep `json:"named"`
	Hidden int  `json:"-"`
	own    int
	Empty  int    `json:",omitempty"`
	Text   int64  `json:"text,string"`
	Path   string `path:"id"`
}

// TestOfIsWhatPackageJSONWrites: the names are those that package json writes, but for fields that
// are read from elsewhere.
func TestOfIsWhatPackageJSONWrites(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(all{Tagged: &Tagged{}, Empty: 1, own: 1})
	if err != nil {
		t.Fatal(err)
	}
	var written map[string]any
	if err := json.Unmarshal(text, &written); err != nil {
		t.Fatal(err)
	}
	delete(written, "Path")
	var names []string
	for _, f := range jsonfields.Of(reflect.TypeFor[all]()) {
		names = append(names, f.Name)
	}
	slices.Sort(names)
	if want := slices.Sorted(maps.Keys(written)); !slices.Equal(names, want) {
		t.Errorf("got %q, want %q", names, want)
	}
}
