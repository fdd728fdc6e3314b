package files_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"io"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/volaweb/vola/contrib/files"
	"github.com/volaweb/vola/storage"
	"github.com/volaweb/vola/volatest"
)

// exif returns the segment of a JPEG that says how to turn it.
func exif(order binary.AppendByteOrder, orientation int) []byte {
	tiff := []byte("II*\x00")
	if order.AppendUint16(nil, 1)[0] == 0 {
		tiff = []byte("MM\x00*")
	}
	tiff = order.AppendUint32(tiff, 8)
	tiff = order.AppendUint16(tiff, 2)
	for _, entry := range [][2]int{{0x010f, 7}, {0x0112, orientation}} { // the maker, the orientation
		tiff = order.AppendUint16(tiff, uint16(entry[0]))
		tiff = order.AppendUint16(tiff, 3)
		tiff = order.AppendUint32(tiff, 1)
		tiff = order.AppendUint16(tiff, uint16(entry[1]))
		tiff = order.AppendUint16(tiff, 0)
	}
	tiff = append(tiff, "GPS: a secret place"...)
	body := append([]byte("Exif\x00\x00"), tiff...)
	return append(binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(body)+2)), body...)
}

// withExif puts segments behind the first marker of a JPEG.
func withExif(photo []byte, segments ...[]byte) []byte {
	out := append([]byte(nil), photo[:2]...)
	for _, s := range segments {
		out = append(out, s...)
	}
	return append(out, photo[2:]...)
}

// near reports whether a pixel is about the colour of a quarter, after JPEG.
func near(c color.Color, want color.NRGBA) bool {
	r, g, b, _ := c.RGBA()
	off := func(got uint32, want uint8) bool { return (int(got>>8)-int(want))*(int(got>>8)-int(want)) > 60*60 }
	return !off(r, want.R) && !off(g, want.G) && !off(b, want.B)
}

// TestOrientation: a photo is turned as the camera said, in both byte orders, and what else
// the camera wrote is left out.
func TestOrientation(t *testing.T) {
	t.Parallel()
	c, f := start(t, files.Config{})
	// Where the quarters of the original are seen: of the result's top left and top right.
	seen := map[int][2][2]bool{ // right, below
		0: {{false, false}, {true, false}}, 1: {{false, false}, {true, false}}, 9: {{false, false}, {true, false}},
		2: {{true, false}, {false, false}}, 3: {{true, true}, {false, true}}, 4: {{false, true}, {true, true}},
		5: {{false, false}, {false, true}}, 6: {{false, true}, {false, false}},
		7: {{true, true}, {true, false}}, 8: {{true, false}, {true, true}},
	}
	for o, quarters := range seen {
		for i, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			photo := withExif(jpegOf(halves(80, 40)), []byte{0xff, 0xe0, 0, 4, 'x', 'x'}, exif(order, o))
			name := store(t, c, storage.Name(fmt.Sprintf("o/%d-%d.jpg", o, i)), photo)
			w, h := 40, 20
			if o >= 5 && o <= 8 {
				w, h = 20, 40
			}
			m := wantPicture(t, c.Site, must(t)(f.Picture(name, 40, 40)), w, h)
			if m == nil {
				continue
			}
			for right, q := range quarters {
				if got := m.At(w/4+right*w/2, h/4); !near(got, quarter(q[0], q[1])) {
					t.Errorf("orientation %d: at the top, right is %d, the colour is %v", o, right, got)
				}
			}
			version := get(c, must(t)(f.Thumbnail(name, 30, 30)))
			if version.Code != 200 || bytes.Contains(version.Body.Bytes(), []byte("Exif")) || bytes.Contains(version.Body.Bytes(), []byte("secret")) {
				t.Errorf("orientation %d: %d, or the version has what the camera wrote", o, version.Code)
			}
		}
	}
}

func get(c *volatest.Client, url string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	c.Site.ServeHTTP(w, httptest.NewRequest("GET", url, nil))
	return w
}

// TestKindsAndSizes: all kinds of pictures, larger and smaller than what is asked for.
func TestKindsAndSizes(t *testing.T) {
	t.Parallel()
	c, f := start(t, files.Config{})
	holes := halves(100, 50)
	holes.Set(3, 3, color.NRGBA{})
	for name, content := range map[storage.Name][]byte{
		"a/p.jpg": jpegOf(halves(100, 50)), "a/p.png": pngOf(halves(100, 50)), "a/holes.png": pngOf(holes), "a/p.gif": gifOf(halves(100, 50)),
	} {
		store(t, c, name, content)
		format := "image/jpeg"
		if name == "a/holes.png" {
			format = "image/png"
		}
		for _, tt := range []struct{ w, h, wantW, wantH int }{
			{50, 50, 50, 25}, {50, 10, 20, 10}, {0, 10, 20, 10}, {10, 0, 10, 5}, {1000, 1000, 100, 50}, {99, 99, 99, 50}, {1, 1, 1, 1}, {2048, 0, 100, 50},
		} {
			url := must(t)(f.Picture(name, tt.w, tt.h))
			wantPicture(t, c.Site, url, tt.wantW, tt.wantH)
			if got := get(c, url).Header().Get("Content-Type"); got != format && tt.w > 50 {
				t.Errorf("%s: a version is %s", name, got)
			}
		}
		for _, size := range [][2]int{{30, 30}, {10, 40}, {100, 20}, {300, 100}, {1, 1}} {
			m := wantPicture(t, c.Site, must(t)(f.Thumbnail(name, size[0], size[1])), size[0], size[1])
			if m == nil || size[0] < 10 {
				continue
			}
			if !near(m.At(size[0]/4, size[1]/4), quarter(false, false)) || !near(m.At(size[0]*3/4, size[1]*3/4), quarter(true, true)) {
				t.Errorf("%s: the middle is not in the middle of %v", name, size)
			}
		}
	}
}

// TestWebP reads both forms of WebP.
func TestWebP(t *testing.T) {
	t.Parallel()
	c, f := start(t, files.Config{})
	for form, text := range webps() {
		name := store(t, c, storage.Name("a/"+form+".webp"), decode64(text))
		wantPicture(t, c.Site, must(t)(f.Picture(name, 10, 10)), 1, 1)
	}
}

// webps are pictures of one pixel.
func webps() map[string]string {
	return map[string]string{
		"lossy":    "UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA",
		"lossless": "UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==",
	}
}

func decode64(text string) []byte {
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		panic(err)
	}
	return b
}

// TestFirstOfAnimation: a version of an animated GIF is its first picture.
func TestFirstOfAnimation(t *testing.T) {
	t.Parallel()
	c, f := start(t, files.Config{})
	var b bytes.Buffer
	g := gif.GIF{}
	for _, col := range []color.Color{color.RGBA{255, 0, 0, 255}, color.RGBA{0, 0, 255, 255}} {
		m := image.NewPaletted(image.Rect(0, 0, 8, 8), color.Palette{col})
		g.Image, g.Delay = append(g.Image, m), append(g.Delay, 10)
	}
	if err := gif.EncodeAll(&b, &g); err != nil {
		t.Fatal(err)
	}
	name := store(t, c, "a/moving.gif", b.Bytes())
	if m := wantPicture(t, c.Site, must(t)(f.Picture(name, 4, 4)), 4, 4); m != nil && !near(m.At(1, 1), color.NRGBA{255, 0, 0, 255}) {
		t.Errorf("the colour is %v", m.At(1, 1))
	}
}

// manyScans repeats the last scan of a JPEG.
func manyScans(photo []byte) []byte {
	scan := photo[bytes.LastIndex(photo, []byte{0xff, 0xda}) : len(photo)-2]
	return append(append(append([]byte(nil), photo[:len(photo)-2]...), bytes.Repeat(scan, 200)...), 0xff, 0xd9)
}

// pngHeader returns the beginning of a PNG of a size, without its pixels.
func pngHeader(w, h uint32) []byte {
	chunk := append([]byte("IHDR"), binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)...)
	chunk = append(chunk, 8, 6, 0, 0, 0)
	out := append([]byte("\x89PNG\r\n\x1a\n"), 0, 0, 0, 13)
	out = append(out, chunk...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(chunk))
}

// hiddenWebP says that it has one pixel and has a frame of 16383 x 16383.
func hiddenWebP() []byte {
	frame := decode64(webps()["lossy"])[12:]
	binary.LittleEndian.PutUint16(frame[8+6:], 16383)
	binary.LittleEndian.PutUint16(frame[8+8:], 16383)
	out := append([]byte("RIFF\x00\x00\x00\x00WEBP"), "VP8X\x0a\x00\x00\x00"...)
	out = append(out, make([]byte, 10)...)
	out = append(out, frame...)
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out
}

// TestDamaged: what is not a whole picture, or has too many pixels, is an answer with a status and a
// message. The original stays as it is, and little memory is used. It runs alone, as memory is
// counted for the whole process.
func TestDamaged(t *testing.T) {
	c, f := start(t, files.Config{})
	photo, drawing := jpegOf(halves(400, 200)), pngOf(halves(400, 200))
	const many, bad = "This picture has too many pixels.", "This file is damaged, or it is not a picture."
	tests := []struct {
		name    storage.Name
		content []byte
		message string
	}{
		{"a/empty.jpg", nil, bad},
		{"a/cut.jpg", photo[:len(photo)/2], bad},
		{"a/head.jpg", photo[:100], bad},
		{"a/text.jpg", []byte("GIF89a, no: text"), bad},
		{"a/other.jpg", drawing, bad},
		{"a/cut.png", drawing[:len(drawing)/2], bad},
		{"a/changed.png", append(append([]byte(nil), drawing[:80]...), append([]byte("xxxx"), drawing[84:]...)...), bad},
		{"a/none.png", pngHeader(0, 0), bad},
		{"a/bomb.png", pngHeader(100_000, 100_000), many},
		{"a/wide.png", pngHeader(1<<31-1, 1), many},
		{"a/bomb.gif", []byte("GIF89a\xff\xff\xff\xff\x00\x00\x00,\x00\x00\x00\x00\xff\xff\xff\xff\x00"), many},
		{"a/hidden.webp", hiddenWebP(), many},
		{"a/cut.webp", decode64(webps()["lossy"])[:20], bad},
		{"a/scans.jpg", manyScans(photo), bad},
		{"a/empty.gif", []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), bad},
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for _, tt := range tests {
		store(t, c, tt.name, tt.content)
		w := get(c, must(t)(f.Picture(tt.name, 50, 50)))
		if w.Code != 422 || !strings.Contains(w.Body.String(), tt.message) {
			t.Errorf("%s: %d, %s", tt.name, w.Code, w.Body)
		}
		if w := get(c, must(t)(f.URL(tt.name))); w.Code != 200 || !bytes.Equal(w.Body.Bytes(), tt.content) {
			t.Errorf("%s: the original answers %d with %d bytes", tt.name, w.Code, w.Body.Len())
		}
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 32<<20 {
		t.Errorf("%d MB were allocated", used>>20)
	}
	for info, err := range c.Site.Host().Storage.List(t.Context(), "sizes/") {
		t.Errorf("stored %s, %v", info.Name, err)
	}
}

// TestExtremeShapes: a picture that is one pixel high, with the most pixels that are allowed.
func TestExtremeShapes(t *testing.T) {
	c, f := start(t, files.Config{MaxPixels: 1_000_000})
	line := make([]uint8, 1_000_000)
	for name, r := range map[storage.Name]image.Rectangle{"a/wide.png": image.Rect(0, 0, 1_000_000, 1), "a/high.png": image.Rect(0, 0, 1, 1_000_000)} {
		store(t, c, name, pngOf(&image.Gray{Pix: line, Stride: r.Dx(), Rect: r}))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		wantPicture(t, c.Site, must(t)(f.Thumbnail(name, 80, 60)), 80, 60)
		if w := get(c, must(t)(f.Picture(name, 80, 60))); w.Code != 200 {
			t.Errorf("%s: %d", name, w.Code)
		}
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > 40<<20 {
			t.Errorf("%s: %d MB were allocated", name, used>>20)
		}
	}
}

// FuzzVersion: whatever a file has and whatever size is asked for, the answer is a picture of that
// size or says that there is none, and the original stays.
func FuzzVersion(f *testing.F) {
	kinds := []string{"jpg", "png", "gif", "webp"}
	f.Add(uint8(0), withExif(jpegOf(halves(9, 5)), exif(binary.LittleEndian, 6)), 4, 4, true)
	f.Add(uint8(1), pngOf(halves(9, 5)), 4, 0, false)
	f.Add(uint8(2), gifOf(halves(9, 5)), 0, 3, false)
	for _, text := range webps() {
		f.Add(uint8(3), decode64(text), 3, 3, true)
	}
	f.Add(uint8(3), hiddenWebP(), 3, 3, true)
	cfg, m := site(files.Config{MaxPixels: 10_000})
	c := volatest.Start(f, cfg, volatest.Options{Now: func() time.Time { return noon }, Log: io.Discard})
	var n atomic.Int64
	f.Fuzz(func(t *testing.T, kind uint8, content []byte, width, height int, crop bool) {
		width, height = width%100, height%100
		name := storage.Name(fmt.Sprintf("f/%d-%d.%s", os.Getpid(), n.Add(1), kinds[int(kind)%len(kinds)]))
		store(t, c, name, content)
		link := m.Picture
		if crop {
			link = m.Thumbnail
		}
		if url, err := link(name, width, height); err == nil {
			w := get(c, url)
			switch w.Code {
			case 200:
				got, _, err := image.DecodeConfig(w.Body)
				if err != nil || crop && (got.Width != width || got.Height != height) ||
					got.Width < 1 || got.Height < 1 || width > 0 && got.Width > width || height > 0 && got.Height > height {
					t.Errorf("%d x %d: %+v, %v", width, height, got, err)
				}
			case 422:
			default:
				t.Errorf("%s: %d %s", url, w.Code, w.Body)
			}
		}
		if w := get(c, must(t)(m.URL(name))); w.Code != 200 || !bytes.Equal(w.Body.Bytes(), content) {
			t.Errorf("the original answers %d with %d of %d bytes", w.Code, w.Body.Len(), len(content))
		}
		if err := m.Delete(t.Context(), name); err != nil {
			t.Error(err)
		}
	})
}

// TestSmooth: a slope of brightness stays one in larger and smaller versions, without seams.
func TestSmooth(t *testing.T) {
	t.Parallel()
	c, f := start(t, files.Config{})
	const side = 500
	slope := image.NewNRGBA(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			slope.SetNRGBA(x, y, color.NRGBA{uint8(x * 255 / side), uint8(y * 255 / side), 0, 254}) // a PNG, as it is not opaque
		}
	}
	name := store(t, c, "a/slope.png", pngOf(slope))
	for _, to := range []int{700, 300, 130, 129} {
		m := wantPicture(t, c.Site, must(t)(f.Thumbnail(name, to, to)), to, to)
		if m == nil {
			return
		}
		off := func(got uint8, at int) bool {
			want := (float64(at) + 0.5) / float64(to) * 255
			return float64(got) < want-4 || float64(got) > want+4
		}
		for y := range to {
			for x := range to {
				if got := color.NRGBAModel.Convert(m.At(x, y)).(color.NRGBA); off(got.R, x) || off(got.G, y) {
					t.Fatalf("%d pixels: at %d, %d the colour is %v", to, x, y, got)
				}
			}
		}
	}
}
