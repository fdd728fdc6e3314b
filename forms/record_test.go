package forms_test

import (
	"encoding/json"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/forms"
)

// survey has an item of each type, as rows of a table might say.
func survey(t testing.TB) *forms.Form[forms.Record] {
	t.Helper()
	form, err := forms.Build(
		forms.Item{Name: "name", Label: "Your \"name\" <b>", Required: true, Rules: "size=20"},
		forms.Item{Name: "note", Label: "Note", Rules: "textarea"},
		forms.Item{Name: "age", Type: "whole", Label: "Age", Rules: "min=0,max=120"},
		forms.Item{Name: "height", Type: "number", Label: "Height"},
		forms.Item{Name: "agree", Type: "yes", Label: "Agree"},
		forms.Item{Name: "born", Type: "date", Label: "Born"},
		forms.Item{Name: "wakes", Type: "time", Label: "Wakes"},
		forms.Item{Name: "met", Type: "moment", Label: "Met"},
		forms.Item{Name: "colour", Label: "Colour", Choices: []string{"red", "blue"}},
		forms.Item{Name: "rank", Type: "whole", Label: "Rank", Choices: []string{"0", "1", "2"}, Rules: "radio"},
		forms.Item{Name: "pets", Label: "Pets", Choices: []string{"cat", "dog"}, Several: true},
		forms.Item{Name: "photo", Type: "file", Label: "Photo", Rules: "types=pictures"},
	)
	if err != nil {
		t.Fatal(err)
	}
	return form
}

// TestRecords: what is stored as JSON, shown in a form and sent back unchanged is the same
// JSON: null, 0 and "" are told apart.
func TestRecords(t *testing.T) {
	t.Parallel()
	form := survey(t)
	for _, stored := range []string{
		`{"name":"Ann","note":"","age":null,"height":null,"agree":false,"born":null,"wakes":null,"met":null,"colour":"","rank":null,"pets":null,"photo":{"Name":"","Sent":"","Size":0}}`,
		`{"name":"0","note":" a\n b ","age":0,"height":0,"agree":true,"born":"0001-01-02","wakes":"00:00:00","met":"2026-11-30T12:00:07.5Z","colour":"red","rank":0,"pets":["dog"],"photo":{"Name":"a/b.png","Sent":"B.png","Size":3}}`,
		`{"name":"null","note":"null","age":120,"height":-1.5e-7,"agree":false,"born":"2026-11-30","wakes":"23:59:59.123456","met":"1999-01-01T00:00:00Z","colour":"blue","rank":2,"pets":["cat","dog"],"photo":{"Name":"","Sent":"","Size":0}}`,
	} {
		record, err := forms.Decode(form, []byte(stored))
		if err != nil {
			t.Fatal(err)
		}
		bound := form.Bind(t.Context(), record)
		sent := url.Values{}
		for _, f := range bound.Fields() {
			switch {
			case f.Widget == "checkbox" && !f.Checked, f.Widget == "file":
			case len(f.Options()) > 0:
				for _, o := range f.Options() {
					if o.Selected {
						sent.Add(f.Name, o.Value)
					}
				}
			case f.Widget == "checkbox":
				sent.Set(f.Name, "on")
			default:
				sent.Set(f.Name, f.Value)
			}
		}
		r := httptest.NewRequest("POST", "/", strings.NewReader(sent.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if ok, err := bound.Read(r); !ok || err != nil {
			t.Errorf("%v, %v, %q", ok, err, problems(bound.Values))
		}
		text, err := json.Marshal(bound.Value)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(stored, string(text)); diff != "" {
			t.Errorf("(-stored +again):\n%s", diff)
		}
	}
}

func TestRecordsAreChecked(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"name=Ann&age=41":                  "",
		"name=&age=-1&rank=9&pets=cow":     "name: Fill in this field.; age: The least that is possible is 0.; rank: Choose one of the options.; pets: Choose one of the options.",
		"name=Ann&colour=green&evil=1":     "colour: Choose one of the options.",
		"name=" + strings.Repeat("x", 21):  "name: Use at most 20 characters; these are 21.",
		"name=Ann&born=31.02.2026&met=now": "born: Write a date, such as 11/30/26 or 2026-11-30.; met: Write a date and a time of day, such as 2026-11-30T15:04.",
	} {
		bound := survey(t).Bind(t.Context(), forms.Record{})
		r := httptest.NewRequest("POST", "/", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		ok, err := bound.Read(r)
		var got []string
		for _, f := range bound.Fields() {
			if f.Error != "" {
				got = append(got, f.Name+": "+f.Error)
			}
		}
		if err != nil || ok != (want == "") || strings.Join(got, "; ") != want {
			t.Errorf("%s: %v, %v, %s, want %s", body, ok, err, strings.Join(got, "; "), want)
		}
		if ok && (bound.Value.Get("age") != int64(41) || bound.Value.Get("height") != nil || bound.Value.Get("evil") != nil || bound.Value.Get("note") != "") {
			t.Errorf("%+v", bound.Value)
		}
	}
}

func TestBuildRefuses(t *testing.T) {
	t.Parallel()
	for want, items := range map[string][]forms.Item{
		"a form has 1 to 500 items":            nil,
		"a name has 1 to 50":                   {{Name: "a.b", Label: "x"}},
		"item 2, \"a\": the name is taken":     {{Name: "a", Label: "x"}, {Name: "a", Label: "x"}},
		"the type \"numbr\" is not known; did": {{Name: "a", Type: "numbr", Label: "x"}},
		"has no label":                         {{Name: "a"}},
		"is not a whole number":                {{Name: "a", Type: "whole", Label: "x", Choices: []string{"one"}}},
		"several values need choices":          {{Name: "a", Label: "x", Several: true}},
		"of its tag is not known":              {{Name: "a", Label: "x", Rules: "evil"}},
		"only texts and whole numbers":         {{Name: "a", Type: "date", Label: "x", Choices: []string{"2026-11-30"}}},
	} {
		if _, err := forms.Build(items...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// TestNullIsNotZero: a question that must be answered now and was not answered then has no answer.
func TestNullIsNotZero(t *testing.T) {
	t.Parallel()
	form, err := forms.Build(forms.Item{Name: "n", Type: "whole", Label: "N", Required: true})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{`{"n":null}`: "", `{"n": 0}`: "0", `{}`: ""} {
		r, err := forms.Decode(form, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if got := form.Bind(t.Context(), r).Fields()[0].Value; got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
