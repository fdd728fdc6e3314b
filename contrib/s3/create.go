package s3

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/minio/minio-go/v7"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/storage"
)

const (
	// partSize is how much of a file is in memory and sent by one request, in bytes. A
	// server takes parts of 5 MB and more.
	partSize = 8 << 20
	// maxParts is how many parts a server takes.
	maxParts = 10_000
	// abortTime is how long removing the parts of an upload that failed may take.
	abortTime = 10 * time.Second
)

// Create implements [storage.Storage]. It needs 8 MB of memory, less for smaller files. The
// largest file is of 80 GB.
func (s *Storage) Create(ctx context.Context, name storage.Name, r io.Reader) (storage.Info, error) {
	if err := name.Check(); err != nil {
		return storage.Info{}, err
	}
	if err := s.free(ctx, name); err != nil { // before all of r is read
		return storage.Info{}, err
	}
	first, err := readPart(ctx, r, nil)
	if err != nil && err != io.EOF {
		return storage.Info{}, s.wrap("create", name, err)
	}
	size := int64(len(first))
	if err == io.EOF {
		err = s.conditional(ctx, name, func(opts minio.PutObjectOptions) error {
			_, err := s.client.PutObject(ctx, s.bucket, s.key(name), bytes.NewReader(first), size, "", sum(first), opts)
			return err
		})
	} else {
		size, err = s.multipart(ctx, name, first, r)
	}
	if err != nil {
		return storage.Info{}, s.wrap("create", name, err)
	}
	// The time is that of the server, as in listings.
	info, err := s.stat(ctx, name)
	if err == nil && info.Size != size {
		err = fmt.Errorf("s3: create %s: the server has %d of %d bytes", name, info.Size, size)
	}
	return info.Info, err
}

// free returns an error if a name is taken.
func (s *Storage) free(ctx context.Context, name storage.Name) error {
	_, err := s.stat(ctx, name)
	switch {
	case err == nil:
		return fault.Wrap(fault.Conflict, fmt.Errorf("s3: the name %s is taken", name), "There is a file of that name already.")
	case fault.KindOf(err) == fault.NotFound:
		return nil
	}
	return err
}

// conditional puts an object if there is none yet, as far as the server can tell.
func (s *Storage) conditional(ctx context.Context, name storage.Name, put func(minio.PutObjectOptions) error) error {
	opts := putOptions(name)
	if !s.plain.Load() {
		opts.SetMatchETagExcept("*")
	}
	err := put(opts)
	if minio.ToErrorResponse(err).StatusCode != http.StatusNotImplemented || s.plain.Load() {
		return err
	}
	s.plain.Store(true)
	if err := s.free(ctx, name); err != nil {
		return err
	}
	return put(putOptions(name))
}

func putOptions(name storage.Name) minio.PutObjectOptions {
	kind, ok := storage.KindOf(name)
	if !ok {
		kind.Media = "application/octet-stream"
	}
	// The hash is in the signature of the request. The client's other way, a signature of
	// each 64 kB in the body, is one that not all servers take for an empty file.
	return minio.PutObjectOptions{ContentType: kind.Media, DisableContentSha256: true}
}

// multipart sends a file in parts, of which the first was read. After an error, or a panic of r,
// the parts are removed.
func (s *Storage) multipart(ctx context.Context, name storage.Name, part []byte, r io.Reader) (size int64, err error) {
	key := s.key(name)
	id, err := s.client.NewMultipartUpload(ctx, s.bucket, key, putOptions(name))
	if err != nil {
		return 0, err
	}
	done := false
	defer func() {
		if !done {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), abortTime)
			defer cancel()
			err = errors.Join(err, s.abort(ctx, key, id))
		}
	}()
	var sent []minio.CompletePart
	for last := false; ; {
		if len(sent) == maxParts {
			return 0, fault.Newf(fault.TooLarge, "a file may have %d bytes at most", int64(maxParts)*partSize)
		}
		p, err := s.client.PutObjectPart(ctx, s.bucket, key, id, len(sent)+1, bytes.NewReader(part), int64(len(part)), minio.PutObjectPartOptions{Sha256Hex: sum(part), DisableContentSha256: true})
		if err != nil {
			return 0, err
		}
		sent = append(sent, minio.CompletePart{PartNumber: p.PartNumber, ETag: p.ETag})
		size += int64(len(part))
		if last {
			break
		}
		part, err = readPart(ctx, r, part[:0])
		if last = err == io.EOF; err != nil && !last {
			return 0, err
		}
		if len(part) == 0 {
			break
		}
	}
	err = s.conditional(ctx, name, func(opts minio.PutObjectOptions) error {
		_, err := s.client.CompleteMultipartUpload(ctx, s.bucket, key, id, sent, opts)
		return err
	})
	done = err == nil
	return size, err
}

// sum returns the hash of what is sent, which the server checks and the signature includes.
func sum(part []byte) string {
	h := sha256.Sum256(part)
	return hex.EncodeToString(h[:])
}

// abort removes the parts of an upload. One that is not there any more is no error.
func (s *Storage) abort(ctx context.Context, key, id string) error {
	err := s.client.AbortMultipartUpload(ctx, s.bucket, key, id)
	if minio.ToErrorResponse(err).Code == minio.NoSuchUpload {
		return nil
	}
	return err
}

// readPart reads up to partSize bytes into part, which it lets grow. The error is io.EOF at the
// end of r.
func readPart(ctx context.Context, r io.Reader, part []byte) ([]byte, error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if len(part) == partSize {
			return part, nil
		}
		if len(part) == cap(part) {
			grown := make([]byte, len(part), min(max(32<<10, 4*cap(part)), partSize))
			copy(grown, part)
			part = grown
		}
		n, err := r.Read(part[len(part):cap(part)])
		part = part[:len(part)+n]
		if err != nil {
			return part, err
		}
	}
}
