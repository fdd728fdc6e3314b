package web_test

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/png"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/volaweb/vola/storage"
	"github.com/volaweb/vola/volatest/chromium"
	"github.com/volaweb/vola/web/middleware"
)

// TestFileInABrowser: a browser shows a picture and plays a sound that is opened alone, under
// the policy of stored files and the other headers of a site.
func TestFileInABrowser(t *testing.T) {
	t.Parallel()
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 7, 5))); err != nil {
		t.Fatal(err)
	}
	s := storage.NewMemory()
	for name, content := range map[storage.Name][]byte{"a.png": picture.Bytes(), "a.wav": second()} {
		if _, err := s.Create(t.Context(), name, bytes.NewReader(content)); err != nil {
			t.Fatal(err)
		}
	}
	srv := httptest.NewServer(middleware.SecureHeaders(middleware.SecureHeadersConfig{})(fileSite(t, s, http.Header{})))
	t.Cleanup(srv.Close)
	ctx := chromium.Start(t)
	for name, shown := range map[string]string{
		"a.png": `document.images[0]?.naturalWidth === 7`,
		"a.wav": `document.querySelector("video")?.duration === 1`,
	} {
		if err := chromedp.Do(ctx, chromedp.Navigate(srv.URL+"/"+name)); err != nil {
			t.Fatal(name, err)
		}
		for ok := false; !ok; {
			var err error
			if ok, err = chromedp.Run(ctx, chromedp.Evaluate[bool](shown)); err != nil {
				t.Fatalf("%s is not shown: %v", name, err)
			}
		}
	}
}

// second returns a second of sound: 8,000 samples of one byte, in the form RIFF/WAVE.
func second() []byte {
	const n = 8000
	b := []byte("RIFF")
	b = binary.LittleEndian.AppendUint32(b, 36+n)
	b = append(b, "WAVEfmt "...)
	b = binary.LittleEndian.AppendUint32(b, 16)
	for _, v := range []uint16{1, 1} { // PCM, one channel
		b = binary.LittleEndian.AppendUint16(b, v)
	}
	for _, v := range []uint32{n, n} { // samples and bytes a second
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	for _, v := range []uint16{1, 8} { // bytes and bits of a sample
		b = binary.LittleEndian.AppendUint16(b, v)
	}
	b = append(b, "data"...)
	b = binary.LittleEndian.AppendUint32(b, n)
	return append(b, make([]byte, n)...)
}
