package forms_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"

	"github.com/volaweb/vola/forms"
)

// review is what readers send.
type review struct {
	Title string `form:"size=60" label:"Title"`
	Stars int    `form:"min=1,max=5" label:"Stars"`
	Text  string `form:"optional,textarea" label:"What do you think?"`
}

var reviewForm = forms.New[review]()

// Validate is called when all fields are right by themselves.
func (r *review) Validate(_ context.Context, form *forms.Values) error {
	if r.Stars == 1 && r.Text == "" {
		form.Add(&r.Text, "Say what is wrong with {title}.", "title", r.Title)
	}
	return nil
}

func Example() {
	r := httptest.NewRequest("POST", "/", strings.NewReader("title=Bread&stars=1&admin=true"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")

	form := reviewForm.Bind(r.Context(), review{Stars: 3})
	ok, err := form.Read(r)
	fmt.Println(ok, err, form.Status(), *form.Value)
	for _, f := range form.Fields() {
		fmt.Printf("%s: %q, error %q\n", f.Label, f.Value, f.Error)
	}
	// Output:
	// false <nil> 422 {Bread 1 }
	// Title: "Bread", error ""
	// Stars: "1", error ""
	// What do you think?: "", error "Say what is wrong with Bread."
}
