package forms_test

import (
	"context"
	"fmt"
	"maps"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/forms"
)

type step struct {
	ID   int64  `form:"key"`
	Text string `form:"" label:"Text"`
}

type line struct {
	ID       int64  `form:"key"`
	Place    int    `form:"position"`
	Name     string `form:"size=10" label:"Name"`
	Count    int    `form:"min=1" label:"Count"`
	Unit     int64  `form:"optional" label:"Unit"`
	Gift     bool   `form:"" label:"Gift"`
	Steps    []step `form:"max=3,extra=0" label:"Steps" row:"Step"`
	Supplier string // not part of the form
}

type order struct {
	Customer string `form:"" label:"Customer"`
	Lines    []line `form:"min=1,max=4,extra=1" label:"Lines" row:"Line"`
}

var orderForm = forms.New[order]()

func (l *line) Validate(_ context.Context, form *forms.Values) error {
	if l.Name == "bomb" {
		form.Add(&l.Name, "We do not sell {what}.", "what", l.Name)
		form.Add(nil, "This line is suspicious.")
	}
	return nil
}

// theOrder has two lines, the first with two steps.
func theOrder() order {
	return order{Customer: "Ann", Lines: []line{
		{ID: 7, Place: 1, Name: "rope", Count: 2, Supplier: "x", Steps: []step{{1, "cut"}, {2, "tie"}}},
		{ID: 9, Place: 2, Name: "glue", Count: 1, Gift: true, Supplier: "y"},
	}}
}

func sendOrder(t testing.TB, initial order, sent url.Values) (*forms.Bound[order], bool) {
	t.Helper()
	form := orderForm.Bind(t.Context(), initial)
	r := httptest.NewRequest("POST", "/", strings.NewReader(sent.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	ok, err := form.Read(r)
	if err != nil {
		t.Fatal(err)
	}
	return form, ok
}

// shownRows is what a browser sends for the values of a form as they are shown.
func shownRows(v *forms.Values, into url.Values) {
	for _, f := range v.Fields() {
		switch {
		case f.Rows != nil:
			for _, row := range f.Rows.Items {
				into.Add(f.Name, row.Key)
				shownRows(row.Values, into)
			}
			for _, key := range f.Rows.Gone {
				into.Add(f.Name+".gone", key)
			}
		case f.Widget == "checkbox":
			if f.Checked {
				into.Set(f.Name, "on")
			}
		default:
			into.Set(f.Name, f.Value)
		}
	}
}

func pageOf(v *forms.Values) url.Values {
	out := url.Values{}
	shownRows(v, out)
	return out
}

func problems(v *forms.Values) []string {
	var out []string
	for _, text := range v.Errors() {
		out = append(out, ": "+text)
	}
	for _, p := range v.Problems() {
		out = append(out, p.ID+": "+p.Text)
	}
	return out
}

// changesOf writes what was done to the lines and the steps of each.
func changesOf(t testing.TB, form *forms.Bound[order]) (out []string) {
	t.Helper()
	c, err := forms.ChangesOf(form.Values, &form.Value.Lines)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range c.Added {
		out = append(out, "added "+l.Name)
	}
	for _, l := range c.Changed {
		out = append(out, "changed "+strconv.FormatInt(l.ID, 10))
	}
	for _, l := range c.Removed {
		out = append(out, "removed "+strconv.FormatInt(l.ID, 10))
	}
	for i := range form.Value.Lines {
		l := &form.Value.Lines[i]
		s, err := forms.ChangesOf(form.Values, &l.Steps)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range s.Added {
			out = append(out, fmt.Sprintf("%s: added %s", l.Name, x.Text))
		}
		for _, x := range s.Changed {
			out = append(out, fmt.Sprintf("%s: changed %d", l.Name, x.ID))
		}
		for _, x := range s.Removed {
			out = append(out, fmt.Sprintf("%s: removed %d", l.Name, x.ID))
		}
	}
	return out
}

// TestRows sends pages with changes.
func TestRows(t *testing.T) {
	t.Parallel()
	blank := func(s url.Values, list, key string) {
		s.Add(list, key)
	}
	tests := []struct {
		name     string
		change   func(s url.Values)
		ok       bool
		changes  []string
		problems []string
		want     func(o *order)
	}{
		{"as it was shown", func(url.Values) {}, true, nil, nil, func(*order) {}},
		{"a field", func(s url.Values) { s.Set("lines.9.name", "tape") }, true, []string{"changed 9"}, nil,
			func(o *order) { o.Lines[1].Name = "tape" }},
		{"a box not ticked", func(s url.Values) { s.Del("lines.9.gift") }, true, []string{"changed 9"}, nil,
			func(o *order) { o.Lines[1].Gift = false }},
		{"a new row", func(s url.Values) { s.Set("lines.n1.name", "nail"); s.Set("lines.n1.count", "5") }, true, []string{"added nail"}, nil,
			func(o *order) { o.Lines = append(o.Lines, line{Place: 3, Name: "nail", Count: 5}) }},
		{"a new row with a mistake", func(s url.Values) { s.Set("lines.n1.name", "nail") }, false, nil,
			[]string{"field-lines.n1.count: Line 3, Count: Fill in this field."}, nil},
		{"removed", func(s url.Values) { s.Add("lines.gone", "9") }, true, []string{"removed 9"}, nil,
			func(o *order) { o.Lines = o.Lines[:1] }},
		{"all removed", func(s url.Values) { s.Add("lines.gone", "9"); s.Add("lines.gone", "7") }, false, nil,
			[]string{"field-lines: Lines: Fill in at least one."}, nil},
		{"removed a row that never was", func(s url.Values) { s.Add("lines.gone", "77") }, true, nil, nil, func(*order) {}},
		{"another order", func(s url.Values) { s["lines"] = []string{"9", "7", "n1"} }, true, []string{"changed 9", "changed 7"}, nil,
			func(o *order) {
				slices.Reverse(o.Lines)
				o.Lines[0].Place, o.Lines[1].Place = 1, 2
			}},
		{"not shown: somebody else added 9 meanwhile", func(s url.Values) {
			s["lines"] = []string{"7", "n1"}
			maps.DeleteFunc(s, func(name string, _ []string) bool { return strings.HasPrefix(name, "lines.9.") })
		}, true, nil, nil, func(*order) {}},
		{"a row without its key", func(s url.Values) { s["lines"] = []string{"7", "n1"} }, false, nil,
			[]string{": The form that was sent is not complete. Send it again."}, nil},
		{"a step", func(s url.Values) { s.Set("lines.7.steps.2.text", "knot") }, true, []string{"rope: changed 2"}, nil,
			func(o *order) { o.Lines[0].Steps[1].Text = "knot" }},
		{"a step more and one less", func(s url.Values) {
			s.Add("lines.7.steps", "nx")
			s.Set("lines.7.steps.nx.text", "burn")
			s.Add("lines.7.steps.gone", "1")
		}, true, []string{"rope: added burn", "rope: removed 1"}, nil,
			func(o *order) { o.Lines[0].Steps = []step{{2, "tie"}, {0, "burn"}} }},
		{"a new row with steps", func(s url.Values) {
			s.Set("lines.n1.name", "nail")
			s.Set("lines.n1.count", "5")
			s.Add("lines.n1.steps", "n1")
			s.Set("lines.n1.steps.n1.text", "hit")
		}, true, []string{"added nail", "nail: added hit"}, nil,
			func(o *order) {
				o.Lines = append(o.Lines, line{Place: 3, Name: "nail", Count: 5, Steps: []step{{0, "hit"}}})
			}},
		{"a step with a mistake", func(s url.Values) { s.Set("lines.7.steps.2.text", "") }, false, nil,
			[]string{"field-lines.7.steps.2.text: Line 1, Step 2, Text: Fill in this field."}, nil},
		{"rules of a row", func(s url.Values) { s.Set("lines.9.name", "bomb") }, false, nil,
			[]string{"row-lines.9: Line 2: This line is suspicious.", "field-lines.9.name: Line 2, Name: We do not sell bomb."}, nil},
		{"too many", func(s url.Values) {
			for i := range 5 {
				blank(s, "lines", fmt.Sprint("nz", i))
				s.Set(fmt.Sprint("lines.nz", i, ".name"), "x")
				s.Set(fmt.Sprint("lines.nz", i, ".count"), "1")
			}
		}, false, nil, []string{"field-lines: Lines: There can be at most 4."}, nil},
		{"blank rows do not count", func(s url.Values) {
			for i := range 5 {
				blank(s, "lines", fmt.Sprint("nz", i))
			}
		}, true, nil, nil, func(*order) {}},
		{"a step without its key", func(s url.Values) { s.Set("lines.7.steps.5.text", "lost") }, false, nil,
			[]string{": The form that was sent is not complete. Send it again."}, nil},
		{"twice the same row", func(s url.Values) { s.Add("lines", "9") }, true, nil, nil, func(*order) {}},
		{"a row of another order", func(s url.Values) { s.Add("lines", "8"); s.Set("lines.8.name", "mine"); s.Set("lines.8.count", "1") }, false, nil,
			[]string{"row-lines.nr1: Line 4: Somebody else has removed this meanwhile. Send the form again to add it, or remove it."}, nil},
		{"keys that are none", func(s url.Values) {
			s["lines"] = append(s["lines"], "", "a.b", "\"><script>", strings.Repeat("n", 100), "n\x00")
		}, true, nil, nil, func(*order) {}},
		{"what is not part of the form", func(s url.Values) {
			s.Set("lines.7.supplier", "evil")
			s.Set("lines.7.place", "99")
			s.Set("lines.7.id", "1")
			s.Set("lines.9.steps.gone", "1")
		}, true, nil, nil, func(*order) {}},
	}
	for _, tt := range tests {
		sent := pageOf(orderForm.Bind(t.Context(), theOrder()).Values)
		tt.change(sent)
		form, ok := sendOrder(t, theOrder(), sent)
		if diff := cmp.Diff(tt.problems, problems(form.Values)); diff != "" || ok != tt.ok {
			t.Errorf("%s: ok %v, problems (-want +got):\n%s", tt.name, ok, diff)
			continue
		}
		if !tt.ok {
			continue
		}
		if diff := cmp.Diff(tt.changes, changesOf(t, form)); diff != "" {
			t.Errorf("%s: changes (-want +got):\n%s", tt.name, diff)
		}
		want := theOrder()
		tt.want(&want)
		for i := range form.Value.Lines {
			if len(form.Value.Lines[i].Steps) == 0 {
				form.Value.Lines[i].Steps = nil
			}
		}
		if diff := cmp.Diff(want, *form.Value); diff != "" {
			t.Errorf("%s: the value (-want +got):\n%s", tt.name, diff)
		}
	}
}

// TestRowsKeepWhatWasSent: a page with an error, sent again without a change, has the same
// values and the same errors.
func TestRowsKeepWhatWasSent(t *testing.T) {
	t.Parallel()
	sent := pageOf(orderForm.Bind(t.Context(), theOrder()).Values)
	sent["lines"] = []string{"n1", "9", "8", "7"}
	sent.Set("lines.n1.name", "a name that is too long")
	sent.Set("lines.8.name", "gone")
	sent.Set("lines.8.count", "2")
	sent.Set("lines.7.count", "many")
	sent.Set("lines.7.steps.1.text", "")
	sent.Add("lines.7.steps.gone", "2")
	form, ok := sendOrder(t, theOrder(), sent)
	again, ok2 := sendOrder(t, theOrder(), pageOf(form.Values))
	if ok || ok2 {
		t.Fatal("no error")
	}
	if diff := cmp.Diff(pageOf(form.Values), pageOf(again.Values)); diff != "" {
		t.Errorf("the page (-first +again):\n%s", diff)
	}
	first := slices.DeleteFunc(problems(form.Values), func(p string) bool { return strings.Contains(p, "Somebody else") })
	if diff := cmp.Diff(first, problems(again.Values)); diff != "" {
		t.Errorf("problems (-first +again):\n%s", diff)
	}
	if len(first) < 4 {
		t.Errorf("problems: %q", first)
	}
}

// TestRowButtons: without a script, buttons send the form and change which rows are shown.
func TestRowButtons(t *testing.T) {
	t.Parallel()
	keys := func(form *forms.Bound[order]) string {
		f, err := form.Field("lines")
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, row := range f.Rows.Items {
			out = append(out, row.Key)
		}
		return strings.Join(append(out, f.Rows.Gone...), " ")
	}
	press := func(form *forms.Bound[order], button, value string) *forms.Bound[order] {
		t.Helper()
		sent := pageOf(form.Values)
		sent.Set(button, value)
		sent.Set("lines.7.count", "wrong")
		after, ok := sendOrder(t, theOrder(), sent)
		if ok || !after.Valid() || after.Status() != 200 {
			t.Errorf("%s=%s: ok %v, %q", button, value, ok, problems(after.Values))
		}
		return after
	}
	form := orderForm.Bind(t.Context(), theOrder())
	for _, tt := range []struct{ button, value, want string }{
		{"lines.add", "1", "7 9 n1 n2"},
		{"lines.add", "1", "7 9 n1 n2"}, // there is no room for more
		{"lines.down", "7", "9 7 n1 n2"},
		{"lines.up", "9", "9 7 n1 n2"},
		{"lines.down", "n2", "9 7 n1 n2"},
		{"lines.up", "nobody", "9 7 n1 n2"},
		{"lines.remove", "n1", "9 7 n2"},
		{"lines.remove", "9", "7 n2 9"},
		{"lines.add", "1", "7 n2 n1 9"},
	} {
		form = press(form, tt.button, tt.value)
		if got := keys(form); got != tt.want {
			t.Errorf("after %s=%s: %s, want %s", tt.button, tt.value, got, tt.want)
		}
	}
	sent := pageOf(form.Values)
	sent.Set("lines.7.count", "3")
	last, ok := sendOrder(t, theOrder(), sent)
	if got := changesOf(t, last); !ok || !slices.Equal(got, []string{"changed 7", "removed 9"}) {
		t.Errorf("stored: ok %v, %q, %q", ok, got, problems(last.Values))
	}
}

// TestRowsAreLimited: what was sent cannot make the form larger than its declaration.
func TestRowsAreLimited(t *testing.T) {
	t.Parallel()
	sent := url.Values{"customer": {"x"}}
	for i := range 4000 {
		sent.Add("lines", fmt.Sprint("n", i))
		sent.Add(fmt.Sprint("lines.n", i, ".name"), "x")
	}
	form, ok := sendOrder(t, order{}, sent)
	f, err := form.Field("lines")
	if err != nil || ok || len(f.Rows.Items) > 20 || f.Error != "There can be at most 4." {
		t.Errorf("%d rows, ok %v, %q, %v", len(f.Rows.Items), ok, f.Error, err)
	}
}

// TestChooseEach gives the rows that there are, and those that are sent, the same choices.
func TestChooseEach(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		unit string
		ok   bool
	}{{"3", true}, {"4", false}, {"", true}} {
		form := orderForm.Bind(t.Context(), theOrder())
		err := forms.ChooseEach(form.Values, func(l *line) any { return &l.Unit }, forms.Choice{Value: int64(3), Label: "kg"}, forms.Choice{Value: int64(0), Label: "none"})
		if err != nil {
			t.Fatal(err)
		}
		sent := pageOf(form.Values)
		sent.Set("lines.n1.name", "new")
		sent.Set("lines.n1.count", "1")
		sent.Set("lines.n1.unit", tt.unit)
		r := httptest.NewRequest("POST", "/", strings.NewReader(sent.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if ok, err := form.Read(r); err != nil || ok != tt.ok {
			t.Errorf("unit %s: %v, %v, %q", tt.unit, ok, err, problems(form.Values))
		}
	}
	form := orderForm.Bind(t.Context(), theOrder())
	if err := forms.ChooseEach(form.Values, func(l *line) any { return &l.Supplier }); err == nil {
		t.Error("choices for what is not part of the form")
	}
	if err := forms.ChooseEach(form.Values, func(l *line) any { return &l.Unit }, forms.Choice{Value: "kg"}); err == nil {
		t.Error("choices of another type")
	}
}

// TestPrefix: two forms on a page have no id in common.
func TestPrefix(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	var add func(form string, v *forms.Values)
	add = func(form string, v *forms.Values) {
		for _, f := range v.Fields() {
			ids := []string{f.ID}
			for _, o := range f.Options() {
				ids = append(ids, o.ID)
			}
			if f.Rows != nil {
				for _, row := range append(f.Rows.Items, f.Rows.Template()) {
					ids = append(ids, row.ID)
					add(form, row.Values)
				}
			}
			for _, id := range ids {
				if id != "" && seen[id] != "" && seen[id] != form {
					t.Errorf("the id %s is in both forms", id)
				}
				seen[id] = form
			}
		}
	}
	sent := pageOf(orderForm.Bind(t.Context(), theOrder()).Values)
	sent.Add("lines", "8") // one that is shown under another key
	first, _ := sendOrder(t, theOrder(), sent)
	add("first", first.Values)
	second := orderForm.Bind(t.Context(), theOrder())
	second.Prefix("other")
	add("second", second.Values)
	if first.SummaryID() == second.SummaryID() || len(seen) < 40 {
		t.Errorf("%s and %s, %d ids", first.SummaryID(), second.SummaryID(), len(seen))
	}
}

// TestRowDeclarations: what is wrong is said when the site starts.
func TestRowDeclarations(t *testing.T) {
	t.Parallel()
	type deepest struct {
		X string `form:"" label:"X"`
	}
	type deeper struct {
		Rows []deepest `form:"" label:"R"`
	}
	type deep struct {
		Rows []deeper `form:"" label:"R"`
	}
	tests := []struct {
		form forms.Checked
		want string
	}{
		{forms.New[struct {
			L []line `form:""`
		}](), "no label"},
		{forms.New[struct {
			L []line `form:"min=5,max=2" label:"L"`
		}](), "min=5 is more than max=2"},
		{forms.New[struct {
			L []line `form:"max=1001" label:"L"`
		}](), "at most 1000"},
		{forms.New[struct {
			L []line `form:"maximum=3" label:"L"`
		}](), `"maximum" of its tag is not known`},
		{forms.New[struct {
			L []struct{ A string } `form:"" label:"L"`
		}](), "no field has the tag form"},
		{forms.New[struct {
			L []struct {
				A bool `form:"key"`
			} `form:"" label:"L"`
		}](), "a key is a whole number or a text"},
		{forms.New[struct {
			L []deep `form:"" label:"L"`
		}](), "rows are in rows at most once"},
	}
	for i, tt := range tests {
		if err := tt.form.Check(); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%d: %v, want %s", i, err, tt.want)
		}
	}
}

// FuzzRows sends anything as rows.
func FuzzRows(f *testing.F) {
	f.Add("lines=7&lines=n1&lines.n1.name=x&lines.gone=9&lines.up=7")
	f.Add("lines=8&lines.8.steps=1&lines.8.steps.1.text=x&lines=nr1&lines.add=&lines.remove=nr1")
	f.Add("lines=7&lines.7.steps=n1&lines.7.steps=1&lines.7.steps.up=1&lines.down=9")
	f.Fuzz(func(t *testing.T, body string) {
		sent, err := url.ParseQuery(body)
		if err != nil || len(sent) > 1000 {
			return
		}
		form, ok := sendOrder(t, theOrder(), sent)
		if ok != (form.Valid() && ok) {
			t.Error("read with errors")
		}
		for _, l := range form.Value.Lines {
			if l.ID != 0 && l.ID != 7 && l.ID != 9 || l.ID == 7 && l.Supplier != "x" || l.ID == 0 && l.Supplier != "" {
				t.Errorf("%+v", l)
			}
		}
		// What is shown can be sent again.
		again, _ := sendOrder(t, theOrder(), pageOf(form.Values))
		if a, b := len(pageOf(form.Values)), len(pageOf(again.Values)); a != b {
			t.Errorf("%d names, then %d", a, b)
		}
	})
}
