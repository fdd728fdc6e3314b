package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"
)

// JSON answers with v as JSON. A nil slice anywhere in v is written as [], not
// as null, so that a list without elements is a list; v is not changed. It
// encodes before it writes, so that a value that cannot be encoded is still
// answered with an error page.
func JSON(w http.ResponseWriter, status int, v any) error {
	var own jsonAnswers
	answers := &own
	if rw := responseOf(w); rw != nil {
		answers = &rw.mux.json
	}
	text := answers.buffer()
	defer answers.keep(text)
	if err := json.NewEncoder(text).Encode(answers.types.withSlices(v)); err != nil {
		return fmt.Errorf("encode %T as JSON: %w", v, err)
	}
	h := w.Header()
	h["Content-Type"] = jsonContentType[:1:1] // whoever adds to it makes another
	h.Set("Content-Length", strconv.Itoa(text.Len()))
	if h.Get("X-Content-Type-Options") != "nosniff" {
		h.Set("X-Content-Type-Options", "nosniff")
	}
	w.WriteHeader(status)
	if _, err := w.Write(text.Bytes()); err != nil {
		return fmt.Errorf("send JSON: %w", err)
	}
	return nil
}

var jsonContentType = []string{"application/json"}

// jsonAnswers is what the JSON answers of a Mux share.
type jsonAnswers struct {
	types   jsonTypes
	buffers sync.Pool
}

// maxJSONBuffer is the longest answer whose memory is kept for another, in bytes.
const maxJSONBuffer = 64 << 10

func (a *jsonAnswers) buffer() *bytes.Buffer {
	if kept, ok := a.buffers.Get().(*bytes.Buffer); ok {
		return kept
	}
	return new(bytes.Buffer)
}

func (a *jsonAnswers) keep(b *bytes.Buffer) {
	if b.Cap() <= maxJSONBuffer {
		b.Reset()
		a.buffers.Put(b)
	}
}
