package forms

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

// onceName is the name of the hidden field with the key of a page.
const onceName = "form_key"

// Once gives the form a key, a random text in a hidden field, by which a form that is sent
// twice can be told: by a double click, the button "back" or a page that is loaded again. It
// is called before Read; package contrib/once stores what was sent once. A form that is sent
// without the key has an error: templates that show fields one by one need forms/hidden.html.
// Called after Read it gives the page another key, so that it can be sent as something new.
func (v *Values) Once() {
	v.key = rand.Text()
}

// Key returns the key of the page that was sent or, if none was, that of the page that is
// made now; "" if Once was not called.
func (v *Values) Key() string { return v.key }

// readKey takes the key of the page that was sent.
func (v *Values) readKey(sent url.Values) {
	key := sent.Get(onceName)
	switch {
	case v.key == "":
	case len(key) < 20 || len(key) > 40 || strings.Trim(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") != "":
		v.incomplete()
	default:
		v.key = key
	}
}

// incomplete says that a hidden field is missing: what it is for, to store a form once or not
// to overwrite the changes of others, would be lost without a word.
func (v *Values) incomplete() {
	text := v.lang.T("The form that was sent is not complete. Send it again.")
	if !slices.Contains(v.root.errs, text) {
		v.root.errs = append(v.root.errs, text)
	}
}

// Digest returns a checksum of what was filled in (SHA-256), without passwords. It is the
// same for the same content under another key.
func (v *Values) Digest() [sha256.Size]byte {
	text, err := json.Marshal(v.content())
	if err != nil {
		panic(err) // it is texts
	}
	return sha256.Sum256(text)
}

// content lists what was filled in, in a list for each field. What the form began with and the
// page did not send does not count: it is another for the second of two that were sent.
func (v *Values) content() (out []any) {
	for _, f := range v.fields {
		var chosen []string
		for _, o := range f.Options() {
			if o.Selected {
				chosen = append(chosen, o.Value)
			}
		}
		var rows []any
		for _, row := range f.rows() {
			if !row.unsent {
				rows = append(rows, row.Key, row.content())
			}
		}
		out = append(out, []any{f.Name, f.Value, f.which, chosen, f.given, rows})
	}
	return out
}
