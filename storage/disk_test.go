package storage_test

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/storage"
	"github.com/volaweb/vola/storage/storagetest"
)

func TestDiskConforms(t *testing.T) {
	t.Parallel()
	storagetest.Run(t, func(t *testing.T) storage.Storage {
		dir := filepath.Join(t.TempDir(), "files")
		t.Cleanup(func() { wantNoParts(t, dir) })
		return storage.NewDisk(dir)
	}, storagetest.Options{})
}

func TestMemoryConforms(t *testing.T) {
	t.Parallel()
	storagetest.Run(t, func(*testing.T) storage.Storage { return storage.NewMemory() }, storagetest.Options{Size: 8 << 20})
}

func wantNoParts(t *testing.T, dir string) {
	t.Helper()
	parts, err := filepath.Glob(dir + "/.part/*")
	if err != nil || len(parts) > 0 {
		t.Errorf("left behind: %q, %v", parts, err)
	}
}

// tree returns all paths below a folder with their permissions.
func tree(t *testing.T, dir string) string {
	t.Helper()
	var out strings.Builder
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		rel, _ := filepath.Rel(dir, p)
		fmt.Fprintln(&out, info.Mode(), rel)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestDiskMakesItsFolderLate: nothing is made before the first file, and no empty folder is
// left after the last.
func TestDiskMakesItsFolderLate(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "files")
	d := storage.NewDisk(dir)
	for range d.List(t.Context(), "") {
		t.Error("a file in no folder")
	}
	_ = d.Delete(t.Context(), "a/b/c")
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Fatalf("the folder was made: %v", err)
	}
	if _, err := d.Create(t.Context(), "a/b/c", strings.NewReader("x")); err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" {
		want := "drwx------ .\ndrwx------ .part\ndrwx------ a\ndrwx------ a/b\n-rw------- a/b/c\n"
		if got := tree(t, dir); got != want {
			t.Errorf("%s", got)
		}
	}
	if err := d.Delete(t.Context(), "a/b/c"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "a")); !os.IsNotExist(err) {
		t.Errorf("an empty folder is left: %v", err)
	}
}

// TestDiskRemovesLeftovers: what a crash left is removed after a day, what is being written
// is not.
func TestDiskRemovesLeftovers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, ".part"), 0o700); err != nil {
		t.Fatal(err)
	}
	for i := range 250 {
		for name, age := range map[string]time.Duration{"old": 25 * time.Hour, "new": 23 * time.Hour} {
			path := filepath.Join(dir, ".part", fmt.Sprint(name, i))
			if err := os.WriteFile(path, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(path, time.Now().Add(-age), time.Now().Add(-age)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := storage.NewDisk(dir).Create(t.Context(), "a", strings.NewReader("")); err != nil {
		t.Fatal(err)
	}
	left := tree(t, filepath.Join(dir, ".part"))
	if strings.Contains(left, "old") || strings.Count(left, "new") != 250 {
		t.Errorf("%s", left)
	}
}

// TestDiskStaysInside: symbolic links do not lead out of the folder, whatever they are in it.
func TestDiskStaysInside(t *testing.T) {
	t.Parallel()
	dir, outside := t.TempDir(), t.TempDir()
	secret := filepath.Join(outside, "secret")
	if err := os.WriteFile(secret, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, to := range map[string]string{"link": secret, "dir": outside, "up": "..", "rel": "../" + filepath.Base(outside)} {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	d := storage.NewDisk(dir)
	for _, name := range []storage.Name{"link", "dir/secret", "rel/secret", "up/x"} {
		if f, err := d.Open(t.Context(), name); err == nil {
			b, _ := io.ReadAll(f)
			t.Errorf("%s was opened: %s", name, b)
		}
		if _, err := d.Create(t.Context(), name, strings.NewReader("mine")); err == nil {
			t.Errorf("%s was created", name)
		}
		_ = d.Delete(t.Context(), name)
	}
	if _, err := d.Create(t.Context(), "dir/new", strings.NewReader("mine")); err == nil {
		t.Error("dir/new was created")
	}
	for info, err := range d.List(t.Context(), "") {
		t.Errorf("listed %+v, %v", info, err)
	}
	wantNoParts(t, dir)
	if got, _ := os.ReadFile(secret); string(got) != "secret" {
		t.Errorf("the file outside has %q", got)
	}
	if entries, _ := os.ReadDir(outside); len(entries) != 1 {
		t.Errorf("outside there are %v", entries)
	}
}

// TestDiskIgnoresWhatIsNotItsOwn: other files in the folder are not listed and cannot be opened.
func TestDiskIgnoresWhatIsNotItsOwn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"Thumbs.db", ".DS_Store", "lost+found/x", "a b"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d := storage.NewDisk(dir)
	for info, err := range d.List(t.Context(), "") {
		t.Errorf("listed %+v, %v", info, err)
	}
	if _, err := d.Open(t.Context(), ".DS_Store"); fault.KindOf(err) != fault.NotFound {
		t.Error(err)
	}
}

// TestDiskFolderThatIsAFile: the error names the folder.
func TestDiskFolderThatIsAFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	d := storage.NewDisk(file)
	if _, err := d.Create(t.Context(), "a", strings.NewReader("")); err == nil || !strings.Contains(err.Error(), file) {
		t.Error(err)
	}
	if _, err := d.Open(t.Context(), "a"); err == nil || fault.KindOf(err) != fault.Internal {
		t.Error(err)
	}
}

// TestDiskFlatMemory: a large file passes through little memory. It runs alone, as memory is
// counted for the whole process.
func TestDiskFlatMemorySoak(t *testing.T) {
	size := int64(64 << 20)
	if os.Getenv("VOLA_SOAK") != "" {
		size = 1 << 30
	}
	d := storage.NewDisk(t.TempDir())
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := d.Create(t.Context(), "large", &plain{n: size}); err != nil {
		t.Fatal(err)
	}
	f, err := d.Open(t.Context(), "large")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if n, err := io.Copy(io.Discard, struct{ io.Reader }{f}); n != size || err != nil {
		t.Fatal(n, err)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20 {
		t.Errorf("%d bytes were allocated for a file of %d", used, size)
	}
}

// plain reads as n bytes, without allocating.
type plain struct{ n int64 }

func (p *plain) Read(b []byte) (int, error) {
	if p.n == 0 {
		return 0, io.EOF
	}
	n := min(int64(len(b)), p.n)
	p.n -= n
	return int(n), nil
}

func TestOpen(t *testing.T) {
	t.Parallel()
	dir := filepath.ToSlash(t.TempDir())
	for _, url := range []string{"disk:" + dir, "disk://" + dir} {
		s, err := storage.Open(t.Context(), nil, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		name := storage.NewName(time.Now(), "a", ".txt")
		if _, err := s.Create(t.Context(), name, strings.NewReader("x")); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(filepath.Join(dir, string(name))); err != nil {
			t.Error(err)
		}
	}
	for url, want := range map[string]string{
		"": "scheme", "files": "scheme", "disk:": "folder", "disk://host/x": "folder", "disk:a?b": "folder",
		"s3://secret@bucket": `no driver for the scheme "s3"; there are: disk, own`,
	} {
		_, err := storage.Open(t.Context(), []storage.Driver{ownDriver{}}, url, nil)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", url, err)
		}
	}
	if s, err := storage.Open(t.Context(), []storage.Driver{ownDriver{}}, "own:x", nil); s == nil || err != nil {
		t.Error(s, err)
	}
}

type ownDriver struct{}

func (ownDriver) Scheme() string { return "own" }

func (ownDriver) Open(context.Context, string, map[string]string) (storage.Storage, error) {
	return storage.NewMemory(), nil
}
