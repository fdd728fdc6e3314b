package main

import (
	"bufio"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/volaweb/vola/internal/cli"
)

// rereadMain is a program whose package is not the root of its Go module, with
// a page, a static file, and a module that brings the same from a package of
// its own.
const rereadMain = `package main

import (
	"embed"
	"io/fs"

	"example.org/mysite/part"
	"github.com/volaweb/vola"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/sqlite"
	"github.com/volaweb/vola/module"
)

//go:embed static templates
var files embed.FS

func main() {
	static, _ := fs.Sub(files, "static")
	templates, _ := fs.Sub(files, "templates")
	vola.Main(vola.Config{
		Drivers:   []database.Driver{sqlite.Driver},
		Modules:   []module.Module{module.At("/", &part.Part{})},
		Static:    static,
		Templates: templates,
	})
}
`

const rereadPart = `package part

import (
	"context"
	"embed"
	"io/fs"
	"net/http"

	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
)

//go:embed templates
var files embed.FS

var (
	own  = templates.Page[string]("own.html")
	site = templates.Page[string]("site.html")
)

type Part struct{ host *module.Host }

func (*Part) Name() string               { return "part" }
func (*Part) Pages() []templates.Checked { return []templates.Checked{own, site} }
func (*Part) Templates() fs.FS           { out, _ := fs.Sub(files, "templates"); return out }
func (p *Part) Start(_ context.Context, h *module.Host) error {
	p.host = h
	return nil
}
func (p *Part) Routes(r *web.Router) {
	r.Get("/own", func(w http.ResponseWriter, r *http.Request) error { return p.host.Render(w, r, own.Data("")) })
	r.Get("/site", func(w http.ResponseWriter, r *http.Request) error { return p.host.Render(w, r, site.Data("")) })
}
`

// TestDevRereadsSourceFromAnywhere runs a program in the folder of its
// package, in the root of its Go module and outside of both. In development it
// reads its files as they are in the source, otherwise as they were built in.
func TestDevRereadsSourceFromAnywhere(t *testing.T) {
	t.Parallel()
	source, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	environ := append(os.Environ(), "GOPROXY=off", "GOFLAGS=", "GOWORK=off", "GOTOOLCHAIN=local")
	e := env{stdout: io.Discard, stderr: t.Output(), dir: dir, environ: environ}
	if status := run(t.Context(), []string{"new", "mysite", "--module", "example.org/mysite", "--replace", source}, e); status != cli.OK {
		t.Fatalf("vola new: status %d", status)
	}
	root := filepath.Join(dir, "mysite")
	// What becomes of each address, and the file that decides it.
	pages := map[string]string{
		"/static/a.txt": "web/static/a.txt",
		"/site":         "web/templates/site.html",
		"/own":          "part/templates/own.html",
	}
	fill := func(text string) {
		for _, name := range pages {
			write(t, filepath.Join(root, filepath.FromSlash(name)), text)
		}
	}
	fill("built")
	write(t, filepath.Join(root, "web", "main.go"), rereadMain)
	write(t, filepath.Join(root, "part", "part.go"), rereadPart)
	program := filepath.Join(dir, "program")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, "./web")
	build.Dir, build.Env = root, environ
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	fill("changed")

	for _, tt := range []struct {
		name, dir string
		flags     []string
		want      string
	}{
		{"in the package", filepath.Join(root, "web"), []string{"--dev"}, "changed"},
		{"in the Go module", root, []string{"--dev"}, "changed"},
		{"elsewhere", dir, []string{"--dev"}, "changed"},
		{"in another Go module", source, []string{"--dev"}, "changed"},
		{"in production, in the Go module", root, nil, "built"},
		{"in production, elsewhere", dir, nil, "built"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			base := startProgram(t, program, tt.dir, tt.flags)
			for _, address := range slices.Sorted(maps.Keys(pages)) {
				resp, err := http.Get(base + address)
				if err != nil {
					t.Fatal(err)
				}
				body, err := io.ReadAll(resp.Body)
				resp.Body.Close()
				if err != nil || string(body) != tt.want {
					t.Errorf("%s: %q, want %q (%v)", address, body, tt.want, err)
				}
			}
		})
	}
}

// startProgram starts a site in dir, with a database of its own, and returns
// its address.
func startProgram(t *testing.T, program, dir string, flags []string) string {
	t.Helper()
	url := "sqlite:" + filepath.Join(t.TempDir(), "a.db")
	cmd := exec.CommandContext(t.Context(), program, append([]string{"serve", "--addr", "127.0.0.1:0", "--create", "--database", url}, flags...)...)
	cmd.Dir, cmd.Stderr = dir, t.Output()
	cmd.Env = append(os.Environ(), "SECRET_KEY=0123456789abcdef0123456789abcdef")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	base := regexp.MustCompile(`http://[0-9.:]+`).FindString(line)
	if base == "" {
		t.Fatalf("no address in %q, %v", line, err)
	}
	return base
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}
