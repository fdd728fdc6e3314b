package forms_test

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/volaweb/vola/forms"
)

const reviewBody = "title=A+page+in+three+languages&stars=4&text=Well+done%0D%0AThank+you."

func reviewRequest() *http.Request {
	r := httptest.NewRequest("POST", "/", strings.NewReader(reviewBody))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

// BenchmarkRead binds and reads a form of three fields.
func BenchmarkRead(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		form := reviewForm.Bind(b.Context(), review{Stars: 3})
		if ok, err := form.Read(reviewRequest()); !ok || err != nil {
			b.Fatal(ok, err)
		}
	}
}

// BenchmarkByHand does the same checks without a form.
func BenchmarkByHand(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		r := reviewRequest()
		if err := r.ParseForm(); err != nil {
			b.Fatal(err)
		}
		var v review
		wrong := map[string]string{}
		v.Title = strings.TrimSpace(r.PostForm.Get("title"))
		if v.Title == "" || !utf8.ValidString(v.Title) || utf8.RuneCountInString(v.Title) > 60 {
			wrong["title"] = "title"
		}
		stars, err := strconv.Atoi(r.PostForm.Get("stars"))
		if v.Stars = stars; err != nil || stars < 1 || stars > 5 {
			wrong["stars"] = "stars"
		}
		v.Text = strings.ReplaceAll(r.PostForm.Get("text"), "\r\n", "\n")
		if !utf8.ValidString(v.Text) || utf8.RuneCountInString(v.Text) > 10_000 {
			wrong["text"] = "text"
		}
		if len(wrong) > 0 || v.Stars == 1 && v.Text == "" {
			b.Fatal(wrong)
		}
	}
}

var _ forms.Checked = reviewForm
