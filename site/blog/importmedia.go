package blog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
)

// copyMedia copies the files that are not in the media folder yet, or have
// changed, at the same paths.
func (im importer) copyMedia(ctx context.Context, names []string, r *report) error {
	if len(names) == 0 {
		return nil
	}
	dir := string(im.media)
	if !im.dryRun {
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return fmt.Errorf("the media folder (BLOG_MEDIA): %w", err)
		}
	}
	to, err := os.OpenRoot(dir)
	switch {
	case im.dryRun && errors.Is(err, fs.ErrNotExist):
		to = nil
	case err != nil:
		return fmt.Errorf("the media folder (BLOG_MEDIA): %w", err)
	default:
		defer to.Close()
	}
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return err
		}
		copied, err := im.copyFile(to, name)
		if err != nil {
			r.Failed = append(r.Failed, failure{name, plain(err)})
		}
		if copied {
			r.Copied++
		}
	}
	return nil
}

// wanted returns the files to copy: pictures and assets, and of the others those
// that texts refer to, or referred to when they were read, and which were copied
// then.
func (im importer) wanted(files found) []string {
	names := slices.Clone(files.media)
	asked := map[string]bool{}
	for _, name := range files.asked {
		asked[name] = true
	}
	for _, name := range files.other {
		if asked[name] || im.media.has(name) {
			names = append(names, name)
		}
	}
	return names
}

// copyFile copies one file, whole or not at all, unless the same is there.
func (im importer) copyFile(to *os.Root, name string) (copied bool, err error) {
	info, err := readable(im.fsys, name, maxMedia)
	if err != nil {
		return false, err
	}
	from, err := im.fsys.Open(name)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	if to == nil {
		return true, nil
	}
	same, err := sameContent(to, name, from, info.Size())
	if err != nil || same || im.dryRun {
		return err == nil && !same, err
	}
	again, err := im.fsys.Open(name)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, again.Close()) }()
	if err := to.MkdirAll(path.Dir(name), 0o777); err != nil {
		return false, err
	}
	part := name + ".part"
	out, err := to.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666)
	if err != nil {
		return false, err
	}
	_, err = io.Copy(out, io.LimitReader(again, maxMedia))
	if err = errors.Join(err, out.Close()); err == nil {
		err = to.Rename(part, name)
	}
	if err != nil {
		return false, errors.Join(err, to.Remove(part))
	}
	return true, nil
}

// sameContent reports whether the file of that name has the content and size.
func sameContent(to *os.Root, name string, content io.Reader, size int64) (same bool, err error) {
	there, err := to.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, there.Close()) }()
	if info, err := there.Stat(); err != nil || info.Size() != size {
		return false, err
	}
	a, b := make([]byte, 32<<10), make([]byte, 32<<10)
	for {
		n, errA := io.ReadFull(there, a)
		m, errB := io.ReadFull(content, b)
		if !bytes.Equal(a[:n], b[:m]) {
			return false, nil
		}
		if errA != nil || errB != nil {
			return endOf(errA) && endOf(errB), nil
		}
	}
}

func endOf(err error) bool { return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) }
