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
	"io"
	"iter"
	"time"
)

// Storage keeps files by name. Its methods may be called by many goroutines.
type Storage interface {
	// Create stores what r has, up to its end, under a name that is not taken; one
	// that is, is an error of kind fault.Conflict. Nothing is stored if r fails or
	// ctx ends, and nobody can open a file that is not whole.
	Create(ctx context.Context, name Name, r io.Reader) (Info, error)
	// Open opens a file, which the caller must close. If there is none of that name,
	// the error is of kind fault.NotFound.
	Open(ctx context.Context, name Name) (File, error)
	// Delete removes files. Names that are not there are no error.
	Delete(ctx context.Context, names ...Name) error
	// List yields the files whose names begin with prefix, in the order of their
	// names as bytes. After an error nothing follows.
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
	Scheme() string
	// Open opens the storage that a URL names. environ has the environment, for
	// secrets that do not belong in a URL.
	Open(ctx context.Context, url string, environ map[string]string) (Storage, error)
}
