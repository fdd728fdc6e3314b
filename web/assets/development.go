package assets

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"time"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/web"
)

// open opens a file in the first layer that has it.
func (s *Set) open(name string) (fs.File, time.Time, error) {
	if hidden(name) {
		return nil, time.Time{}, fs.ErrNotExist
	}
	return s.openAny(name)
}

// openAny is open, also for files that are not served.
func (s *Set) openAny(name string) (fs.File, time.Time, error) {
	if !fs.ValidPath(name) {
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

// serveNow serves what the layers hold at this moment: in development.
func (s *Set) serveNow(w http.ResponseWriter, r *http.Request, name string) {
	if !s.cfg.Dev {
		web.Fail(w, r, fault.New(fault.NotFound, "There is no such file."))
		return
	}
	f, modified, err := s.open(name)
	if err != nil {
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
	w.Header().Set("Content-Type", contentType(name))
	w.Header().Set("Cache-Control", "no-cache")
	http.ServeContent(w, r, name, modified, content)
}
