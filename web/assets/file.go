package assets

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"path"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/volaweb/vola/internal/jslock"
)

// How much of a file is held in memory, in bytes. Style sheets and scripts are read for what
// they refer to, so more of them.
const (
	keep       = 1 << 20
	keepSource = 8 << 20
)

// file is one file as it was when the Set was made.
type file struct {
	name    string
	hashed  string // the name with the content's hash before its extension
	url     string // that, as it stands in a URL
	content []byte // nil for files that are read from their layer
	sum     [sha256.Size]byte
	// hash is what stands in the name: of the content, and of the files that a style sheet refers to.
	hash  string
	kind  string // the content type
	etag  string
	layer fs.FS

	gzipOnce sync.Once
	gzipped  *encoded                  // nil where that is not smaller
	better   []atomic.Pointer[encoded] // by the codings of the Config
}

// encoded is the content of a file in a content coding.
type encoded struct {
	coding string
	etag   string
	body   []byte
}

// read reads a file of a layer.
func read(layer fs.FS, name string) (*file, error) {
	r, err := layer.Open(name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	most := keep
	switch {
	case isSheet(name) || isScript(name):
		most = keepSource
	case isLock(name):
		most = jslock.MaxSize + 1 // the form says that this is too much
	}
	h := sha256.New()
	var b bytes.Buffer
	n, err := io.Copy(io.MultiWriter(h, &limited{&b, most}), r)
	if err != nil {
		return nil, err
	}
	f := &file{name: name, layer: layer, kind: contentType(name)}
	h.Sum(f.sum[:0])
	f.hash = hex.EncodeToString(f.sum[:])
	if n <= int64(most) || isLock(name) {
		f.content = b.Bytes()
		if f.content == nil {
			f.content = []byte{}
		}
	}
	return f, nil
}

// setNames sets what follows from the hash.
func (f *file) setNames() {
	f.hash = f.hash[:10]
	f.etag = `"` + f.hash + `"`
	ext := path.Ext(f.name)
	f.hashed = strings.TrimSuffix(f.name, ext) + "." + f.hash + ext
	f.url = inURL(f.hashed)
}

// inURL writes a name as a path. What else has to be escaped browsers escape themselves, each in the same way.
func inURL(name string) string {
	return strings.NewReplacer("%", "%25", "?", "%3F", "#", "%23").Replace(name)
}

// limited keeps the first n bytes.
type limited struct {
	b *bytes.Buffer
	n int
}

func (l *limited) Write(p []byte) (int, error) {
	l.b.Write(p[:min(len(p), max(l.n-l.b.Len(), 0))])
	return len(p), nil
}

// isSheet and isScript go by the content type, as browsers do.
func isSheet(name string) bool { return strings.HasPrefix(contentType(name), "text/css") }

func isScript(name string) bool { return strings.HasPrefix(contentType(name), "text/javascript") }
