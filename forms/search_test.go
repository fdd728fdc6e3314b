package forms_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/volaweb/vola/forms"
)

type parcel struct {
	To    int64  `form:"" label:"To"`
	Shelf string `form:"optional" label:"Shelf"`
}

var parcelForm = forms.New[parcel]()

// people are those who can be found.
func people(_ context.Context, text string) ([]forms.Choice, error) {
	var out []forms.Choice
	for i, name := range []string{"Ann", "Anna", "Bob", "Bob", "<b>Eve"} {
		if strings.Contains(name, text) {
			out = append(out, forms.Choice{Value: int64(i + 1), Label: name})
		}
	}
	if text == "broken" {
		return nil, errors.New("the database is gone")
	}
	return out, nil
}

// TestSearch types names in place of choosing from a list.
func TestSearch(t *testing.T) {
	t.Parallel()
	read := func(first int64, label string, sent url.Values) (*forms.Bound[parcel], bool, error) {
		t.Helper()
		form := parcelForm.Bind(t.Context(), parcel{To: first})
		if err := form.Search(&form.Value.To, label, people); err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest("POST", "/", strings.NewReader(sent.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		ok, err := form.Read(r)
		return form, ok, err
	}
	const pick = "Choose one of those that were found, or type more of the name."
	tests := []struct {
		text, pick string
		to         int64
		problem    string
		found      int
	}{
		{"Bob", "", 0, pick, 2},
		{"Bob", "4", 4, "", 0},
		{"Bob", "1", 0, pick, 2}, // not one of those
		{"Ann", "", 1, "", 0},    // also in Anna, and called just so
		{"nn", "", 0, pick, 2},
		{"ob", "3", 3, "", 0},
		{"nobody", "", 0, "Nothing was found for nobody.", 0},
		{"", "", 0, "Fill in this field.", 0},
		{"5", "", 0, "Nothing was found for 5.", 0}, // a key is not a name
		{"<b>Eve", "", 5, "", 0},
		{"a\x00", "", 0, "This text has characters that cannot be stored.", 0},
		{strings.Repeat("x", 201), "", 0, "Use at most 200 characters; these are 201.", 0},
	}
	for _, tt := range tests {
		form, ok, err := read(0, "", url.Values{"to": {tt.text}, "to.pick": {tt.pick}})
		f := fieldOf(t, form.Values, "to")
		if err != nil || ok != (tt.problem == "") || f.Error != tt.problem || len(f.Found) != tt.found || form.Value.To != tt.to || f.Value != tt.text && tt.pick == "" {
			t.Errorf("%.20q: %v, %v, %q, %d found, to %d, shows %q", tt.text, ok, err, f.Error, len(f.Found), form.Value.To, f.Value)
		}
	}
	// What was not touched stays, whatever is found by its label.
	if form, ok, err := read(3, "Bob", url.Values{"to": {"Bob"}}); !ok || err != nil || form.Value.To != 3 {
		t.Errorf("%v, %v, %+v", ok, err, form.Value)
	}
	if _, ok, err := read(0, "", url.Values{"to": {"broken"}}); ok || err == nil || !strings.Contains(err.Error(), "search for the field to: the database is gone") {
		t.Errorf("%v, %v", ok, err)
	}
}
