package jsvendor_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// npm is a registry in a test.
type npm struct {
	url string

	mu       sync.Mutex
	packages map[string]map[string]any // versions by name
	latest   map[string]string
	archives map[string][]byte // by path
}

func newNPM(t *testing.T) *npm {
	t.Helper()
	n := &npm{packages: map[string]map[string]any{}, latest: map[string]string{}, archives: map[string][]byte{}}
	srv := httptest.NewServer(n)
	t.Cleanup(srv.Close)
	n.url = srv.URL
	return n
}

// ServeHTTP answers as a registry does.
func (n *npm) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	defer n.mu.Unlock()
	name := strings.TrimPrefix(r.URL.Path, "/")
	if archive, ok := n.archives[name]; ok {
		w.Write(archive)
	} else if versions, ok := n.packages[name]; ok {
		json.NewEncoder(w).Encode(map[string]any{"name": name, "dist-tags": map[string]string{"latest": n.latest[name]}, "versions": versions})
	} else {
		http.NotFound(w, r)
	}
}

// publish adds a version of a package, which is the latest from now on. Its package.json has the name already.
func (n *npm) publish(name, version string, files map[string]string) {
	n.publishArchive(name, version, archive(name, files))
}

func (n *npm) publishArchive(name, version string, archive []byte) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.packages[name] == nil {
		n.packages[name] = map[string]any{}
	}
	sum := sha512.Sum512(archive)
	path := name + "/-/" + version + ".tgz"
	n.archives[path] = archive
	n.latest[name] = version
	n.packages[name][version] = map[string]any{
		"deprecated": map[bool]any{true: "use 2\nplease", false: nil}[version == "0.0.1"],
		"dist":       map[string]string{"tarball": n.url + "/" + path, "integrity": "sha1-x sha512-" + base64.StdEncoding.EncodeToString(sum[:])},
	}
}

// archive makes an archive of npm.
func archive(name string, files map[string]string) []byte {
	return archiveOf(func(w *tar.Writer) {
		manifest := files["package.json"]
		if manifest == "" {
			manifest = "{}"
		}
		manifest = strings.Replace(manifest, "{", `{"name":"`+name+`",`, 1)
		add(w, "package/package.json", strings.Replace(manifest, ",}", "}", 1))
		for file, text := range files {
			if file != "package.json" {
				add(w, "package/"+file, text)
			}
		}
	})
}

func archiveOf(fill func(*tar.Writer)) []byte {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	w := tar.NewWriter(z)
	fill(w)
	w.Close()
	z.Close()
	return b.Bytes()
}

func add(w *tar.Writer, name, text string) {
	w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(text))})
	io.WriteString(w, text)
}

// sparseArchive makes an archive with a file whose size is in its header alone: all of it is a hole.
func sparseArchive(manifest, source string, size int) []byte {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	w := tar.NewWriter(z)
	add(w, "package/package.json", manifest)
	add(w, "package/index.js", source)
	w.Flush()
	var records string
	for _, record := range []string{"GNU.sparse.major=1", "GNU.sparse.minor=0", "GNU.sparse.name=package/hole.js", fmt.Sprintf("GNU.sparse.realsize=%d", size)} {
		records += fmt.Sprintf("%d %s\n", len(record)+4, record) // with the two digits of the length
	}
	for _, entry := range []struct {
		kind byte
		text string
	}{{tar.TypeXHeader, records}, {tar.TypeReg, "0\n" + strings.Repeat("\x00", 510)}} {
		var one bytes.Buffer
		add(tar.NewWriter(&one), "package/x", entry.text)
		block := one.Bytes()[:512]
		block[156] = entry.kind
		copy(block[148:], "        ") // the sum counts itself as spaces
		sum := 0
		for _, c := range block {
			sum += int(c)
		}
		copy(block[148:], fmt.Sprintf("%06o\x00 ", sum))
		z.Write(one.Bytes())
		z.Write(make([]byte, (512-len(entry.text)%512)%512))
	}
	z.Write(make([]byte, 1024))
	z.Close()
	return b.Bytes()
}
