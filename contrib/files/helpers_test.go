package files_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"sync/atomic"
	"testing"
	"time"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/contrib/files"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/storage"
	"github.com/volaweb/vola/volatest"
)

// photo is a model that refers to files.
type photo struct {
	ID      int64
	File    storage.Name  `db:"size=200"`
	Small   *storage.Name `db:"size=200"`
	Deleted *time.Time    `db:"soft_delete"`
}

// album is a module with photos.
type album struct{ module.Base }

func (*album) Name() string              { return "album" }
func (*album) Models() []orm.Declaration { return []orm.Declaration{orm.Model[photo]()} }

// noon is when the tests are.
var noon = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// site returns a site with files and photos.
func site(cfg files.Config) (vola.Config, *files.Files) {
	f := files.New(cfg)
	return vola.Config{Modules: []module.Module{f, &album{}}}, f
}

// start starts a site of its own at noon.
func start(t *testing.T, cfg files.Config) (*volatest.Client, *files.Files) {
	t.Helper()
	c, f := site(cfg)
	return volatest.Start(t, c, volatest.Options{Now: func() time.Time { return noon }}), f
}

func store(t *testing.T, c *volatest.Client, name storage.Name, content []byte) storage.Name {
	t.Helper()
	if _, err := c.Site.Host().Storage.Create(t.Context(), name, bytes.NewReader(content)); err != nil {
		t.Fatal(err)
	}
	return name
}

// must returns a link.
func must(t *testing.T) func(url string, err error) string {
	return func(url string, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return url
	}
}

// halves is a picture whose quarters have four colours.
func halves(w, h int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.Set(x, y, quarter(x >= w/2, y >= h/2))
		}
	}
	return m
}

// quarter is the colour of a quarter: red, green, blue and white by rows.
func quarter(right, below bool) color.NRGBA {
	switch {
	case right && below:
		return color.NRGBA{255, 255, 255, 255}
	case below:
		return color.NRGBA{0, 0, 255, 255}
	case right:
		return color.NRGBA{0, 255, 0, 255}
	}
	return color.NRGBA{255, 0, 0, 255}
}

func jpegOf(m image.Image) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 95}); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func pngOf(m image.Image) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func gifOf(m image.Image) []byte {
	var b bytes.Buffer
	if err := gif.Encode(&b, m, nil); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// counting counts how often an original is opened.
type counting struct {
	storage.Storage
	opened atomic.Int64 // of a/photo.jpg
}

func (c *counting) Open(ctx context.Context, name storage.Name) (storage.File, error) {
	f, err := c.Storage.Open(ctx, name)
	if err == nil && name == "a/photo.jpg" {
		c.opened.Add(1)
	}
	return f, err
}

// broken opens originals that cannot be read.
type broken struct{ storage.Storage }

func (b broken) Open(ctx context.Context, name storage.Name) (storage.File, error) {
	f, err := b.Storage.Open(ctx, name)
	return brokenFile{f}, err
}

type brokenFile struct{ storage.File }

func (brokenFile) Read([]byte) (int, error) { return 0, errors.New("the disk is broken") }
