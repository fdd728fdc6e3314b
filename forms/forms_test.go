package forms_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/civil"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/forms"
	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/signing"
)

type size string

func (size) Choices() []forms.Choice {
	return []forms.Choice{{Value: size("s"), Label: "Small"}, {Value: size("l"), Label: "Large"}}
}

// every has a field of each kind.
type every struct {
	Text     string       `form:"" label:"Text"`
	Blank    string       `form:"optional,size=5" label:"Blank"`
	Maybe    *string      `form:"" label:"Maybe"`
	Area     string       `form:"optional,textarea" label:"Area"`
	Whole    int          `form:"" label:"Whole"`
	Small    int8         `form:"optional" label:"Small"`
	Unsigned *uint64      `form:"" label:"Unsigned"`
	Real     float64      `form:"" label:"Real"`
	Real32   *float32     `form:"" label:"Real32"`
	Yes      bool         `form:"" label:"Yes"`
	Day      civil.Date   `form:"min=2000-01-01,max=2030-12-31" label:"Day"`
	MaybeDay *civil.Date  `form:"" label:"MaybeDay"`
	Opens    *civil.Clock `form:"" label:"Opens"`
	At       *time.Time   `form:"" label:"At"`
	Size     size         `form:"" label:"Size"`
	Sizes    []size       `form:"" label:"Sizes"`
	Numbers  []int64      `form:"" label:"Numbers"`
	Mail     string       `form:"optional,email" label:"Mail"`
	Link     string       `form:"optional,url" label:"Link"`
	Secret   string       `form:"optional,password" label:"Secret"`
	Agree    bool         `form:"required" label:"Agree"`
	Key      string       `form:"optional,hidden"`
	Admin    bool         // not part of the form
}

var everyForm = forms.New[every]()

// valid are values that keep all rules.
func valid() every {
	return every{Text: "x", Whole: 7, Real: 1.5, Day: civil.NewDate(2026, 11, 30), Size: "s", Agree: true}
}

// post sends values to the form, which was shown with the initial ones.
func post(t testing.TB, ctx context.Context, initial every, values url.Values) (*forms.Bound[every], bool, error) {
	t.Helper()
	form := everyForm.Bind(ctx, initial)
	if err := form.Choose(&form.Value.Numbers, forms.Choice{Value: int64(1)}, forms.Choice{Value: int64(2)}, forms.Choice{Value: int64(math.MinInt64)}); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("POST", "/?text=from+the+query&admin=true", strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	ok, err := form.Read(r)
	return form, ok, err
}

// rendered is what a browser sends for a form as it is shown.
func rendered(form *forms.Bound[every]) url.Values {
	values := url.Values{}
	for _, f := range form.Fields() {
		switch {
		case f.Widget == "checkbox":
			if f.Checked {
				values.Add(f.Name, "on")
			}
		case len(f.Options()) > 0:
			for _, o := range f.Options() {
				if o.Selected {
					values.Add(f.Name, o.Value)
				}
			}
		default:
			values.Add(f.Name, strings.ReplaceAll(f.Value, "\n", "\r\n"))
		}
	}
	return values
}

func in(t testing.TB, tag, zone string) context.Context {
	t.Helper()
	texts, err := i18n.Load(i18n.Config{Languages: []string{"en", "de", "ar", "hi", "fa", "fr"}})
	if err != nil {
		t.Fatal(err)
	}
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	return i18n.WithZone(texts.In(t.Context(), tag), loc)
}

// TestUnchanged: a form that is sent as it was shown changes nothing, in any language, and
// what was typed as shown is read as that.
func TestUnchanged(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 7))
	texts := []string{"", "x", "two\nlines", "<b>\"&'", "\u202eאב", "🎉", "1.5", "0"}
	for i := range 400 {
		tag := []string{"en", "de", "ar", "hi", "fa", "fr"}[i%6]
		ctx := in(t, tag, []string{"UTC", "Asia/Kathmandu", "America/New_York"}[i%3])
		at := time.Date(2026, time.Month(random.IntN(12)+1), random.IntN(28)+1, random.IntN(24), random.IntN(60), random.IntN(60), random.IntN(1e9), time.UTC)
		v := valid()
		text, unsigned, real32 := texts[random.IntN(len(texts))], random.Uint64(), float32(random.NormFloat64())
		day, clock := civil.DateOf(at), civil.ClockOf(at)
		v.Area, v.Whole, v.Small, v.Real = texts[random.IntN(len(texts))], int(random.Int64())-math.MaxInt64/2, int8(random.IntN(256)-128), math.Float64frombits(random.Uint64())
		if math.IsNaN(v.Real) || math.IsInf(v.Real, 0) || v.Real != 0 && (math.Abs(v.Real) > 1e90 || math.Abs(v.Real) < 1e-90) {
			v.Real = random.NormFloat64() * 1e6
		}
		v.Yes, v.Sizes, v.Numbers = random.IntN(2) == 0, []size{"l", "s"}[:random.IntN(3)], []int64{2, math.MinInt64}[:random.IntN(3)]
		if len(v.Sizes) == 2 {
			v.Sizes = []size{"s", "l"}
		}
		if len(v.Numbers) == 0 {
			v.Numbers = nil
		}
		if len(v.Sizes) == 0 {
			v.Sizes = nil
		}
		if random.IntN(2) == 0 {
			v.Unsigned, v.Real32, v.MaybeDay, v.Opens, v.At, v.Maybe = &unsigned, &real32, &day, &clock, &at, &text
		}
		form, ok, err := post(t, ctx, v, rendered(bind(t, ctx, v)))
		if diff := cmp.Diff(v, *form.Value); diff != "" || !ok || err != nil {
			t.Fatalf("%s: %v, %v, %v\n%s", tag, ok, err, errorsOf(form), diff)
		}
		// The same on a form that was shown empty: every text is read.
		form, _, err = post(t, ctx, every{}, rendered(bind(t, ctx, v)))
		minute := func(t *time.Time) string {
			if t == nil {
				return ""
			}
			return t.UTC().Format(time.DateTime)
		}
		if form.Value.Whole != v.Whole || form.Value.Real != v.Real || form.Value.Day != v.Day || minute(form.Value.At) != minute(v.At) || err != nil {
			t.Fatalf("%s: %+v, want %+v (%v, %v)", tag, *form.Value, v, err, errorsOf(form))
		}
	}
}

func bind(t testing.TB, ctx context.Context, v every) *forms.Bound[every] {
	t.Helper()
	form := everyForm.Bind(ctx, v)
	if err := form.Choose(&form.Value.Numbers, forms.Choice{Value: int64(1)}, forms.Choice{Value: int64(2)}, forms.Choice{Value: int64(math.MinInt64)}); err != nil {
		t.Fatal(err)
	}
	return form
}

func errorsOf(form *forms.Bound[every]) string {
	var all []string
	for _, f := range form.Fields() {
		if f.Error != "" {
			all = append(all, f.Name+": "+f.Error)
		}
	}
	return strings.Join(append(all, form.Errors()...), "\n")
}

// TestRead sends one field at a time, and compares the value or the error.
func TestRead(t *testing.T) {
	t.Parallel()
	text, none := "a", (*string)(nil)
	for _, tt := range []struct {
		lang, field string
		sent        []string
		want        any // of the field
		err         string
	}{
		{"en", "text", []string{"  a b \t"}, "a b", ""},
		{"en", "text", []string{""}, "x", "Fill in this field."},
		{"en", "text", []string{"  "}, "x", "Fill in this field."},
		{"en", "text", nil, "x", "Fill in this field."},
		{"en", "text", []string{"a", "b"}, "a", ""},
		{"en", "text", []string{"\xff"}, "x", "This text has characters that cannot be stored."},
		{"en", "text", []string{"a\x00b"}, "x", "This text has characters that cannot be stored."},
		{"en", "text", []string{strings.Repeat("é", 200)}, strings.Repeat("é", 200), ""},
		{"en", "text", []string{strings.Repeat("🎉", 201)}, "x", "Use at most 200 characters; these are 201."},
		{"en", "blank", []string{""}, "", ""},
		{"en", "maybe", []string{"a"}, &text, ""},
		{"en", "maybe", []string{""}, none, ""},
		{"en", "area", []string{" a\r\n b "}, " a\n b ", ""},
		{"en", "secret", []string{"  a "}, "  a ", ""},
		{"en", "whole", []string{"0"}, 0, ""},
		{"en", "whole", []string{"-1,234"}, -1234, ""},
		{"de", "whole", []string{"1.234"}, 1234, ""},
		{"ar", "whole", []string{"١٢"}, 12, ""},
		{"en", "whole", []string{"1.5"}, 7, "Write a whole number, such as 12."},
		{"en", "whole", []string{"99999999999999999999"}, 7, "This number is too large or too small."},
		{"en", "whole", []string{"1e5"}, 7, "Write a whole number, such as 12."},
		{"en", "whole", []string{""}, 7, "Fill in this field."},
		{"en", "small", []string{"128"}, int8(0), "This number is too large or too small."},
		{"en", "small", []string{""}, int8(0), ""},
		{"en", "unsigned", []string{"-1"}, (*uint64)(nil), "This number is too large or too small."},
		{"de", "real", []string{"1.234,5"}, 1234.5, ""},
		{"en", "real", []string{"1.234,5"}, 1.5, "Write a number, such as 1,234.5."},
		{"en", "real", []string{"NaN"}, 1.5, "Write a number, such as 1,234.5."},
		{"en", "real", []string{strings.Repeat("9", 100_000)}, 1.5, "Write a number, such as 1,234.5."},
		{"en", "yes", []string{"on"}, true, ""},
		{"en", "yes", nil, false, ""},
		{"en", "agree", nil, false, "Tick this box to go on."},
		{"en", "agree", []string{"off"}, false, "Tick this box to go on."},
		{"en", "day", []string{"2026-02-30"}, civil.NewDate(2026, 11, 30), "Write a date, such as 11/30/26 or 2026-11-30."},
		{"de", "day", []string{"1.3.2026"}, civil.NewDate(2026, 3, 1), ""},
		{"en", "day", []string{"1999-12-31"}, civil.NewDate(2026, 11, 30), "The least that is possible is January 1, 2000."},
		{"en", "day", []string{"2031-01-01"}, civil.NewDate(2026, 11, 30), "The most that is possible is December 31, 2030."},
		{"en", "size", []string{"l"}, size("l"), ""},
		{"en", "size", []string{"xl"}, size("s"), "Choose one of the options."},
		{"en", "sizes", []string{"l", "", "s"}, []size{"l", "s"}, ""},
		{"en", "sizes", []string{"l", "xl"}, []size(nil), "Choose one of the options."},
		{"en", "numbers", []string{"2", "1"}, []int64{2, 1}, ""},
		{"en", "numbers", []string{"3"}, []int64(nil), "Choose one of the options."},
		{"en", "numbers", []string{"x"}, []int64(nil), "Choose one of the options."},
		{"en", "mail", []string{"a@example.org"}, "a@example.org", ""},
		{"en", "mail", []string{"Ann <a@example.org>"}, "", "Write an email address, such as name@example.org."},
		{"en", "mail", []string{"a@example.org\nBcc: b@example.org"}, "", "Write an email address, such as name@example.org."},
		{"en", "mail", []string{"zoë@example.org"}, "", "Write an email address, such as name@example.org."},
		{"en", "mail", []string{"a@bücher.example"}, "", "Write an email address, such as name@example.org."},
		{"en", "mail", []string{"a@xn--bcher-kva.example"}, "a@xn--bcher-kva.example", ""},
		{"en", "mail", []string{"a@[127.0.0.1]"}, "", "Write an email address, such as name@example.org."},
		{"en", "mail", []string{"a..b@example.org"}, "", "Write an email address, such as name@example.org."},
		{"en", "mail", []string{strings.Repeat("a", 65) + "@example.org"}, "", "Write an email address, such as name@example.org."},
		{"en", "link", []string{"https://example.org/?q=ü"}, "https://example.org/?q=ü", ""},
		{"en", "mail", []string{"a@example\u202egro.org"}, "", "Write an email address, such as name@example.org."},
		{"en", "link", []string{"https://:80/"}, "", "Write an address that begins with https:// or http://."},
		{"en", "link", []string{"https://example\u202e.org"}, "", "Write an address that begins with https:// or http://."},
		{"en", "link", []string{"javascript:alert(1)"}, "", "Write an address that begins with https:// or http://."},
		{"en", "at", []string{"2026-03-08T02:30"}, (*time.Time)(nil), "There is no such time on that day: the clocks skip it."},
		{"en", "at", []string{"yesterday"}, (*time.Time)(nil), "Write a date and a time of day, such as 2026-11-30T15:04."},
		{"en", "admin", []string{"true"}, false, ""},
	} {
		values := rendered(bind(t, in(t, tt.lang, "America/New_York"), valid()))
		values.Del(tt.field)
		for _, s := range tt.sent {
			values.Add(tt.field, s)
		}
		form, ok, err := post(t, in(t, tt.lang, "America/New_York"), valid(), values)
		want := ""
		if tt.err != "" {
			want = tt.field + ": " + tt.err
		}
		if got := errorsOf(form); got != want || ok != (tt.err == "") || err != nil {
			t.Errorf("%s %.40q: %q, %v, %v; want %q", tt.field, tt.sent, got, ok, err, want)
		}
		got := reflect.ValueOf(*form.Value).FieldByNameFunc(func(n string) bool { return strings.EqualFold(n, tt.field) }).Interface()
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s %.40q: %s", tt.field, tt.sent, diff)
		}
		if f, err := form.Field("text"); err != nil || form.Status() == http.StatusOK != (tt.err == "") || f.Widget != "text" {
			t.Errorf("%s: %v", tt.field, err)
		}
	}
}

// TestPasswordsAreNotShown again.
func TestPasswordsAreNotShown(t *testing.T) {
	t.Parallel()
	v := valid()
	v.Secret = "hunter2"
	values := rendered(bind(t, t.Context(), v))
	values.Set("secret", "hunter3")
	values.Set("text", "")
	form, ok, _ := post(t, t.Context(), v, values)
	if f, _ := form.Field("secret"); f.Value != "" || ok || form.Value.Secret != "hunter3" {
		t.Errorf("%q, %v, %q", f.Value, ok, form.Value.Secret)
	}
}

// TestRequestsThatAreNoForms end with a status.
func TestRequestsThatAreNoForms(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		method, body, kind string
		limit              int64
		want               fault.Kind
	}{
		"damaged":          {"POST", "a=%zz", "application/x-www-form-urlencoded", 1000, fault.Invalid},
		"a semicolon":      {"POST", "text=a;b", "application/x-www-form-urlencoded", 1000, fault.Invalid},
		"without boundary": {"POST", "x", "multipart/form-data", 1000, fault.Invalid},
	} {
		form := everyForm.Bind(t.Context(), valid())
		r := httptest.NewRequest(tt.method, "/", strings.NewReader(tt.body))
		r.Header.Set("Content-Type", tt.kind)
		if ok, err := form.Read(r); ok || fault.KindOf(err) != tt.want || !form.Valid() {
			t.Errorf("%s: %v, %v", name, ok, err)
		}
	}
	many := strings.NewReader(strings.Repeat("x=1&", 20_000))
	r := httptest.NewRequest("POST", "/", many)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if ok, err := everyForm.Bind(t.Context(), valid()).Read(r); ok || err == nil {
		t.Errorf("20,000 fields: %v, %v", ok, err)
	}
	form := everyForm.Bind(t.Context(), valid())
	if ok, err := form.Read(httptest.NewRequest("GET", "/?text=", nil)); ok || err != nil || form.Status() != 200 {
		t.Errorf("GET: %v, %v", ok, err)
	}
}

type picky struct {
	Name string `form:"" label:"Name"`
}

var errBroken = errors.New("the disk is full")

func (p *picky) Validate(_ context.Context, form *forms.Values) error {
	switch p.Name {
	case "taken":
		form.Add(&p.Name, "The name {name} is taken.", "name", p.Name)
	case "broken":
		return errBroken
	case "whole":
		form.Add(nil, "Not today.")
	}
	return nil
}

// TestValidate has rules of its own.
func TestValidate(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"x": "true <nil> [] ", "taken": "false <nil> [] The name taken is taken.", "broken": "false the disk is full [] ", "whole": "false <nil> [Not today.] ",
		"": "false <nil> [] Fill in this field.",
	} {
		r := httptest.NewRequest("POST", "/", strings.NewReader(url.Values{"name": {name}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		form := forms.New[picky]().Bind(t.Context(), picky{})
		ok, err := form.Read(r)
		if got := fmt.Sprint(ok, " ", err, " ", form.Errors(), " ", form.Fields()[0].Error); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// TestDeclarations lists what is wrong with structs, which a site reports at its start.
func TestDeclarations(t *testing.T) {
	t.Parallel()
	type two struct {
		A string `form:"name=a" label:"A"`
		B string `form:"name=a" label:"B"`
	}
	for want, check := range map[string]error{
		"field A: the word \"sise\" of its tag is not known; did you mean size?": forms.New[struct {
			A string `form:"sise=3" label:"A"`
		}]().Check(),
		"field A: it has no label": forms.New[struct {
			A string `form:""`
		}]().Check(),
		"field A: a form cannot have a field of type map[string]int": forms.New[struct {
			A map[string]int `form:"" label:"A"`
		}]().Check(),
		"field A: a form cannot have a field of type []float64": forms.New[struct {
			A []float64 `form:"" label:"A"`
		}]().Check(),
		"field A: a sealed value is no text": forms.New[struct {
			A *signing.Sealed `form:"" label:"A"`
		}]().Check(),
		"field a: it is not exported": forms.New[struct {
			a string `form:"" label:"A"`
		}]().Check(),
		"field B: the name \"a\" is taken by another field": forms.New[two]().Check(),
		"field A: size=x is not a number of characters of a text": forms.New[struct {
			A string `form:"size=x" label:"A"`
		}]().Check(),
		"field A: min or max \"x\"": forms.New[struct {
			A int `form:"min=x" label:"A"`
		}]().Check(),
		"field A: min or max \"1e-999999999\": write the number with digits": forms.New[struct {
			A string `form:"decimal=6.2,min=1e-999999999" label:"A"`
		}]().Check(),
		"field A: min=10 is more than max=9": forms.New[struct {
			A int `form:"min=10,max=9" label:"A"`
		}]().Check(),
		"field A: min=2026-01-02 is more than max=2026-01-01": forms.New[struct {
			A civil.Date `form:"min=2026-01-02,max=2026-01-01" label:"A"`
		}]().Check(),
		"field A: min or max \"3\": only numbers and dates have": forms.New[struct {
			A string `form:"max=3" label:"A"`
		}]().Check(),
		"field A: email is for texts": forms.New[struct {
			A int `form:"email" label:"A"`
		}]().Check(),
		"no field has the tag form": forms.New[struct{ A int }]().Check(),
		"int is not a struct":       forms.New[int]().Check(),
	} {
		if check == nil || !strings.Contains(check.Error(), want) {
			t.Errorf("%v, want %s", check, want)
		}
	}
	form := everyForm.Bind(t.Context(), every{})
	if err := form.Choose(&form.Value.Text, forms.Choice{Value: 3}); err == nil || !strings.Contains(err.Error(), "choice 1 of the field text is a int and not a string") {
		t.Error(err)
	}
	if err := form.Choose(new(string)); err == nil {
		t.Error("a pointer to anything is a field")
	}
}

// FuzzRead sends anything: no panic, and the fields that are not of the form stay.
func FuzzRead(f *testing.F) {
	f.Add("text=a&whole=1&day=2026-11-30&size=s&agree=on", "de")
	f.Add("whole=%D9%A1&at=2026-03-08T02:30&numbers=1&numbers=x&real=1.234,5", "ar")
	f.Fuzz(func(t *testing.T, body, lang string) {
		form := everyForm.Bind(in(t, lang, "America/New_York"), valid())
		r := httptest.NewRequest("POST", "/", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		ok, err := form.Read(r)
		if form.Value.Admin || ok && (form.Value.Text == "" || !form.Value.Agree || err != nil) {
			t.Errorf("%q: %+v", body, form.Value)
		}
		for _, field := range form.Fields() {
			if field.Widget == "password" && field.Value != "" {
				t.Errorf("%q: a password is shown", body)
			}
		}
	})
}

// TestNoChoices: where the query of the choices has found none, or the handler has given
// none, no value is taken.
func TestNoChoices(t *testing.T) {
	t.Parallel()
	type pick struct {
		Author int64   `form:"" label:"Author"`
		Tags   []int64 `form:"" label:"Tags"`
	}
	for _, values := range []string{"author=1", "tags=1", "author=1&tags=1"} {
		form := forms.New[pick]().Bind(t.Context(), pick{})
		if err := form.Choose(&form.Value.Author); err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest("POST", "/", strings.NewReader(values))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if ok, err := form.Read(r); ok || err != nil || form.Value.Author != 0 || len(form.Value.Tags) > 0 {
			t.Errorf("%s: %v, %v, %+v", values, ok, err, form.Value)
		}
		if _, has := r.PostForm["author"]; has != strings.Contains(values, "author") {
			t.Errorf("%s: the request was changed", values)
		}
	}
}
