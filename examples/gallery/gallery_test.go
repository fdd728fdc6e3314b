package gallery_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"strings"
	"testing"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/contrib/files"
	"github.com/volaweb/vola/contrib/once"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/web/webtest"

	"github.com/volaweb/vola/examples/gallery"
)

func site() vola.Config {
	return vola.Config{Name: "Gallery", Modules: []module.Module{files.New(files.Config{}), once.New(), module.At("/", gallery.New())}}
}

// sky is a picture of a size.
func sky(t testing.TB, width, height int) webtest.File {
	t.Helper()
	p := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			p.Set(x, y, color.RGBA{uint8(255 * y / height), 128, uint8(255 * x / width), 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, p, nil); err != nil {
		t.Fatal(err)
	}
	return webtest.File{Name: "Sky over <Bonn>.jpg", Content: b.String()}
}

// TestGallery adds a picture with an error first, looks at it in other sizes, and changes it.
func TestGallery(t *testing.T) {
	t.Parallel()
	volatest.Each(t, site, func(t *testing.T, c *volatest.Client) {
		c.Follow(true)
		stored := func() (names []string) {
			t.Helper()
			for info, err := range c.Site.Host().Storage.List(t.Context(), "") {
				if err != nil {
					t.Fatal(err)
				}
				names = append(names, string(info.Name))
			}
			return names
		}
		form := c.Get("/add/").Form("Save")
		form = form.Attach("Picture", sky(t, 640, 480)).Submit().WantStatus(422).Form("Save")
		form.WantErrors("Title: Fill in this field.")
		if n := len(stored()); n != 1 {
			t.Errorf("%d files are stored, want the picture", n)
		}
		// The picture need not be sent again.
		p := form.Fill("Title", "Sky").Fill("Day", "2026-11-30").Submit().WantStatus(200).WantText("h1", "Sky").WantContains("main", "Taken on November 30, 2026")
		original, _ := p.Attr("main a[href^='/files/']", "href")
		if r := c.Get(original).WantStatus(200).WantHeader("Content-Type", "image/jpeg").WantHeader("X-Content-Type-Options", "nosniff"); r.Body != sky(t, 640, 480).Content {
			t.Error("the original is not what was sent")
		}
		c.Get(strings.Split(original, "?")[0]).WantStatus(403)

		// A small version has just its size, and is made once.
		small, _ := c.Get("/").Attr(".photos img", "src")
		config, _, err := image.DecodeConfig(strings.NewReader(c.Get(small).WantStatus(200).Body))
		if err != nil || config.Width != 320 || config.Height != 240 {
			t.Errorf("the small version is %d x %d, %v", config.Width, config.Height, err)
		}
		before := stored()
		c.Get(small).WantStatus(200)
		if after := stored(); len(before) != 2 || len(after) != 2 {
			t.Errorf("stored %q, then %q", before, after)
		}

		// Another picture takes the place of the first, and a paper is added.
		form = c.Get("/1/change/").Form("Save").WantValue("Title", "Sky")
		form = form.Attach("Release (optional)", webtest.File{Name: "evil.pdf", Content: "<script>alert(1)</script>"}).Submit().WantStatus(422).Form("Save")
		form.WantErrors("Release: The file evil.pdf is not one of these kinds, by its name and its content: PDF.")
		p = form.Attach("Picture", sky(t, 30, 20)).Attach("Release (optional)", webtest.File{Name: "r.pdf", Content: "%PDF-1.7 release"}).Submit().WantStatus(200)
		pdf, _ := p.Attr("a[href*='.pdf']", "href")
		c.Get(pdf).WantStatus(200).WantHeader("Content-Type", "application/pdf").WantBody("%PDF-1.7 release")

		// The photographer is found by a part of the name.
		for _, name := range []string{"Ann Lee", "Ann Leeds", "Bob"} {
			volatest.Make(t, c.DB, func(p *gallery.Person) { p.Name = name })
		}
		form = c.Get("/1/change/").Form("Save")
		form = form.Fill("Photographer (optional)", "lee").Submit().WantStatus(422).Form("Save")
		form = form.WantError("Photographer (optional)", "Choose one of those that were found, or type more of the name.")
		form.Check("Ann Leeds").Submit().WantStatus(200).WantContains("main", "By Ann Leeds.")
		form = c.Get("/1/change/").Form("Save").WantValue("Photographer (optional)", "Ann Leeds").Fill("Photographer (optional)", "Ann Lee")
		form.Submit().WantStatus(200).WantContains("main", "By Ann Lee.")

		// The first picture is an orphan now, but not for a day: a form with it may be open.
		if out, err := c.Command("files orphans", "--delete"); err != nil || strings.Contains(out, "sky") {
			t.Errorf("orphans: %s, %v", out, err)
		}
		if left := stored(); len(left) != 4 {
			t.Errorf("left are %q", left)
		}
	})
}
