// Package assets serves a site's style sheets, scripts and pictures under
// names that change with their content, so that browsers may keep them for
// ever and still see every change at once.
package assets

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/internal/accept"
	"github.com/volaweb/vola/web"
)

// Config says which files there are.
type Config struct {
	// Layers are the folders of files; the first that has a name wins. Links in
	// one that [os.DirFS] made are followed inside of it, and are an error where
	// they lead out of it. Links in others are left out.
	Layers []fs.FS
	// Prefix is where the Set is mounted. Defaults to "/static/".
	Prefix string
	// Dev serves files as they are now, under their plain names, so that an
	// edit shows at the next request.
	Dev bool
}

// Set serves files. It is safe for concurrent use.
type Set struct {
	cfg    Config
	byName map[string]*file // plain and hashed names; empty in development
}

// file is one file as it was when the Set was made.
type file struct {
	name    string
	hash    string
	content []byte // nil for files that are read from their layer
	gzipped []byte // nil where that is not smaller
	layer   fs.FS
}

// keep is the largest file that is held in memory, in bytes.
const keep = 1 << 20

// New reads the files of all layers.
func New(cfg Config) (*Set, error) {
	if cfg.Prefix == "" {
		cfg.Prefix = "/static/"
	}
	layers := make([]fs.FS, len(cfg.Layers))
	for i, layer := range cfg.Layers {
		layers[i] = layerOf(layer)
	}
	cfg.Layers = layers
	s := &Set{cfg: cfg, byName: map[string]*file{}}
	if cfg.Dev {
		return s, nil
	}
	for _, layer := range cfg.Layers {
		err := fs.WalkDir(layer, ".", func(name string, d fs.DirEntry, err error) error {
			switch {
			case errors.Is(err, fs.ErrNotExist) && name == ".":
				return fs.SkipAll // a layer without a folder has no files
			case err != nil || d.IsDir() || hidden(name) || s.byName[name] != nil:
				return err
			}
			if ok, err := regular(layer, name); err != nil {
				return fmt.Errorf("%s cannot be read: %w", name, err)
			} else if !ok {
				return nil
			}
			f, err := read(layer, name)
			if err != nil {
				return err
			}
			s.byName[name] = f
			s.byName[f.hashed()] = f
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("static files: %w", err)
		}
	}
	return s, nil
}

// hidden reports whether a name is one that is never served.
func hidden(name string) bool {
	return strings.HasPrefix(name, ".") || strings.Contains(name, "/.")
}

func read(layer fs.FS, name string) (*file, error) {
	r, err := layer.Open(name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	h := sha256.New()
	var b bytes.Buffer
	n, err := io.Copy(io.MultiWriter(h, &limited{&b, keep}), r)
	if err != nil {
		return nil, err
	}
	f := &file{name: name, hash: hex.EncodeToString(h.Sum(nil))[:10], layer: layer}
	if n > keep {
		return f, nil
	}
	f.content = b.Bytes()
	if compressible(name) {
		f.gzipped = compress(f.content)
	}
	return f, nil
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

func compressible(name string) bool {
	switch path.Ext(name) {
	case ".css", ".js", ".mjs", ".svg", ".html", ".txt", ".json", ".xml", ".map", ".webmanifest":
		return true
	}
	return false
}

func compress(content []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	w.Write(content)
	w.Close()
	if b.Len() >= len(content) {
		return nil
	}
	return b.Bytes()
}

// hashed returns the name with the content's hash before its extension.
func (f *file) hashed() string {
	ext := path.Ext(f.name)
	return strings.TrimSuffix(f.name, ext) + "." + f.hash + ext
}

// URL returns the path of a file by its plain name. The error says that there
// is no such file.
func (s *Set) URL(name string) (string, error) {
	if s.cfg.Dev {
		f, _, err := s.open(name)
		if err != nil {
			return "", fmt.Errorf("no static file %q", name)
		}
		f.Close()
		return s.cfg.Prefix + name, nil
	}
	f := s.byName[name]
	if f == nil {
		return "", fmt.Errorf("no static file %q", name)
	}
	return s.cfg.Prefix + f.hashed(), nil
}

// open opens a file in the first layer that has it.
func (s *Set) open(name string) (fs.File, time.Time, error) {
	if !fs.ValidPath(name) || hidden(name) {
		return nil, time.Time{}, fs.ErrNotExist
	}
	for _, layer := range s.cfg.Layers {
		ok, err := regular(layer, name)
		if errors.Is(err, fs.ErrNotExist) || err == nil && !ok {
			continue
		}
		if err != nil {
			return nil, time.Time{}, err
		}
		f, err := layer.Open(name)
		if err != nil {
			return nil, time.Time{}, err
		}
		info, err := f.Stat()
		if err != nil || info.IsDir() {
			f.Close()
			continue
		}
		return f, info.ModTime(), nil
	}
	return nil, time.Time{}, fs.ErrNotExist
}

// ServeHTTP serves the file that the URL's path names, without the prefix.
// A name with the hash of the content may be kept by browsers and proxies for
// a year; a plain name is asked for again each time.
func (s *Set) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD, OPTIONS")
		if r.Method == http.MethodOptions {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		web.Fail(w, r, fault.New(fault.MethodNotAllowed, "Files can only be read."))
		return
	}
	name := strings.TrimPrefix(r.URL.Path, "/")
	if typ := mime.TypeByExtension(path.Ext(name)); typ != "" {
		w.Header().Set("Content-Type", typ)
	}
	f := s.byName[name]
	if f == nil {
		s.serveNow(w, r, name)
		return
	}
	h := w.Header()
	h.Set("Etag", `"`+f.hash+`"`)
	if name == f.name {
		h.Set("Cache-Control", "no-cache")
	} else {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	switch {
	case f.content == nil:
		s.serveLayer(w, r, f)
	case f.gzipped != nil:
		h.Set("Vary", "Accept-Encoding")
		if acceptsGzip(r) {
			h.Set("Content-Encoding", "gzip")
			h.Set("Etag", `"`+f.hash+`-gz"`)
			http.ServeContent(w, r, f.name, time.Time{}, bytes.NewReader(f.gzipped))
			return
		}
		fallthrough
	default:
		http.ServeContent(w, r, f.name, time.Time{}, bytes.NewReader(f.content))
	}
}

// serveLayer serves a file that is too large for memory.
func (s *Set) serveLayer(w http.ResponseWriter, r *http.Request, f *file) {
	file, err := f.layer.Open(f.name)
	if err != nil {
		web.Fail(w, r, fmt.Errorf("static file %s: %w", f.name, err))
		return
	}
	defer file.Close()
	content, ok := file.(io.ReadSeeker)
	if !ok {
		web.Fail(w, r, fmt.Errorf("static file %s: its file system cannot seek", f.name))
		return
	}
	http.ServeContent(w, r, f.name, time.Time{}, content)
}

// serveNow serves what the layers hold at this moment: in development.
func (s *Set) serveNow(w http.ResponseWriter, r *http.Request, name string) {
	notFound := fault.New(fault.NotFound, "There is no such file.")
	if !s.cfg.Dev {
		w.Header().Del("Content-Type")
		web.Fail(w, r, notFound)
		return
	}
	f, modified, err := s.open(name)
	if err != nil {
		w.Header().Del("Content-Type")
		web.Fail(w, r, fault.Wrap(fault.NotFound, err, "There is no such file."))
		return
	}
	defer f.Close()
	content, ok := f.(io.ReadSeeker)
	if !ok {
		b, err := io.ReadAll(f)
		if err != nil {
			web.Fail(w, r, err)
			return
		}
		content = bytes.NewReader(b)
	}
	w.Header().Set("Cache-Control", "no-cache")
	http.ServeContent(w, r, name, modified, content)
}

func acceptsGzip(r *http.Request) bool {
	weight, _ := accept.Weight(r.Header.Get("Accept-Encoding"), "gzip")
	return weight > 0
}
