package jsvendor_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
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
