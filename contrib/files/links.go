package files

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/volaweb/vola/storage"
)

// Purposes of signatures. One of a size says only that the site asks for it.
const (
	purposeFile = "contrib/files file"
	purposeSize = "contrib/files size"
)

// forEver is the end of signatures that do not expire.
const forEver = 1 << 40 // seconds since 1970, in the year 36812

// public lets every cache keep an answer for a year.
const public = "public, max-age=31536000, immutable"

// URL returns the URL of a stored file, a path on this site. It is an error if name is empty or
// is not a name.
func (f *Files) URL(name storage.Name) (string, error) {
	return f.link(version{original: name}, string(name))
}

// Picture returns the URL of a version of a picture that fits into a width and a height in
// pixels and is not larger than the original. One of them may be 0, which is no limit; neither
// is more than [MaxSide]. It is an error if the file is not a picture, by its name.
func (f *Files) Picture(name storage.Name, width, height int) (string, error) {
	v := version{original: name, width: width, height: height}
	return f.link(v, v.path())
}

// Thumbnail returns the URL of a version of a picture that has exactly a width and a height in
// pixels, up to [MaxSide]: what is too much at the sides is cut off, and a smaller picture is
// enlarged.
func (f *Files) Thumbnail(name storage.Name, width, height int) (string, error) {
	v := version{original: name, width: width, height: height, crop: true}
	return f.link(v, v.path())
}

// link returns the URL of a file or a version with that path.
func (f *Files) link(v version, path string) (string, error) {
	if v.original == "" {
		return "", errors.New("files: the name is empty, as there is no file; ask before, as in {{if .Photo}}")
	}
	parsed, err := parse(path)
	if err == nil && parsed != v {
		err = errors.New("it names a version of a picture; name the original")
	}
	if err != nil {
		return "", fmt.Errorf("files: no link to %q: %w", path, err)
	}
	url, err := f.Host.URL("files:file", path)
	if err != nil {
		return "", err
	}
	switch open := f.open(v.original); {
	case !open:
		url += "?s=" + f.Signer.Sign(purposeFile, path, end(f.Now(), f.cfg.Expires))
	case v.sized():
		url += "?s=" + f.Signer.Sign(purposeSize, path, time.Unix(forEver, 0))
	}
	return url, nil
}

// open reports whether the URL of a file itself is not signed.
func (f *Files) open(name storage.Name) bool { return f.cfg.Allow != nil || f.isPublic(name) }

func (f *Files) isPublic(name storage.Name) bool { return f.cfg.Public != nil && f.cfg.Public(name) }

// end returns when a link of now ends.
func end(now time.Time, expires time.Duration) time.Time {
	unit := time.Minute
	switch {
	case expires >= 24*time.Hour:
		unit = 24 * time.Hour
	case expires >= time.Hour:
		unit = time.Hour
	}
	return now.UTC().Add(expires + unit - 1).Truncate(unit)
}

// permit returns an error if a request may not have a file, and else how long caches may keep
// it; "" is the usual.
func (f *Files) permit(r *http.Request, path string, v version) (cache string, err error) {
	signature := r.URL.Query().Get("s")
	if !f.open(v.original) {
		if err := f.Signer.Check(purposeFile, path, signature, f.Now()); err != nil {
			return "", err
		}
		left := f.Signer.Ends(signature).Sub(f.Now())
		return "private, max-age=" + strconv.FormatInt(int64(left/time.Second), 10) + ", immutable", nil
	}
	if v.sized() {
		if err := f.Signer.Check(purposeSize, path, signature, f.Now()); err != nil {
			return "", err
		}
	}
	if f.isPublic(v.original) {
		return public, nil
	}
	return "", f.cfg.Allow(r, v.original)
}
