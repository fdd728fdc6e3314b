package brotli_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/volaweb/vola/web/assets"
	"github.com/volaweb/vola/web/assets/brotli"
)

var _ assets.Coding = brotli.Coding{}

// TestThereAndBack: what is read is what was written, and takes less.
func TestThereAndBack(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("a { color: red }\n", 100)
	var b bytes.Buffer
	w := brotli.Coding{}.NewWriter(&b)
	io.WriteString(w, text)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if b.Len() >= len(text)/4 {
		t.Errorf("%d bytes became %d", len(text), b.Len())
	}
	r, err := brotli.Coding{}.NewReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || string(got) != text {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}
