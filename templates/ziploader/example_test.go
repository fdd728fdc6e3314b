package ziploader_test

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/templates/ziploader"
)

// A theme that is one file goes before the site's own templates.
func Example() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	theme := filepath.Join(dir, "theme.zip")
	if err := archive(theme, "hello.html", "<b>Hello, {{.}}</b>\n"); err != nil {
		fmt.Println(err)
		return
	}

	hello := templates.Page[string]("hello.html")
	set, err := templates.New(templates.Config{
		Loaders: []templates.Loader{ziploader.New(theme), templates.Memory{"hello.html": "Hello, {{.}}\n"}},
		Pages:   []templates.Checked{hello},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := set.Render(context.Background(), os.Stdout, hello.Data("Ann")); err != nil {
		fmt.Println(err)
	}
	// Output: <b>Hello, Ann</b>
}

// archive writes a zip archive with one file.
func archive(path, name, text string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := zip.NewWriter(f)
	entry, err := w.Create(name)
	if err == nil {
		_, err = io.WriteString(entry, text)
	}
	return errors.Join(err, w.Close(), f.Close())
}
