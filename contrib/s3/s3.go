// Package s3 keeps files on a server that speaks S3: Amazon's, MinIO, Ceph, Garage and many
// others. It is a module of its own, so that sites without it do not have what it needs.
//
//	vola.Main(vola.Config{Storages: []storage.Driver{s3.Driver}, ...})
//
// The setting STORAGE_URL then names the bucket, which must exist, and a prefix for the names of
// all files:
//
//	STORAGE_URL=s3://bucket/prefix?region=eu-central-1
//	STORAGE_URL=s3://bucket?endpoint=https://s3.example.org&region=garage
//
// Without endpoint it is Amazon's; the endpoint of a server on the same machine may begin with
// http://. Without region it is us-east-1. The keys are in the variables AWS_ACCESS_KEY_ID and
// AWS_SECRET_ACCESS_KEY, and AWS_SESSION_TOKEN if there is one. They may list the bucket, and get,
// put and delete objects in it, and abort uploads.
//
// A file of up to 8 MB is one request, a larger one is sent in parts of 8 MB, and of two that
// create one name the second is refused by the condition If-None-Match. A server that does
// not know the condition and says so is asked for the name first, which lets both of two at
// the same moment succeed: the later one stays. Names of [storage.NewName] are never the same. An upload that is cut off by a crash
// leaves parts on the server, which it should be told to remove after some days (a lifecycle
// rule AbortIncompleteMultipartUpload).
//
// Open files are read from the server: each goes on until its context ends, and not after the
// file was deleted.
package s3

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/minio/minio-go/v7"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/storage"
)

// Storage keeps files in a bucket. It is opened by [Driver].
type Storage struct {
	client *minio.Core
	bucket string
	prefix string // of all names, "" or with a slash at its end
	// plain says that the server does not know conditions.
	plain atomic.Bool
}

func (s *Storage) key(name storage.Name) string { return s.prefix + string(name) }

// Delete implements [storage.Storage]. It sends one request for up to 1,000 names.
func (s *Storage) Delete(ctx context.Context, names ...storage.Name) error {
	keys := make(chan minio.ObjectInfo)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // ends the sender after an error
	go func() {
		defer close(keys)
		for _, name := range names {
			if name.Check() != nil {
				continue // nothing has such a name
			}
			select {
			case keys <- minio.ObjectInfo{Key: s.key(name)}:
			case <-ctx.Done():
				return
			}
		}
	}()
	var first error
	for failed := range s.client.RemoveObjects(ctx, s.bucket, keys, minio.RemoveObjectsOptions{}) {
		if code := minio.ToErrorResponse(failed.Err).Code; first == nil && code != minio.NoSuchKey {
			first = s.wrap("delete", storage.Name(strings.TrimPrefix(failed.ObjectName, s.prefix)), failed.Err)
			cancel()
		}
	}
	if first == nil {
		return ctx.Err()
	}
	return first
}

// wrap gives an error of the server its kind. It does not hold keys.
func (s *Storage) wrap(what string, name storage.Name, err error) error {
	if err == nil {
		return nil
	}
	var kinded fault.Kinded
	if errors.As(err, &kinded) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("s3: %s %s: %w", what, name, err)
	}
	answer := minio.ToErrorResponse(err)
	text := fmt.Errorf("s3: %s %s in bucket %s: %w", what, name, s.bucket, err)
	var network net.Error
	switch {
	case answer.Code == minio.NoSuchKey:
		return fault.Wrap(fault.NotFound, text, "There is no such file.")
	case answer.StatusCode == http.StatusPreconditionFailed, answer.StatusCode == http.StatusConflict && answer.Code != "OperationAborted":
		return fault.Wrap(fault.Conflict, text, "There is a file of that name already.")
	case answer.StatusCode >= 500, answer.Code == "SlowDown", errors.As(err, &network):
		return fault.Wrap(fault.Unavailable, text, "The service is not available now; try again later.")
	}
	return text
}

// notFound reports whether the answer to HEAD, which has no text, is that there is no object.
func notFound(err error) bool {
	answer := minio.ToErrorResponse(err)
	return answer.Code == minio.NoSuchKey || answer.StatusCode == http.StatusNotFound && answer.Code != minio.NoSuchBucket
}
