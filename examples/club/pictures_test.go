package club_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/volaweb/vola/contrib/auth/authtest"
	"github.com/volaweb/vola/volatest/chromium"
)

// picturesVariable makes TestPictures write the pictures of docs/accounts.md again.
const picturesVariable = "VOLA_WRITE_PICTURES"

// images is where they are.
const images = "../../docs/images"

// TestPictures: docs/accounts.md shows pages of accounts in four widths and both colour schemes, each as one picture.
func TestPictures(t *testing.T) {
	t.Parallel()
	pages := map[string]string{"accounts-login.png": "/accounts/login/", "accounts-account.png": "/accounts/"}
	if os.Getenv(picturesVariable) != "" {
		b := start(chromium.Start(t), t)
		authtest.User(t, b.c, "ann")
		sheets := map[string][]byte{"accounts-login.png": b.sheet(pages["accounts-login.png"])}
		b.logIn("ann", authtest.Password)
		sheets["accounts-account.png"] = b.sheet(pages["accounts-account.png"])
		for name, content := range sheets {
			if err := os.WriteFile(filepath.Join(images, name), content, 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
	document, err := os.ReadFile("../../docs/accounts.md")
	if err != nil {
		t.Fatal(err)
	}
	for name := range pages {
		content, err := os.ReadFile(filepath.Join(images, name))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := png.DecodeConfig(bytes.NewReader(content)); err != nil || !strings.Contains(string(document), "images/"+name) {
			t.Errorf("%s: %v, or docs/accounts.md does not show it", name, err)
		}
	}
}

// sheet returns a picture of a page in each width and scheme, side by side.
func (b browser) sheet(path string) []byte {
	b.t.Helper()
	var sheet strings.Builder
	sheet.WriteString(`<!doctype html><meta charset="utf-8"><style>body{margin:0;padding:16px;background:#888}div{display:flex;gap:16px;align-items:flex-start;margin-bottom:16px}img{height:360px}</style>`)
	for _, scheme := range []string{"light", "dark"} {
		sheet.WriteString("<div>")
		for _, size := range []struct{ width, height int64 }{{360, 800}, {768, 900}, {1280, 900}, {1920, 1080}} {
			b.look(size.width, size.height, scheme)
			b.open(path)
			fmt.Fprintf(&sheet, `<img alt="" src="data:image/png;base64,%s">`, base64.StdEncoding.EncodeToString(b.picture()))
		}
		sheet.WriteString("</div>")
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(sheet.String())) }))
	defer server.Close()
	b.look(1701, 784, "")
	chromium.Do(b.ctx, b.t, chromedp.Navigate(server.URL))
	content := b.picture()
	b.look(1280, 900, "")
	return content
}

// look sets the size of the window and the colour scheme.
func (b browser) look(width, height int64, scheme string) {
	b.t.Helper()
	chromium.Do(b.ctx, b.t, chromedp.EmulateViewport(width, height))
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, media); err != nil {
		b.t.Fatal(err)
	}
}

// picture returns what the window shows.
func (b browser) picture() []byte {
	b.t.Helper()
	content, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.t.Fatal(err)
	}
	return content
}
