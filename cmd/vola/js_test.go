package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// registryOf is a registry with one version of one package.
func registryOf(t *testing.T, name, version, source string) string {
	t.Helper()
	var archive bytes.Buffer
	z := gzip.NewWriter(&archive)
	w := tar.NewWriter(z)
	for file, text := range map[string]string{"package.json": `{"name":"` + name + `","license":"MIT\u001b[2J\u009b31m"}`, "index.js": source} {
		w.WriteHeader(&tar.Header{Name: "package/" + file, Size: int64(len(text))})
		w.Write([]byte(text))
	}
	w.Close()
	z.Close()
	sum := sha512.Sum512(archive.Bytes())
	mux := http.NewServeMux()
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	mux.HandleFunc("/"+name, func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"dist-tags":{"latest":%q},"versions":{%q:{"dist":{"tarball":"%s/archive","integrity":"sha512-%s"}}}}`, version, version, srv.URL, base64.StdEncoding.EncodeToString(sum[:]))
	})
	mux.HandleFunc("/archive", func(w http.ResponseWriter, _ *http.Request) { w.Write(archive.Bytes()) })
	return srv.URL
}

// TestJSCommands: the commands in their order of use.
func TestJSCommands(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	registry := registryOf(t, "tiny", "1.0.0", `export default 1`)
	for _, step := range []struct {
		args   string
		status int
		want   string
	}{
		{"js add tiny", 1, "vola: name a version, as what is newest changes: the newest of tiny is 1.0.0, so write tiny@1.0.0\n"},
		{"js add", 2, "NAME@VERSION"},
		{"js verify", 1, "vola: there is no vola-js.json in "},
		{"js add tiny@1.0.0", 0, "tiny@1.0.0 (MIT [2J 31m, 1 file)\n"},
		{"js add tiny@1.0.0", 0, "no package is new\n"},
		{"js outdated", 0, "all packages are the newest\n"},
		{"js verify", 0, "1 file as vola-js.json says\n"},
		{"js verify --path elsewhere", 1, "vola: there is no vola-js.json in "},
		{"js outdated --path elsewhere", 1, "vola: there is no vola-js.json in "},
		{"js remove tinny", 1, "did you mean tiny?\n"},
		{"edit", 0, ""},
		{"js verify", 1, "vola: tiny@1.0.0/index.js is not what was stored; add its package again\n"},
		{"js remove tiny", 0, "tiny@1.0.0 is removed\n"},
	} {
		if step.args == "edit" {
			if err := os.WriteFile(filepath.Join(dir, "static/vendor/tiny@1.0.0/index.js"), []byte("mine"), 0o600); err != nil {
				t.Fatal(err)
			}
			continue
		}
		var out bytes.Buffer
		status := run(t.Context(), strings.Fields(step.args), env{stdout: &out, stderr: &out, dir: dir, environ: []string{"NPM_REGISTRY=" + registry}})
		if status != step.status || !strings.Contains(out.String(), step.want) {
			t.Errorf("vola %s: %d\n%s\nwant %d and %q", step.args, status, &out, step.status, step.want)
		}
	}
}
