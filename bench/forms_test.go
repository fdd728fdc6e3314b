package bench

import (
	"bytes"
	"html/template"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/volaweb/vola/civil"
	"github.com/volaweb/vola/forms"
	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/templates"
)

// signUp is a form as sites have them. Both handlers show it, read it with the same checks,
// show it again with what is wrong, and lead on.
type signUp struct {
	Name  string     `form:"size=80" label:"Name"`
	Email string     `form:"email,size=200" label:"Email address" help:"We write once."`
	Day   civil.Date `form:"min=2000-01-01,max=2030-12-31" label:"Day"`
	Seats int        `form:"min=1,max=20" label:"Seats"`
	Meal  string     `form:"" label:"Meal"`
	Note  string     `form:"optional,textarea,size=500" label:"Note"`
	Rules bool       `form:"required" label:"I have read the rules."`
}

const formFrame = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Sign up</title><main><h1>Sign up</h1>`

func meals() []string { return []string{"none", "vegan", "fish"} }

// formByVola is the handler with package forms.
func formByVola(t testing.TB) http.HandlerFunc {
	t.Helper()
	page := templates.Page[*forms.Bound[signUp]]("page.html")
	set, err := templates.New(templates.Config{
		Loaders: []templates.Loader{templates.Memory{"page.html": formFrame + `{{component "forms/form.html" "form" . "submit" "Book"}}</main>`}, templates.FS("forms", forms.Templates())},
		Pages:   []templates.Checked{page}, Funcs: map[string]any{"static": func(name string) string { return "/static/" + name }},
	})
	if err != nil {
		t.Fatal(err)
	}
	form := forms.New[signUp]()
	if err := form.Check(); err != nil {
		t.Fatal(err)
	}
	var choices []forms.Choice
	for _, m := range meals() {
		choices = append(choices, forms.Choice{Value: m})
	}
	texts, err := i18n.Load(i18n.Config{Languages: []string{"en"}})
	if err != nil {
		t.Fatal(err)
	}
	ctx := i18n.With(t.Context(), texts.Default()) // as the contexts of all requests of a site come from
	return func(w http.ResponseWriter, r *http.Request) {
		bound := form.Bind(ctx, signUp{Day: civil.NewDate(2026, 12, 24), Seats: 1, Meal: "none"})
		if err := bound.Choose(&bound.Value.Meal, choices...); err != nil {
			t.Fatal(err)
		}
		ok, err := bound.Read(r)
		if err != nil {
			t.Fatal(err)
		}
		if ok {
			http.Redirect(w, r, "/done/", http.StatusSeeOther)
			return
		}
		var b bytes.Buffer
		if err := set.Render(ctx, &b, page.Data(bound)); err != nil {
			t.Fatal(err)
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(bound.Status())
		_, _ = w.Write(b.Bytes())
	}
}

const formByHandText = formFrame + `
<form class="form" method="post" novalidate>
{{if .Errors}}<div class="form-errors" role="alert" tabindex="-1" aria-labelledby="form-errors-title" autofocus>
<h2 id="form-errors-title">Something is not right yet</h2>
<ul>
{{range .Order}}{{with index $.Errors .}}<li><a href="#field-{{.Field}}">{{.Label}}: {{.Text}}</a></li>
{{end}}{{end}}</ul>
</div>
{{end}}<div class="field">
<label for="field-name">Name</label>
{{with .Errors.name}}<p class="error" id="field-name-error"><span class="hidden">Error:</span> {{.Text}}</p>
{{end}}<input type="text" id="field-name" name="name" value="{{.Name}}" maxlength="160" required{{if .Errors.name}} aria-describedby="field-name-error" aria-invalid="true"{{end}}>
</div>
<div class="field">
<label for="field-email">Email address</label>
<p class="help" id="field-email-help">We write once.</p>
{{with .Errors.email}}<p class="error" id="field-email-error"><span class="hidden">Error:</span> {{.Text}}</p>
{{end}}<input type="email" id="field-email" name="email" value="{{.Email}}" maxlength="400" required aria-describedby="field-email-help{{if .Errors.email}} field-email-error{{end}}"{{if .Errors.email}} aria-invalid="true"{{end}}>
</div>
<div class="field">
<label for="field-day">Day</label>
{{with .Errors.day}}<p class="error" id="field-day-error"><span class="hidden">Error:</span> {{.Text}}</p>
{{end}}<input type="date" id="field-day" name="day" value="{{.Day}}" min="2000-01-01" max="2030-12-31" required{{if .Errors.day}} aria-describedby="field-day-error" aria-invalid="true"{{end}}>
</div>
<div class="field">
<label for="field-seats">Seats</label>
{{with .Errors.seats}}<p class="error" id="field-seats-error"><span class="hidden">Error:</span> {{.Text}}</p>
{{end}}<input type="text" id="field-seats" name="seats" value="{{.Seats}}" inputmode="numeric" required{{if .Errors.seats}} aria-describedby="field-seats-error" aria-invalid="true"{{end}}>
</div>
<div class="field">
<label for="field-meal">Meal</label>
{{with .Errors.meal}}<p class="error" id="field-meal-error"><span class="hidden">Error:</span> {{.Text}}</p>
{{end}}<select id="field-meal" name="meal" required{{if .Errors.meal}} aria-describedby="field-meal-error" aria-invalid="true"{{end}}>
{{range .Meals}}<option value="{{.}}"{{if eq . $.Meal}} selected{{end}}>{{.}}</option>
{{end}}</select>
</div>
<div class="field">
<label for="field-note">Note <span class="optional">(optional)</span></label>
{{with .Errors.note}}<p class="error" id="field-note-error"><span class="hidden">Error:</span> {{.Text}}</p>
{{end}}<textarea id="field-note" name="note" rows="6"{{if .Errors.note}} aria-describedby="field-note-error" aria-invalid="true"{{end}}>
{{.Note}}</textarea>
</div>
<div class="field">
{{with .Errors.rules}}<p class="error" id="field-rules-error"><span class="hidden">Error:</span> {{.Text}}</p>
{{end}}<label class="option"><input type="checkbox" id="field-rules" name="rules" value="on"{{if .Rules}} checked{{end}} required{{if .Errors.rules}} aria-describedby="field-rules-error" aria-invalid="true"{{end}}> I have read the rules.</label>
</div>
<button>Book</button>
</form>
</main>`

type byHandError struct{ Field, Label, Text string }

// byHandData is what the page by hand shows: texts as they were sent.
type byHandData struct {
	Name, Email, Day, Seats, Meal, Note string
	Rules                               bool
	Meals, Order                        []string
	Errors                              map[string]*byHandError
}

// formByHand is the same handler without package forms.
func formByHand(t testing.TB) http.HandlerFunc {
	t.Helper()
	page := template.Must(template.New("page").Parse(formByHandText))
	order := []string{"name", "email", "day", "seats", "meal", "note", "rules"}
	return func(w http.ResponseWriter, r *http.Request) {
		d := byHandData{Day: "2026-12-24", Seats: "1", Meal: "none", Meals: meals(), Order: order}
		if r.Method == http.MethodPost {
			if err := r.ParseForm(); err != nil {
				t.Fatal(err)
			}
			if d.Errors = d.read(r); len(d.Errors) == 0 {
				http.Redirect(w, r, "/done/", http.StatusSeeOther)
				return
			}
		}
		var b bytes.Buffer
		if err := page.Execute(&b, d); err != nil {
			t.Fatal(err)
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		status := http.StatusOK
		if len(d.Errors) > 0 {
			status = http.StatusUnprocessableEntity
		}
		w.WriteHeader(status)
		_, _ = w.Write(b.Bytes())
	}
}

// read makes the checks that the tags of signUp say.
func (d *byHandData) read(r *http.Request) map[string]*byHandError {
	wrong := map[string]*byHandError{}
	fail := func(field, label, text string) {
		if wrong[field] == nil {
			wrong[field] = &byHandError{field, label, text}
		}
	}
	text := func(field, label string, most int, needed, lines bool) string {
		v := strings.ReplaceAll(r.PostForm.Get(field), "\r\n", "\n")
		if !lines {
			v = strings.TrimSpace(v)
		}
		switch n := utf8.RuneCountInString(v); {
		case needed && v == "":
			fail(field, label, "Fill in this field.")
		case !utf8.ValidString(v) || strings.ContainsRune(v, 0):
			fail(field, label, "This text has characters that cannot be stored.")
		case n > most:
			fail(field, label, "Use at most "+strconv.Itoa(most)+" characters; these are "+strconv.Itoa(n)+".")
		}
		return v
	}
	d.Name = text("name", "Name", 80, true, false)
	d.Email = text("email", "Email address", 200, true, false)
	if a, err := mail.ParseAddress(d.Email); d.Email != "" && (err != nil || a.Address != d.Email || a.Name != "") {
		fail("email", "Email address", "Write an email address, such as name@example.org.")
	}
	d.Day = text("day", "Day", 100, true, false)
	if day, err := civil.ParseDate(d.Day); err != nil {
		fail("day", "Day", "Write a date, such as 2026-11-30.")
	} else if s := day.String(); s < "2000-01-01" || s > "2030-12-31" {
		fail("day", "Day", "This day is not possible.")
	}
	d.Seats = text("seats", "Seats", 100, true, false)
	if n, err := strconv.Atoi(d.Seats); err != nil || n < 1 || n > 20 {
		fail("seats", "Seats", "Write a number from 1 to 20.")
	}
	d.Meal = r.PostForm.Get("meal")
	known := false
	for _, m := range d.Meals {
		known = known || m == d.Meal
	}
	if !known {
		fail("meal", "Meal", "Choose one of the options.")
	}
	d.Note = text("note", "Note", 500, false, true)
	if d.Rules = r.PostForm.Get("rules") == "on"; !d.Rules {
		fail("rules", "I have read the rules.", "Tick this box to go on.")
	}
	return wrong
}

// formRequests are what is measured.
func formRequests() []struct{ name, method, body string } {
	return []struct{ name, method, body string }{
		{"page", "GET", ""},
		{"stored", "POST", "name=Ann+Lee&email=ann%40example.org&day=2026-12-31&seats=4&meal=vegan&note=Thank+you.%0D%0ABye.&rules=on"},
		{"errors", "POST", "name=&email=ann&day=2026-12-31&seats=40&meal=vegan&note=Thank+you.%0D%0ABye."},
	}
}

func sendForm(h http.HandlerFunc, method, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "/", strings.NewReader(body))
	if method == "POST" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	h(w, r)
	return w
}

// TestFormsAreTheSame: both handlers answer with the same status and show the same controls.
func TestFormsAreTheSame(t *testing.T) {
	vola, hand := formByVola(t), formByHand(t)
	for _, r := range formRequests() {
		a, b := sendForm(vola, r.method, r.body), sendForm(hand, r.method, r.body)
		if a.Code != b.Code {
			t.Errorf("%s: status %d and %d", r.name, a.Code, b.Code)
		}
		for _, part := range []string{"<input", "<select", "<option", " selected", "<textarea", "<label", `role="alert"`, "<li>", `class="error"`, `aria-invalid="true"`, `class="help"`} {
			if x, y := strings.Count(a.Body.String(), part), strings.Count(b.Body.String(), part); x != y {
				t.Errorf("%s: %d and %d times %s\n%s\n%s", r.name, x, y, part, a.Body, b.Body)
			}
		}
	}
}

// BenchmarkForms compares a form with the handler by hand that makes the same checks.
func BenchmarkForms(b *testing.B) {
	for _, r := range formRequests() {
		for _, p := range []struct {
			name string
			h    http.HandlerFunc
		}{{"hand", formByHand(b)}, {"vola", formByVola(b)}} {
			b.Run(r.name+"/"+p.name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					sendForm(p.h, r.method, r.body)
				}
			})
		}
	}
}
