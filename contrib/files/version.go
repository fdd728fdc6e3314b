package files

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/storage"
)

// sizes begins the names of versions.
const sizes = "sizes/"

// MaxSide is how wide and high a version may be, in pixels.
const MaxSide = 2048

// makeTime is how long making a version may take, with the wait for a place.
const makeTime = 30 * time.Second

// version is a picture in another size, or, without one, a file itself.
type version struct {
	original      storage.Name
	width, height int  // in pixels; 0 is no limit
	crop          bool // to exactly this size
}

func (v version) sized() bool { return v.width > 0 || v.height > 0 }

// path returns what the URL of a version ends in, such as sizes/a/photo.jpg/80x80c, which is
// also its name without the extension.
func (v version) path() string {
	size := strconv.Itoa(v.width) + "x" + strconv.Itoa(v.height)
	if v.crop {
		size += "c"
	}
	return sizes + string(v.original) + "/" + size
}

// parse is the reverse of version.path, or takes the name of a file. There is one path for each
// version.
func parse(p string) (version, error) {
	rest, ok := strings.CutPrefix(p, sizes)
	if !ok {
		v := version{original: storage.Name(p)}
		return v, v.original.Check()
	}
	size, v := path.Base(rest), version{original: storage.Name(path.Dir(rest))}
	size, v.crop = strings.CutSuffix(size, "c")
	w, h, _ := strings.Cut(size, "x")
	var err, err2 error
	v.width, err = strconv.Atoi(w)
	v.height, err2 = strconv.Atoi(h)
	switch {
	case err != nil || err2 != nil || v.path() != p || min(v.width, v.height) < 0 || max(v.width, v.height) > MaxSide || !v.sized(),
		v.crop && min(v.width, v.height) == 0:
		return v, fault.Wrap(fault.NotFound, fmt.Errorf("%q does not end in a size, such as 80x60 or 80x80c, of at most %d pixels", p, MaxSide), "There is no such picture.")
	case strings.HasPrefix(string(v.original), sizes):
		return v, fault.Wrap(fault.NotFound, fmt.Errorf("%q is a version of a version", p), "There is no such picture.")
	}
	if k, ok := storage.KindOf(v.original); !ok || decoderOf(k) == nil {
		return v, fault.Wrap(fault.NotFound, fmt.Errorf("%q is not a picture, by its name: a picture ends in .jpg, .png, .gif or .webp", v.original), "This is not a picture.")
	}
	return v, storage.Name(p + ".jpg").Check()
}

// version returns the name of a version, which is made and stored if it is not there.
func (f *Files) version(ctx context.Context, v version) (storage.Name, error) {
	if name, err := f.stored(ctx, v); err == nil || fault.KindOf(err) != fault.NotFound {
		return name, err
	}
	// One for all who wait, who may leave.
	made := f.making.DoChan(v.path(), func() (name any, err error) {
		defer func() {
			if v := recover(); v != nil { // no middleware is above this goroutine
				err = fmt.Errorf("files: make a version: panic: %v\n%s", v, debug.Stack())
			}
		}()
		ctx, cancel := context.WithTimeout(f.ctx, makeTime)
		defer cancel()
		return f.make(ctx, v)
	})
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case result := <-made:
		if result.Err != nil {
			return "", result.Err
		}
		return result.Val.(storage.Name), nil
	}
}

// stored returns the name of a version that is stored.
func (f *Files) stored(ctx context.Context, v version) (storage.Name, error) {
	exts := [...]string{".jpg", ".png"}
	if !strings.HasSuffix(string(v.original), ".jpg") {
		exts[0], exts[1] = ".png", ".jpg" // the likelier one first
	}
	var err error
	for _, ext := range exts {
		name := storage.Name(v.path() + ext)
		var file storage.File
		if file, err = f.Storage.Open(ctx, name); err == nil {
			return name, file.Close()
		} else if fault.KindOf(err) != fault.NotFound {
			break
		}
	}
	return "", err
}

// make makes a version and stores it.
func (f *Files) make(ctx context.Context, v version) (storage.Name, error) {
	if name, err := f.stored(ctx, v); err == nil || fault.KindOf(err) != fault.NotFound {
		return name, err // made between the look and the call
	}
	original, err := f.Storage.Open(ctx, v.original)
	if err != nil {
		return "", err
	}
	defer original.Close()
	p, err := f.look(ctx, original)
	if err != nil {
		return "", err
	}
	if p.pixels > f.cfg.MaxPixels/4 {
		if err := enter(ctx, f.large); err != nil {
			return "", err
		}
		defer leave(f.large)
	}
	if err := enter(ctx, f.places); err != nil {
		return "", err
	}
	defer leave(f.places)
	content, ext, err := p.scale(ctx, v)
	if err != nil {
		return "", err
	}
	name := storage.Name(v.path() + ext)
	if _, err := f.Storage.Create(ctx, name, bytes.NewReader(content)); err != nil && fault.KindOf(err) != fault.Conflict {
		return "", err // a Conflict is the same, made by another server
	}
	return name, nil
}

func enter(ctx context.Context, places chan struct{}) error {
	select {
	case places <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fault.Wrap(fault.Unavailable, fmt.Errorf("files: no place to make a version became free: %w", ctx.Err()), "The site is busy. Please try again in a moment.")
	}
}

func leave(places chan struct{}) { <-places }
