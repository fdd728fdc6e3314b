package web

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"mime"
	"mime/multipart"
	"net/http"

	"github.com/volaweb/vola/fault"
)

// maxForm is how much of a form of kind multipart/form-data is held in memory,
// in bytes.
const maxForm = 1 << 20

// Form returns what reads the fields of a form that was sent in the body of the
// request, of either kind that browsers send. Parameters of the address do not
// count. A body that is larger than the route allows makes Err a 413, and so does
// a form of more than package net/http reads: 10 MB without its files, and 1000
// parts. Form may be called again for the same request: the error is the same.
func Form(r *http.Request) *Values {
	failed, again := r.Body.(*failedForm)
	if !again {
		failed = &failedForm{r.Body, parseForm(r)}
		if failed.err != nil {
			// What was read before the error is no form. The next call would find
			// it, and go on reading where this one ended.
			r.Body = failed
		}
	}
	f := &Values{values: r.PostForm, what: "field"}
	if failed.err != nil {
		f.errs = append(f.errs, failed.err)
	}
	return f
}

// failedForm is the body of a request whose form cannot be read.
type failedForm struct {
	io.ReadCloser
	err error
}

// parseForm reads the form into the request.
func parseForm(r *http.Request) error {
	before := r.PostForm != nil
	err := r.ParseForm()
	if err == nil {
		// It calls ParseForm too, but forgets its error.
		if err = r.ParseMultipartForm(maxForm); errors.Is(err, http.ErrNotMultipart) {
			err = nil
		}
	}
	if err == nil && before {
		err = unread(r)
	}
	_, tooLarge := errors.AsType[*http.MaxBytesError](err)
	_, file := errors.AsType[*fs.PathError](err)
	switch {
	case err == nil, tooLarge, file, // a file that we could not write is no fault of the form
		errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, multipart.ErrMessageTooLarge), err.Error() == "http: POST too large":
		return fault.Wrap(fault.TooLarge, err, "The form that was sent is too large.")
	}
	return fault.Wrap(fault.Invalid, err, "The form that was sent is damaged.")
}

// unread returns the error of a form that somebody else parsed, such as a
// middleware by FormValue, which drops errors: of a body that is larger than its
// limit each read is one.
func unread(r *http.Request) error {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if r.Body == nil || kind != "application/x-www-form-urlencoded" {
		return nil
	}
	_, err := r.Body.Read(make([]byte, 1))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return err
	}
	return nil
}
