// Package storagetest checks that a storage keeps what [storage.Storage] promises. Every
// storage runs it:
//
//	func TestStorage(t *testing.T) {
//		storagetest.Run(t, func(t *testing.T) storage.Storage { return mine.New() }, storagetest.Options{})
//	}
package storagetest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/storage"
)

// Options say what a storage cannot do. The zero value is one that can do all.
type Options struct {
	// NotAfterDelete is a storage whose open files cannot be read after Delete.
	NotAfterDelete bool
	// FragileFolders is a server with folders, which may refuse a file while the last other
	// one in its folder is deleted.
	FragileFolders bool
	// Parallel is how many goroutines create one name at the same time. Defaults to 64.
	Parallel int
	// Names is how many files are listed. Defaults to 2,500.
	Names int
	// Size is the size of the large file in bytes. Defaults to 8 MB, and to 1 GB when
	// the environment has VOLA_SOAK.
	Size int64
}

func (o Options) withDefaults() Options {
	if o.Parallel == 0 {
		o.Parallel = 64
	}
	if o.Names == 0 {
		o.Names = 2500
	}
	if o.Size == 0 {
		o.Size = 8 << 20
		if os.Getenv("VOLA_SOAK") != "" {
			o.Size = 1 << 30
		}
	}
	return o
}

// Run runs the checks, each as a subtest with an empty storage that make returns.
func Run(t *testing.T, make func(t *testing.T) storage.Storage, opts Options) {
	t.Helper()
	opts = opts.withDefaults()
	tests := []struct {
		name string
		run  func(t *testing.T, s storage.Storage, opts Options)
	}{
		{"round trip", roundTrip},
		{"seeking", seeking},
		{"empty", empty},
		{"large", large},
		{"taken", taken},
		{"parallel", parallel},
		{"one below another", below},
		{"coming and going", comingAndGoing},
		{"names that are not", badNames},
		{"failures", failures},
		{"nothing there", nothing},
		{"delete", remove},
		{"list", list},
		{"order", order},
		{"list ends", listEnds},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.run(t, make(t), opts)
		})
	}
}

// Content returns a reader of n bytes that no part of is like another.
func Content(n int64) io.Reader { return io.LimitReader(&counter{}, n) }

// counter writes numbers of eight bytes.
type counter struct {
	next uint64
	rest []byte
}

func (c *counter) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if len(c.rest) == 0 {
			c.rest = binary.BigEndian.AppendUint64(nil, c.next*0x9e3779b97f4a7c15)
			c.next++
		}
		k := copy(p[n:], c.rest)
		c.rest, n = c.rest[k:], n+k
	}
	return n, nil
}

func create(t *testing.T, s storage.Storage, name storage.Name, text string) storage.Info {
	t.Helper()
	info, err := s.Create(t.Context(), name, bytes.NewReader([]byte(text)))
	if err != nil {
		t.Fatal(err)
	}
	return info
}

// read returns the content of a file.
func read(t *testing.T, s storage.Storage, name storage.Name) string {
	t.Helper()
	f, err := s.Open(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	if info := f.Info(); info.Name != name || info.Size != int64(len(b)) {
		t.Errorf("%+v of a file %s with %d bytes", info, name, len(b))
	}
	return string(b)
}

// names returns what is listed, and fails the test after an error.
func names(t *testing.T, s storage.Storage, prefix string) (out []storage.Name) {
	t.Helper()
	for info, err := range s.List(t.Context(), prefix) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, info.Name)
	}
	return out
}

func want(t *testing.T, s storage.Storage, prefix string, want ...storage.Name) {
	t.Helper()
	if got := names(t, s, prefix); !slices.Equal(got, want) {
		t.Errorf("files that begin with %q: %q, want %q", prefix, got, want)
	}
}

func wantKind(t *testing.T, what string, err error, want fault.Kind) {
	t.Helper()
	if err == nil || fault.KindOf(err) != want {
		t.Errorf("%s: the error is %v, of kind %v; want the kind %v", what, err, fault.KindOf(err), want)
	}
}

func roundTrip(t *testing.T, s storage.Storage, _ Options) {
	before := time.Now().Add(-time.Minute)
	name := storage.NewName(time.Now(), "Summer Photo.JPG", ".jpg")
	info := create(t, s, name, "content")
	if info.Name != name || info.Size != 7 || info.Created.Before(before) || info.Created.After(time.Now().Add(time.Minute)) {
		t.Errorf("created %+v", info)
	}
	if got := read(t, s, name); got != "content" {
		t.Errorf("read %q", got)
	}
	for listed, err := range s.List(t.Context(), "") {
		if err != nil || listed.Name != name || listed.Size != 7 || listed.Created.Sub(info.Created).Abs() > time.Minute {
			t.Errorf("listed %+v, %v; created %+v", listed, err, info)
		}
	}
}

func seeking(t *testing.T, s storage.Storage, _ Options) {
	create(t, s, "a/digits", "0123456789")
	f, err := s.Open(t.Context(), "a/digits")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	steps := []struct {
		offset int64
		whence int
		at     int64
		want   string
	}{
		{0, io.SeekEnd, 10, ""},
		{3, io.SeekStart, 3, "345"},
		{1, io.SeekCurrent, 7, "789"},
		{-2, io.SeekEnd, 8, "89"},
		{0, io.SeekStart, 0, "0123456789"},
		{0, io.SeekStart, 0, "0"},
		{20, io.SeekStart, 20, ""},
		{5, io.SeekStart, 5, "56789"},
	}
	for _, step := range steps {
		at, err := f.Seek(step.offset, step.whence)
		if err != nil || at != step.at {
			t.Fatalf("seek %d from %d: at %d, %v", step.offset, step.whence, at, err)
		}
		got := make([]byte, len(step.want))
		if _, err := io.ReadFull(f, got); err != nil || string(got) != step.want {
			t.Fatalf("at %d: %q, %v; want %q", at, got, err, step.want)
		}
	}
	if n, err := f.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		t.Errorf("at the end: %d, %v", n, err)
	}
	if _, err := f.Seek(-1, io.SeekStart); err == nil {
		t.Error("sought to before the beginning")
	}
}

func empty(t *testing.T, s storage.Storage, _ Options) {
	if info := create(t, s, "e", ""); info.Size != 0 {
		t.Errorf("%+v", info)
	}
	if got := read(t, s, "e"); got != "" {
		t.Errorf("%q", got)
	}
	want(t, s, "", "e")
}

func large(t *testing.T, s storage.Storage, opts Options) {
	sum := sha256.New()
	info, err := s.Create(t.Context(), "large.bin", io.TeeReader(Content(opts.Size), sum))
	if err != nil || info.Size != opts.Size {
		t.Fatal(info, err)
	}
	f, err := s.Open(t.Context(), "large.bin")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	got := sha256.New()
	if n, err := io.Copy(got, f); n != opts.Size || err != nil || !bytes.Equal(got.Sum(nil), sum.Sum(nil)) {
		t.Errorf("read %d bytes of %d, %v", n, opts.Size, err)
	}
}

func taken(t *testing.T, s storage.Storage, _ Options) {
	create(t, s, "a/x", "first")
	_, err := s.Create(t.Context(), "a/x", bytes.NewReader([]byte("second")))
	wantKind(t, "create a name that is taken", err, fault.Conflict)
	if got := read(t, s, "a/x"); got != "first" {
		t.Errorf("%q", got)
	}
}

// parallel: of many that create one name, one wins, whole, and all others get to know.
func parallel(t *testing.T, s storage.Storage, opts Options) {
	start, done := make(chan struct{}), make(chan error)
	for i := range opts.Parallel {
		go func() {
			<-start
			_, err := s.Create(context.Background(), "p/one", io.MultiReader(bytes.NewReader([]byte{byte(i)}), Content(100_000)))
			done <- err
		}()
	}
	close(start)
	won := 0
	for range opts.Parallel {
		err := <-done
		if err == nil {
			won++
			continue
		}
		wantKind(t, "create a name at the same time", err, fault.Conflict)
	}
	if won != 1 {
		t.Errorf("%d of %d have created one name", won, opts.Parallel)
	}
	if got := read(t, s, "p/one"); len(got) != 100_001 {
		t.Errorf("it has %d bytes", len(got))
	}
	want(t, s, "", "p/one")
}

// comingAndGoing: files that are created and deleted in one folder at the same time do not get into
// each other's way.
func comingAndGoing(t *testing.T, s storage.Storage, opts Options) {
	const goroutines, rounds = 8, 20
	folder := "c/d/%[1]d/%[2]d"
	if opts.FragileFolders {
		folder = "c/%[2]d/%[1]d"
	}
	done := make(chan error)
	for g := range goroutines {
		go func() {
			var err error
			for i := 0; i < rounds && err == nil; i++ {
				name := storage.Name(fmt.Sprintf(folder, i%2, g))
				var f storage.File
				if _, err = s.Create(context.Background(), name, bytes.NewReader([]byte("x"))); err == nil {
					f, err = s.Open(context.Background(), name)
				}
				if err == nil {
					err = errors.Join(f.Close(), s.Delete(context.Background(), name))
				}
			}
			done <- err
		}()
	}
	for range goroutines {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	want(t, s, "")
}

// below: both names, or a Conflict.
func below(t *testing.T, s storage.Storage, _ Options) {
	create(t, s, "a", "a")
	create(t, s, "b/c", "c")
	for _, name := range []storage.Name{"a/b", "a/b/c", "b"} {
		if _, err := s.Create(t.Context(), name, bytes.NewReader(nil)); err != nil {
			wantKind(t, "create "+string(name), err, fault.Conflict)
		}
	}
	if read(t, s, "a") != "a" || read(t, s, "b/c") != "c" {
		t.Error("another name changed them")
	}
}

func badNames(t *testing.T, s storage.Storage, _ Options) {
	for _, name := range []storage.Name{"", "/", "..", "../x", "a/../b", "/etc/passwd", "A", ".part/x", "a//b", "a/", "a\x00b", `a\b`, "c:x"} {
		_, err := s.Create(t.Context(), name, bytes.NewReader(nil))
		wantKind(t, fmt.Sprintf("create %q", name), err, fault.NotFound)
		_, err = s.Open(t.Context(), name)
		wantKind(t, fmt.Sprintf("open %q", name), err, fault.NotFound)
		if err := s.Delete(t.Context(), name); err != nil {
			t.Errorf("delete %q: %v", name, err)
		}
	}
	for _, prefix := range []string{"../", "..", "/", ".part/", "A", "\x00", "a/../"} {
		want(t, s, prefix)
	}
	want(t, s, "")
}

var errReader = errors.New("the reader fails")

func failures(t *testing.T, s storage.Storage, _ Options) {
	_, err := s.Create(t.Context(), "f/reader", io.MultiReader(Content(100_000), failing{}))
	if !errors.Is(err, errReader) {
		t.Errorf("a reader that fails: %v", err)
	}
	tooLarge := fault.Newf(fault.TooLarge, "the file is too large")
	_, err = s.Create(t.Context(), "f/kind", readerFunc(func([]byte) (int, error) { return 0, tooLarge }))
	wantKind(t, "a reader with an error of a kind", err, fault.TooLarge)

	ctx, cancel := context.WithCancel(t.Context())
	left := 3
	_, err = s.Create(ctx, "f/cancelled", readerFunc(func(p []byte) (int, error) {
		if left--; left == 0 {
			cancel()
		}
		if left < -100_000 {
			return 0, io.EOF
		}
		return len(p), nil
	}))
	wantKind(t, "a context that ends", err, fault.Canceled)

	_, err = s.Create(ctx, "f/before", bytes.NewReader([]byte("x")))
	wantKind(t, "a context that has ended", err, fault.Canceled)

	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic of a reader was lost")
			}
		}()
		_, err = s.Create(t.Context(), "f/panic", io.MultiReader(Content(100), readerFunc(func([]byte) (int, error) { panic("reader") })))
		if err != nil {
			panic(err) // from another goroutine, as an error
		}
	}()
	for _, name := range []storage.Name{"f/reader", "f/kind", "f/cancelled", "f/before", "f/panic"} {
		_, err := s.Open(t.Context(), name)
		wantKind(t, "open what failed", err, fault.NotFound)
		create(t, s, name, "now")
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errReader }

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func nothing(t *testing.T, s storage.Storage, _ Options) {
	want(t, s, "")
	want(t, s, "a/b")
	_, err := s.Open(t.Context(), "a/b")
	wantKind(t, "open", err, fault.NotFound)
	if err := s.Delete(t.Context(), "a/b", "c"); err != nil {
		t.Error(err)
	}
	if err := s.Delete(t.Context()); err != nil {
		t.Error(err)
	}
	create(t, s, "a/b", "")
	_, err = s.Open(t.Context(), "a")
	wantKind(t, "open a folder", err, fault.NotFound)
	_, err = s.Open(t.Context(), "a/b/c")
	wantKind(t, "open below a file", err, fault.NotFound)
	if err := s.Delete(t.Context(), "a", "a/b/c", "a/b/c/d"); err != nil {
		t.Error(err)
	}
	want(t, s, "", "a/b")
}

func remove(t *testing.T, s storage.Storage, opts Options) {
	create(t, s, "d/a/1", "one")
	create(t, s, "d/a/2", "two")
	create(t, s, "d/b/3", "three")
	f, err := s.Open(t.Context(), "d/a/1")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := s.Delete(t.Context(), "d/a/1", "not/there", "d/b/3"); err != nil {
		t.Fatal(err)
	}
	want(t, s, "", "d/a/2")
	if b, err := io.ReadAll(f); !opts.NotAfterDelete && (err != nil || string(b) != "one") {
		t.Errorf("a file that was open: %q, %v", b, err)
	}
	_, err = s.Open(t.Context(), "d/a/1")
	wantKind(t, "open what was deleted", err, fault.NotFound)
	create(t, s, "d/b", "a folder before")
	want(t, s, "d", "d/a/2", "d/b")
}

// list: all of many names in order, and those with a prefix.
func list(t *testing.T, s storage.Storage, opts Options) {
	var all []storage.Name
	for i := range opts.Names {
		name := storage.Name(fmt.Sprintf("l/%02d/%05d.txt", i%7, i))
		create(t, s, name, "x")
		all = append(all, name)
	}
	slices.Sort(all)
	want(t, s, "", all...)
	want(t, s, "l/03", all[slices.Index(all, "l/03/00003.txt"):slices.Index(all, "l/04/00004.txt")]...)
	want(t, s, "l/00/00007", "l/00/00007.txt")
	want(t, s, "l/00/00007.txt", "l/00/00007.txt")
	want(t, s, "l/00/00007.txt/")
	want(t, s, "m")
}

// order: that of whole names as bytes, in which "-" and "." come before "/".
func order(t *testing.T, s storage.Storage, _ Options) {
	sorted := []storage.Name{"a-/x", "a-b", "a-b.c/x", "a.b", "a.b/c", "a/b", "a/b-c", "a/b.c", "a/c", "a0", "a_/b", "aa/b", "aa0", "b", "b-"}
	var made []storage.Name
	for _, name := range slices.Backward(sorted) {
		if _, err := s.Create(t.Context(), name, bytes.NewReader(nil)); err == nil {
			made = append(made, name)
		} else {
			wantKind(t, "create", err, fault.Conflict)
		}
	}
	slices.Sort(made)
	want(t, s, "", made...)
	var ab []storage.Name
	for _, name := range made {
		if len(name) > 1 && name[0] == 'a' {
			ab = append(ab, name)
		}
	}
	want(t, s, "a", ab...)
	want(t, s, "a-", "a-/x", "a-b", "a-b.c/x")
	want(t, s, "a/", "a/b", "a/b-c", "a/b.c", "a/c")
}

func listEnds(t *testing.T, s storage.Storage, _ Options) {
	for i := range 10 {
		create(t, s, storage.Name(fmt.Sprintf("x/%d", i)), "")
	}
	n := 0
	for _, err := range s.List(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n == 3 {
			break
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	n = 0
	for _, err := range s.List(ctx, "") {
		n++
		wantKind(t, "list", err, fault.Canceled)
	}
	if n != 1 {
		t.Errorf("%d steps after the context has ended", n)
	}
}
