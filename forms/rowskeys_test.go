package forms_test

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/volaweb/vola/forms"
)

type tag struct {
	Name string `form:"key"`
	Note string `form:"optional" label:"Note"`
}

type tags struct {
	Tags []tag `form:"max=1000" label:"Tags"`
}

func sendTo[T any](t testing.TB, form *forms.Form[T], initial T, sent url.Values) (*forms.Bound[T], bool) {
	t.Helper()
	if err := form.Check(); err != nil {
		t.Fatal(err)
	}
	bound := form.Bind(t.Context(), initial)
	r := httptest.NewRequest("POST", "/", strings.NewReader(sent.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	ok, err := bound.Read(r)
	if err != nil {
		t.Fatal(err)
	}
	return bound, ok
}

// TestRowsRemovedOneAfterTheOther: rows that others remove get keys that no other row has.
func TestRowsRemovedOneAfterTheOther(t *testing.T) {
	t.Parallel()
	have := theOrder()
	sent := pageOf(orderForm.Bind(t.Context(), have).Values)
	have.Lines = have.Lines[:1] // 9 is removed
	form, _ := sendOrder(t, have, sent)
	sent = pageOf(form.Values)
	have.Lines = nil // 7 too
	form, _ = sendOrder(t, have, sent)
	sent = pageOf(form.Values)
	form, ok := sendOrder(t, have, sent)
	if !ok || len(form.Value.Lines) != 2 || form.Value.Lines[0].Name != "rope" || form.Value.Lines[1].Name != "glue" {
		t.Errorf("ok %v, %+v, %q", ok, form.Value.Lines, problems(form.Values))
	}
}

// TestLongKeys: rows are told by keys of any text.
func TestLongKeys(t *testing.T) {
	t.Parallel()
	form := forms.New[tags]()
	for _, key := range []string{"", "a", "ä\n\"", strings.Repeat("long ", 40), strings.Repeat("long ", 40) + "x"} {
		have := tags{[]tag{{Name: key, Note: "a"}, {Name: strings.Repeat("long ", 41), Note: "b"}}}
		page := pageOf(form.Bind(t.Context(), have).Values)
		page.Set("tags."+page["tags"][0]+".note", "c")
		if got, ok := sendTo(t, form, have, page); !ok || len(got.Value.Tags) != 2 || got.Value.Tags[0].Note != "c" || got.Value.Tags[1].Note != "b" {
			t.Errorf("%q: ok %v, %+v", key, ok, got.Value)
		}
	}
}

// TestDigestOfRows: rows that the page did not show are not what was filled in: the second of two
// that are sent finds what the first has added.
func TestDigestOfRows(t *testing.T) {
	t.Parallel()
	have := theOrder()
	sent := pageOf(orderForm.Bind(t.Context(), have).Values)
	sent.Set("lines.n1.name", "nail")
	sent.Set("lines.n1.count", "3")
	first, ok := sendOrder(t, have, sent)
	if !ok {
		t.Fatal(problems(first.Values))
	}
	have.Lines = append(have.Lines, line{ID: 12, Place: 3, Name: "nail", Count: 3})
	if second, ok := sendOrder(t, have, sent); !ok || first.Digest() != second.Digest() {
		t.Errorf("ok %v: other content", ok)
	}
	sent.Set("lines.n1.count", "4")
	if second, ok := sendOrder(t, have, sent); !ok || first.Digest() == second.Digest() {
		t.Errorf("ok %v: the same content", ok)
	}
}

// TestNewRowsToBeginWith: rows without a key that a form begins with are new ones.
func TestNewRowsToBeginWith(t *testing.T) {
	t.Parallel()
	have := order{Customer: "Ann", Lines: []line{{Name: "rope", Count: 2, Supplier: "x"}, {Name: "glue", Count: 1, Supplier: "y"}}}
	page := pageOf(orderForm.BindNew(t.Context(), have).Values)
	form, ok := sendOrder(t, have, page)
	if got := strings.Join(changesOf(t, form), ", "); !ok || got != "added rope, added glue" || form.Value.Lines[1].Supplier != "y" {
		t.Errorf("ok %v, %s, %+v, %q", ok, got, form.Value.Lines, problems(form.Values))
	}
	page.Add("lines.gone", page["lines"][0])
	form, ok = sendOrder(t, have, page)
	if got := strings.Join(changesOf(t, form), ", "); !ok || got != "added glue" {
		t.Errorf("one removed: ok %v, %s", ok, got)
	}
}
