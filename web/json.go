package web

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
)

// JSON answers with v as JSON. A nil slice anywhere in v is written as [], not
// as null, so that a list without elements is a list; v is not changed. It
// encodes before it writes, so that a value that cannot be encoded is still
// answered with an error page.
func JSON(w http.ResponseWriter, status int, v any) error {
	text, err := json.Marshal(withSlices(v))
	if err != nil {
		return fmt.Errorf("encode %T as JSON: %w", v, err)
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(text)+len("\n")))
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	if _, err = w.Write(text); err == nil {
		_, err = io.WriteString(w, "\n")
	}
	if err != nil {
		return fmt.Errorf("send JSON: %w", err)
	}
	return nil
}
