//go:build unix

package blog_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/fstest"

	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/site/blog"
	"github.com/volaweb/vola/volatest"
)

// A pipe that nobody writes to is no file that one can read.
func TestPipesAreNotOpened(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"_config.yml", "_data/authors.yml", "_includes/a", "_posts/2013-01-02-pipe.md", "images/pipe.png"} {
		s := start(t, nil)
		s.post("2013-01-01-a.md", "title: A", "{% include a %} ![x](/images/pipe.png)")
		if name == "_data/authors.yml" {
			s.write("_config.yml", "title: x\n")
		}
		path := filepath.Join(s.dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := syscall.Mkfifo(path, 0o666); err != nil {
			t.Skip("needs pipes with names: ", err)
		}
		out, err := s.run("import", s.dir)
		if !strings.Contains(out, "1 imported") || !strings.Contains(out, "not a regular file") {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

// stuck is a file system in which reading a file for the second time takes for
// ever.
type stuck struct {
	fs.FS
	opened atomic.Int32
	begun  func()
	free   chan struct{}
}

func (s *stuck) Open(name string) (fs.File, error) {
	if strings.HasSuffix(name, "stuck.html") && s.opened.Add(1) > 1 {
		s.begun()
		<-s.free
	}
	return s.FS.Open(name)
}

func (s *stuck) Stat(name string) (fs.FileInfo, error) { return fs.Stat(s.FS, name) }

// Whatever a library is at, an import ends when it is told to.
func TestAnImportEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	files := &stuck{begun: cancel, free: make(chan struct{}), FS: fstest.MapFS{
		"_includes/stuck.html":   {Data: []byte("x")},
		"_posts/2013-01-01-a.md": {Data: []byte("{% include stuck.html %}")},
	}}
	defer close(files.free)
	b := blog.New(files)
	cfg := config(b)
	client := volatest.Start(t, cfg, volatest.Options{DB: databasetest.SQLite(t)})
	if err := b.Seed(ctx, &module.Host{DB: client.DB}); !errors.Is(err, context.Canceled) {
		t.Errorf("the import ended with %v", err)
	}
}
