package s3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/minio/minio-go/v7"

	"github.com/volaweb/vola/storage"
)

// object is what the server says of a file.
type object struct {
	storage.Info
	etag string
}

// stat asks for a file, without its content.
func (s *Storage) stat(ctx context.Context, name storage.Name) (object, error) {
	info, err := s.client.StatObject(ctx, s.bucket, s.key(name), minio.StatObjectOptions{})
	if err != nil {
		if notFound(err) {
			err = minio.ErrorResponse{Code: minio.NoSuchKey, Message: "no such file"}
		}
		return object{}, s.wrap("open", name, err)
	}
	return object{storage.Info{Name: name, Size: info.Size, Created: info.LastModified}, info.ETag}, nil
}

// Open implements [storage.Storage]. It asks whether the file is there; its content comes by one
// request from where it is read first, and another one after each Seek to elsewhere.
func (s *Storage) Open(ctx context.Context, name storage.Name) (storage.File, error) {
	if err := name.Check(); err != nil {
		return nil, err
	}
	o, err := s.stat(ctx, name)
	if err != nil {
		return nil, err
	}
	return &file{s: s, ctx: ctx, object: o}, nil
}

// file is an open file.
type file struct {
	s      *Storage
	ctx    context.Context // lifetime: that of the open file
	object object
	at     int64         // where the next Read begins
	body   io.ReadCloser // what follows there; nil before it is asked for
}

// Info implements [storage.File].
func (f *file) Info() storage.Info { return f.object.Info }

// Read implements [io.Reader].
func (f *file) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if f.at >= f.object.Size {
		return 0, io.EOF
	}
	if f.body == nil {
		var opts minio.GetObjectOptions
		err := opts.SetRange(f.at, 0)
		if f.at == 0 {
			opts, err = minio.GetObjectOptions{}, nil
		}
		if err == nil {
			err = opts.SetMatchETag(f.object.etag)
		}
		if err == nil {
			f.body, _, _, err = f.s.client.GetObject(f.ctx, f.s.bucket, f.s.key(f.object.Name), opts)
		}
		if err != nil {
			f.body = nil
			return 0, f.s.wrap("read", f.object.Name, err)
		}
	}
	n, err := f.body.Read(p)
	f.at += int64(n)
	switch {
	case err == io.EOF && f.at < f.object.Size:
		err = io.ErrUnexpectedEOF
	case err == io.EOF && n > 0:
		err = nil
	}
	if err != nil && err != io.EOF {
		err = f.s.wrap("read", f.object.Name, err)
	}
	return n, err
}

// Seek implements [io.Seeker]. It asks the server for nothing.
func (f *file) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += f.at
	case io.SeekEnd:
		offset += f.object.Size
	case io.SeekStart:
	default:
		return 0, fmt.Errorf("s3: seek in %s: whence is %d", f.object.Name, whence)
	}
	if offset < 0 {
		return 0, fmt.Errorf("s3: seek in %s: %d is before its beginning", f.object.Name, offset)
	}
	if offset != f.at && f.body != nil {
		f.body.Close() // what is left of it is not wanted
		f.body = nil
	}
	f.at = offset
	return offset, nil
}

// Close implements [io.Closer].
func (f *file) Close() error {
	if f.body == nil {
		return nil
	}
	body := f.body
	f.body, f.at = nil, f.object.Size
	return body.Close()
}

// List implements [storage.Storage]. It asks for 1,000 names at a time. Objects whose names no
// [storage.Name] can have are left out.
func (s *Storage) List(ctx context.Context, prefix string) iter.Seq2[storage.Info, error] {
	return func(yield func(storage.Info, error) bool) {
		if prefix != "" && storage.Name(prefix).Check() != nil && storage.Name(prefix+"x").Check() != nil {
			return // no name begins so
		}
		if err := ctx.Err(); err != nil {
			yield(storage.Info{}, err)
			return
		}
		for o := range s.client.ListObjectsIter(ctx, s.bucket, minio.ListObjectsOptions{Prefix: s.prefix + prefix, Recursive: true}) {
			if err := errors.Join(o.Err, ctx.Err()); err != nil {
				yield(storage.Info{}, s.wrap("list", storage.Name(prefix), err))
				return
			}
			name := storage.Name(strings.TrimPrefix(o.Key, s.prefix))
			if name.Check() != nil || !strings.HasPrefix(o.Key, s.prefix) {
				continue
			}
			if !yield(storage.Info{Name: name, Size: o.Size, Created: o.LastModified}, nil) {
				return
			}
		}
	}
}
