package main

import (
	"bufio"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// tutorialReader is somebody who does what documents say, in a folder of their
// own.
type tutorialReader struct {
	t      *testing.T
	source string // folder with the source of Vola
	work   string // folder that sites are made in
	dir    string // current folder
	site   string // program of the site, as it was built last
	env    []string
	at     string // line of the document

	server  *exec.Cmd // that runs, or nil
	address string    // of the server
}

// shownAddress is the address that documents show.
const shownAddress = "http://127.0.0.1:8000"

func newTutorialReader(t *testing.T) *tutorialReader {
	source, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	work, bin := t.TempDir(), t.TempDir()
	r := &tutorialReader{t: t, source: source, work: work, dir: work, site: filepath.Join(bin, "site")}
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "DATABASE_URL=") {
			r.env = append(r.env, variable)
		}
	}
	// A free port in place of 8000, and no network.
	r.env = append(r.env, "PATH="+bin+string(filepath.ListSeparator)+os.Getenv("PATH"), "GOBIN="+bin, "ADDR=127.0.0.1:0",
		"GOPROXY=off", "GOFLAGS=", "GOWORK=off", "GOTOOLCHAIN=local")
	t.Cleanup(r.stop)
	return r
}

// command runs one line and returns what it printed.
func (r *tutorialReader) command(line string) string {
	r.t.Helper()
	if url, ok := strings.CutPrefix(line, "curl "); ok {
		return r.curl(url)
	}
	r.stop()
	dir := r.dir
	switch {
	case strings.HasPrefix(line, "cd "):
		r.dir = filepath.Join(r.dir, strings.TrimPrefix(line, "cd "))
		return ""
	case strings.HasPrefix(line, "go install ./cmd/"):
		dir = r.source
	case strings.HasPrefix(line, "go run ."):
		// The same, but that nothing is linked again if nothing was changed.
		r.shell(r.dir, "go build -o "+r.site+" .")
		line = r.site + strings.TrimPrefix(line, "go run .")
		if strings.HasPrefix(line, r.site+" serve") {
			return r.serve(strings.Fields(line)[1:])
		}
	}
	return r.shell(dir, line)
}

// shell runs a line that must succeed.
func (r *tutorialReader) shell(dir, line string) string {
	r.t.Helper()
	cmd := exec.CommandContext(r.t.Context(), "sh", "-c", line)
	cmd.Dir, cmd.Env = dir, r.env
	out, err := cmd.CombinedOutput()
	if err != nil {
		r.t.Fatalf("%s: $ %s\n%s%v", r.at, line, out, err)
	}
	return string(out)
}

// serve starts the site and returns what it prints when it can be reached.
func (r *tutorialReader) serve(args []string) string {
	r.t.Helper()
	cmd := exec.Command(r.site, args...)
	cmd.Dir, cmd.Env, cmd.Stderr = r.dir, r.env, r.t.Output()
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		r.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		r.t.Fatalf("%s: %v", r.at, err)
	}
	r.server = cmd
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		r.t.Fatalf("%s: the site ended before it could be reached: %v", r.at, err)
	}
	r.address = regexp.MustCompile(`http://[\d.:]+`).FindString(line)
	r.curl(shownAddress + "/")
	return strings.ReplaceAll(line, r.address, shownAddress)
}

// stop ends the server, if one runs.
func (r *tutorialReader) stop() {
	if r.server == nil {
		return
	}
	if err := r.server.Process.Signal(syscall.SIGTERM); err != nil {
		r.t.Error(err)
	}
	if err := r.server.Wait(); err != nil {
		r.t.Errorf("%s: the site ended with %v", r.at, err)
	}
	r.server = nil
}

// curl asks the server for a page, which must be there.
func (r *tutorialReader) curl(url string) string {
	r.t.Helper()
	if r.server == nil {
		r.t.Fatalf("%s: curl, and no site is running", r.at)
	}
	request, err := http.NewRequestWithContext(r.t.Context(), "GET", strings.ReplaceAll(strings.Trim(url, "'"), shownAddress, r.address), nil)
	if err != nil {
		r.t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		r.t.Fatalf("%s: %v", r.at, err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		r.t.Fatalf("%s: curl %s: status %d, %v: %s", r.at, url, answer.StatusCode, err, body)
	}
	return string(body)
}

// shownAs compares what a command printed with what a document shows of it.
// Three dots are any text, alone on a line any lines. How much white space
// there is does not count.
func shownAs(want, got string) bool {
	space := regexp.MustCompile(`[ \t]+`)
	clean := func(s string) []string {
		var out []string
		for line := range strings.Lines(s) {
			out = append(out, strings.TrimSpace(space.ReplaceAllString(line, " ")))
		}
		return out
	}
	pattern := ""
	for _, line := range clean(strings.TrimSpace(want)) {
		if line == "..." {
			pattern += `(?:.*\n)*`
			continue
		}
		pattern += strings.ReplaceAll(regexp.QuoteMeta(line), `\.\.\.`, ".*") + `\n`
	}
	text := strings.Join(clean(strings.TrimSpace(got)), "\n") + "\n"
	if strings.TrimSpace(got) == "" {
		text = ""
	}
	return regexp.MustCompile(`^` + pattern + `$`).MatchString(text)
}

// replaceDeclarations puts each declaration of code into a file, in the place of
// the one of the same name, or at the end.
func replaceDeclarations(file, code string) (string, error) {
	const head = "package p\n"
	parsed, err := parser.ParseFile(token.NewFileSet(), "", head+code, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return "", err
	}
	for _, d := range parsed.Decls {
		text := (head + code)[begin(d)-1 : d.End()-1]
		old, err := parser.ParseFile(token.NewFileSet(), "", file, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return "", err
		}
		done := false
		for _, o := range old.Decls {
			if declared(o) == declared(d) {
				file, done = file[:begin(o)-1]+text+file[o.End()-1:], true
				break
			}
		}
		if !done {
			file += "\n" + text + "\n"
		}
	}
	formatted, err := format.Source([]byte(file))
	return string(formatted), err
}

// declared names what a declaration declares: a method with its receiver.
func declared(d ast.Decl) string {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil {
			return d.Name.Name
		}
		receiver := d.Recv.List[0].Type
		if star, ok := receiver.(*ast.StarExpr); ok {
			receiver = star.X
		}
		return fmt.Sprint(receiver, ".", d.Name.Name)
	case *ast.GenDecl:
		switch s := d.Specs[0].(type) {
		case *ast.TypeSpec:
			return s.Name.Name
		case *ast.ValueSpec:
			return s.Names[0].Name
		}
	}
	return ""
}

// begin is where a declaration begins, with its comment.
func begin(d ast.Decl) token.Pos {
	var doc *ast.CommentGroup
	switch d := d.(type) {
	case *ast.FuncDecl:
		doc = d.Doc
	case *ast.GenDecl:
		doc = d.Doc
	}
	if doc != nil {
		return doc.Pos()
	}
	return d.Pos()
}
