package jsvendor

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"unicode"
)

// Limits of an archive.
const (
	maxUnpacked = 64 << 20 // bytes of all files
	maxEntries  = 20_000
)

// unpack returns the files of an archive by their paths below its one folder. It refuses paths that
// lead out of that, links, and more than the limits; nothing is written.
func unpack(archive []byte) (map[string][]byte, error) {
	zr, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		return nil, fmt.Errorf("it is no gzip: %w", err)
	}
	whole := &io.LimitedReader{R: zr, N: maxUnpacked + 1}
	left := int64(maxUnpacked) // sizes count too, as a file with holes has more than the archive
	files := map[string][]byte{}
	r := tar.NewReader(whole)
	for entries := 0; ; entries++ {
		h, err := r.Next()
		if err == nil {
			left -= min(h.Size, left+1)
		}
		switch {
		case whole.N <= 0 || left < 0:
			return nil, fmt.Errorf("it unpacks to more than %d MiB, the limit", maxUnpacked>>20)
		case errors.Is(err, io.EOF):
			return files, nil
		case err != nil:
			return nil, fmt.Errorf("it is no tar: %w", err)
		case entries >= maxEntries:
			return nil, fmt.Errorf("it has more than %d files, the limit", maxEntries)
		}
		name := strings.TrimSuffix(strings.TrimPrefix(h.Name, "./"), "/")
		_, inside, _ := strings.Cut(name, "/")
		if !fs.ValidPath(name) || strings.ContainsAny(name, "\\:") || strings.ContainsFunc(name, unicode.IsControl) || inside == "" && h.Typeflag != tar.TypeDir {
			return nil, fmt.Errorf("the path %q in it leads out of its folder, or is none", h.Name)
		}
		switch h.Typeflag {
		case tar.TypeReg:
		case tar.TypeDir, tar.TypeXGlobalHeader:
			continue
		default:
			return nil, fmt.Errorf("%q in it is a link or device, not a file", h.Name)
		}
		text, err := io.ReadAll(r)
		if err != nil && whole.N > 0 {
			return nil, fmt.Errorf("it is no tar: %w", err)
		}
		files[inside] = text
	}
}
