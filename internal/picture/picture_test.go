package picture_test

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"strings"
	"testing"

	"github.com/volaweb/vola/internal/picture"
)

// write returns a picture in a format.
func write(t testing.TB, format string, w, h int) string {
	t.Helper()
	var b bytes.Buffer
	var err error
	p := image.NewPaletted(image.Rect(0, 0, w, h), color.Palette{color.Black, color.White})
	switch format {
	case "gif":
		err = gif.Encode(&b, p, nil)
	case "jpeg":
		err = jpeg.Encode(&b, p, nil)
	default:
		err = png.Encode(&b, p)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestSize(t *testing.T) {
	t.Parallel()
	const (
		frame    = "VP8 \x5c\x76\x00\x00\xd2\xbe\x01\x9d\x01\x2a\x26\x02\x70\x01"
		extended = "RIFF\xe8\x31\x00\x00WEBPVP8X\x0a\x00\x00\x00\x10\x00\x00\x00\x8f\x01\x00\x2c\x01\x00"
	)
	tests := []struct {
		name, file    string
		width, height int
	}{
		{"gif", write(t, "gif", 3, 2), 3, 2},
		{"jpeg", write(t, "jpeg", 70, 33), 70, 33},
		{"png", write(t, "png", 300, 1), 300, 1},
		// Headers made after the specification: 550x368 lossy, 386x395 lossless, 400x301 extended.
		{"lossy webp", "RIFF\x68\x76\x00\x00WEBP" + frame, 550, 368},
		{"lossless webp", "RIFF\x20\x00\x01\x00WEBPVP8L\x14\x00\x01\x00\x2f\x81\x81\x62\x10\x8d\x40\x8c\x24\x39", 386, 395},
		{"extended webp", extended + "ALPH\x03\x00\x00\x00abc\x00" + frame, 550, 368},
		{"extended webp with a small frame", extended + "VP8L\x14\x00\x00\x00\x2f\x00\x00\x00\x00\x00\x00\x00\x00\x00", 400, 301},
		{"animated webp", extended + "ANIM\x06\x00\x00\x00\x00\x00\x00\x00\x00\x00ANMF\x10\x00\x00\x00" + strings.Repeat("\x00", 16), 400, 301},
		{"webp of a canvas alone", extended, 0, 0},
		{"webp of a chunk without an end", extended + "ICCP\xff\xff\xff\xff" + strings.Repeat("x", 100), 0, 0},
		{"empty", "", 0, 0},
		{"text", strings.Repeat("hello ", 10), 0, 0},
		{"cut png", write(t, "png", 300, 1)[:20], 0, 0},
		{"cut jpeg", write(t, "jpeg", 300, 1)[:30], 0, 0},
		{"cut webp", "RIFF\x68\x76\x00\x00WEBPVP8 \x5c", 0, 0},
		{"webp of nothing", "RIFF\x68\x76\x00\x00WEBPVP8 \x5c\x76\x00\x00\xd2\xbe\x01\x9d\x01\x2a\x00\x00\x00\x00", 0, 0},
		{"endless jpeg", "\xff\xd8" + strings.Repeat("\xff\xe0\x00\x02", 100_000), 0, 0},
	}
	for _, tt := range tests {
		w, h, err := picture.Size(strings.NewReader(tt.file))
		if w != tt.width || h != tt.height || (err == nil) != (tt.width > 0) {
			t.Errorf("%s: %d x %d, %v", tt.name, w, h, err)
		}
	}
}

// TestSizeOfABomb: a picture of four gigapixels is told from its first bytes.
func TestSizeOfABomb(t *testing.T) {
	t.Parallel()
	file := []byte(write(t, "png", 1, 1))
	copy(file[16:], "\x00\x00\xff\xff\x00\x00\xff\xff")
	// The checksum of the header is wrong now, and told: nothing is read behind it.
	r := &counting{Reader: bytes.NewReader(append(file, make([]byte, 1<<20)...))}
	if w, h, err := picture.Size(r); err == nil && (w != 65535 || h != 65535) {
		t.Errorf("%d x %d, %v", w, h, err)
	}
	if r.n > 64<<10 {
		t.Errorf("%d bytes were read", r.n)
	}
}

type counting struct {
	io.Reader
	n int
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += n
	return n, err
}

func FuzzSize(f *testing.F) {
	for _, format := range []string{"gif", "jpeg", "png"} {
		f.Add([]byte(write(f, format, 5, 7)))
	}
	f.Add([]byte("RIFF\x68\x76\x00\x00WEBPVP8 \x5c\x76\x00\x00\xd2\xbe\x01\x9d\x01\x2a\x26\x02\x70\x01"))
	f.Fuzz(func(t *testing.T, file []byte) {
		if w, h, err := picture.Size(bytes.NewReader(file)); err == nil && (w < 1 || h < 1) {
			t.Errorf("%d x %d", w, h)
		}
	})
}
