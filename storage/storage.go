// Package storage keeps files that people send: pictures, documents.
//
//	info, err := store.Create(ctx, storage.NewName(time.Now(), "photo.jpg", ".jpg"), body)
//
// A stored file is never changed: another content gets another name. So whoever has a
// name has the right content, caches may keep it for ever, and a row that names a file
// cannot name half of one.
//
// [Disk] keeps the files in a folder, [Memory] in memory, for tests. Package
// contrib/s3 keeps them on a server that speaks S3.
package storage

import (
	"context"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"

	"github.com/volaweb/vola/fault"
)

// Storage keeps files by name. Its methods may be called by many goroutines. Package
// storage/storagetest checks what is promised here.
//
// size: what is stored must be found, listed and removed by the same value
type Storage interface {
	// Create stores what r has, up to its end, under a name that is not taken; one
	// that is, is an error of kind fault.Conflict. Of several calls with one name at
	// the same time, one succeeds. Nothing is stored if r fails or ctx ends, and nobody
	// can open a file that is not whole. A name that [Name.Check] refuses is its error.
	// Whether both "a" and "a/b" can be names of files depends on the storage; where
	// they cannot, the second is a Conflict.
	Create(ctx context.Context, name Name, r io.Reader) (Info, error)
	// Open opens a file, which the caller must close. If no file has that name,
	// the error is of kind fault.NotFound. ctx counts until the file is closed: where
	// the content comes over a network, reading it fails when ctx ends.
	Open(ctx context.Context, name Name) (File, error)
	// Delete removes files. Names that are not there are no error. Whoever has opened a
	// file before can read it to its end, if the storage is a [Disk] or a [Memory].
	Delete(ctx context.Context, names ...Name) error
	// List yields the files whose names begin with prefix, in the order of their
	// names as bytes. Files that are stored or removed meanwhile may be missing or
	// not. After an error nothing follows.
	List(ctx context.Context, prefix string) iter.Seq2[Info, error]
}

// File is an open file, for one goroutine.
type File interface {
	io.ReadSeekCloser
	// Info describes the file.
	Info() Info
}

// Info describes a stored file.
type Info struct {
	Name    Name
	Size    int64     // in bytes
	Created time.Time // when it was stored
}

// Driver opens storages of one scheme of URLs, such as "s3".
type Driver interface {
	// Scheme returns what URLs begin with, before the colon.
	Scheme() string
	// Open opens the storage that a URL names, without connecting to it or making
	// anything. environ has the environment, for secrets that do not belong in a URL.
	Open(ctx context.Context, url string, environ map[string]string) (Storage, error)
}

// Open opens the storage that a URL such as "disk:files" names, by the driver of its scheme.
// [DiskDriver] is always among the drivers.
func Open(ctx context.Context, drivers []Driver, url string, environ map[string]string) (Storage, error) {
	scheme, _, ok := strings.Cut(url, ":")
	if !ok {
		return nil, fmt.Errorf("storage: the URL does not begin with a scheme and a colon, such as disk:files")
	}
	known := []string{DiskDriver.Scheme()}
	for _, d := range drivers {
		if d.Scheme() == scheme {
			return d.Open(ctx, url, environ)
		}
		known = append(known, d.Scheme())
	}
	if scheme == DiskDriver.Scheme() {
		return DiskDriver.Open(ctx, url, environ)
	}
	return nil, fmt.Errorf("storage: no driver for the scheme %q; there are: %s; add others to vola.Config.Storages", scheme, strings.Join(known, ", "))
}

func notFound(name Name) error {
	return fault.Wrap(fault.NotFound, fmt.Errorf("storage: no file %s", name), "There is no such file.")
}

func conflict(name Name) error {
	return fault.Wrap(fault.Conflict, fmt.Errorf("storage: the name %s is taken", name), "There is a file of that name already.")
}

// copyLen is how much is read at a time, in bytes.
const copyLen = 32 << 10

// copyAll writes what r has to w, with little memory, and stops soon after ctx ends.
func copyAll(ctx context.Context, w io.Writer, r io.Reader) (n int64, err error) {
	part := make([]byte, copyLen)
	for {
		if err := ctx.Err(); err != nil {
			return n, err
		}
		got, err := r.Read(part)
		if _, err := w.Write(part[:got]); err != nil {
			return n, err
		}
		n += int64(got)
		if err == io.EOF {
			return n, ctx.Err()
		}
		if err != nil {
			return n, err
		}
	}
}
