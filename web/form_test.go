package web_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/web"
)

func ExampleForm() {
	r := httptest.NewRequest("POST", "/soups/7/rate/", strings.NewReader("stars=9"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")

	form := web.Form(r).Required("stars")
	stars := form.IntBetween("stars", 0, 1, 5)
	fmt.Println(stars, web.Status(form.Err()), fault.Message(form.Err()))
	// Output: 0 400 The field stars is "9" and must be from 1 to 5.
}

func TestForm(t *testing.T) {
	t.Parallel()
	var parts bytes.Buffer
	w := multipart.NewWriter(&parts)
	if err := w.WriteField("n", "4"); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	const plain = "application/x-www-form-urlencoded"
	for name, tt := range map[string]struct {
		kind, body string
		want       int
		message    string
	}{
		"a form":           {plain, "n=3", 3, ""},
		"with parts":       {w.FormDataContentType(), parts.String(), 4, ""},
		"not the address":  {plain, "m=3", 0, "The field n is missing."},
		"nothing":          {"", "", 0, "The field n is missing."},
		"JSON":             {"application/json", `{"n":3}`, 0, "The field n is missing."},
		"empty":            {plain, "n=", 0, "The field n is missing."},
		"no number":        {plain, "n=x", 0, `The field n is "x" and must be a whole number.`},
		"damaged":          {plain, "n=%zz", 0, "The form that was sent is damaged."},
		"damaged parts":    {w.FormDataContentType(), "--x", 0, "The form that was sent is damaged."},
		"without boundary": {"multipart/form-data", "x", 0, "The form that was sent is damaged."},
		"no such kind":     {"a/b/c; d", "n=3", 0, "The form that was sent is damaged."},
	} {
		r := httptest.NewRequest("POST", "/?n=9", strings.NewReader(tt.body))
		r.Header.Set("Content-Type", tt.kind)
		form := web.Form(r).Required("n")
		if n := form.Int("n", 0); n != tt.want {
			t.Errorf("%s: %d, want %d", name, n, tt.want)
		}
		err := form.Err()
		if message := fault.Message(err); (err != nil) != (tt.message != "") || !strings.Contains(message, tt.message) {
			t.Errorf("%s: %v (%s)", name, err, message)
		}
	}
	r := httptest.NewRequest("POST", "/", strings.NewReader("n="+strings.Repeat("3", 1000)))
	r.Header.Set("Content-Type", plain)
	r.Body = http.MaxBytesReader(httptest.NewRecorder(), r.Body, 100)
	if err := web.Form(r).Err(); web.Status(err) != http.StatusRequestEntityTooLarge {
		t.Errorf("a body that is too large: %v", err)
	}
	if err := web.Form(httptest.NewRequest("GET", "/?n=1", nil)).Required("n").Err(); err == nil {
		t.Error("a GET request has no form")
	}
}
