package web_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/web"
)

func ExampleForm() {
	r := httptest.NewRequest("POST", "/soups/7/rate/", strings.NewReader("stars=9"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")

	form := web.Form(r).Required("stars")
	stars := form.IntBetween("stars", 0, 1, 5)
	fmt.Println(stars, web.Status(form.Err()), fault.Message(form.Err()))
	// Output: 0 400 The value of stars is "9" and must be from 1 to 5.
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
		"not the address":  {plain, "m=3", 0, "The value of n is missing."},
		"nothing":          {"", "", 0, "The value of n is missing."},
		"JSON":             {"application/json", `{"n":3}`, 0, "The value of n is missing."},
		"empty":            {plain, "n=", 0, "The value of n is missing."},
		"no number":        {plain, "n=x", 0, `The value of n is "x" and must be a whole number.`},
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

// TestFormTwice: a form that cannot be read is an error each time it is asked
// for, and never the part of it that was read.
func TestFormTwice(t *testing.T) {
	t.Parallel()
	const plain = "application/x-www-form-urlencoded"
	parts := func(fields int, value string) (kind, body string) {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		for i := range fields {
			if err := w.WriteField(fmt.Sprint("f", i), value); err != nil {
				t.Fatal(err)
			}
		}
		if err := errors.Join(w.WriteField("n", "1"), w.Close()); err != nil {
			t.Fatal(err)
		}
		return w.FormDataContentType(), b.String()
	}
	request := func(kind, body string) *http.Request {
		r := httptest.NewRequest("POST", "/", strings.NewReader(body))
		r.Header.Set("Content-Type", kind)
		return r
	}
	limited := func(r *http.Request) *http.Request {
		r.Body = http.MaxBytesReader(httptest.NewRecorder(), r.Body, 100)
		return r
	}
	long := "n=1&" + strings.Repeat("a=1&", 100)
	parsed := limited(request(plain, long))
	if v := parsed.FormValue("n"); v != "" {
		t.Errorf("net/http reads %q", v)
	}
	kind, few := parts(3, "x")
	broken := request(kind, "")
	broken.Body = io.NopCloser(iotest.ErrReader(&fs.PathError{Op: "write", Path: "multipart", Err: errors.New("no space")}))
	for name, tt := range map[string]struct {
		r    *http.Request
		want int
	}{
		"damaged":            {request(plain, "n=1&a=%zz"), 400},
		"large":              {limited(request(plain, long)), 413},
		"large, parsed":      {parsed, 413},
		"larger than 10 MB":  {request(plain, "n=1&a="+strings.Repeat("x", 11<<20)), 413},
		"parts, cut":         {request(kind, few[:len(few)-20]), 400},
		"parts, large":       {limited(request(parts(9, "x"))), 413},
		"parts, too many":    {request(parts(1100, "x")), 413},
		"parts, over 11 MB":  {request(parts(1, strings.Repeat("x", 12<<20))), 413},
		"parts, not written": {broken, 500},
		"parts, good":        {request(kind, few), 200},
		"good":               {request(plain, "n=1"), 200},
	} {
		for i := range 2 {
			form := web.Form(tt.r).Required("n")
			if err := form.Err(); web.Status(err) != tt.want {
				t.Errorf("%s, call %d: %v", name, i+1, err)
			}
		}
	}
}
