// Package devpage shows what went wrong with a request, in development: the
// cause, the lines of the template or of the Go file, the stack, the request
// and, if no page was found, the routes that there are.
package devpage

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"os"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/volaweb/vola/internal/split"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/middleware"
)

//go:embed page.html
var pageHTML string

//go:embed page.css
var pageCSS string

// page is what the development error page shows.
type page struct {
	Status  int
	Method  string
	Path    string
	Cause   string
	Style   template.CSS
	Places  []place
	Stack   []frame
	Routes  []web.RouteInfo // where none leads to the page
	Request []pair
}

// place is a place in a source file.
type place struct {
	Where   string
	Message string
	Lines   []line
}

type line struct {
	Number int
	Text   string
	Fault  bool
}

type frame struct {
	Function string
	Where    string
	Library  bool
}

type pair struct{ Name, Value string }

// Write answers with everything that helps to fix the error. It shows sources
// and headers, so it is only for development. Values of headers that prove who
// asks are left out. mux is what the request was routed by.
func Write(w http.ResponseWriter, r *http.Request, status int, err error, mux *web.Mux) {
	d := page{Status: status, Method: r.Method, Path: r.URL.EscapedPath(), Cause: err.Error(), Style: template.CSS(pageCSS)}
	var list templates.ErrorList
	var one *templates.Error
	switch {
	case errors.As(err, &list):
		d.Cause = fmt.Sprintf("The templates have %d errors.", len(list))
		if len(list) == 1 {
			d.Cause = list[0].Message
		}
		for _, e := range list {
			d.Places = append(d.Places, templatePlace(e))
		}
	case errors.As(err, &one):
		d.Cause = one.Message
		d.Places = append(d.Places, templatePlace(one))
	}
	if p, ok := errors.AsType[*middleware.PanicError](err); ok {
		d.Cause = fmt.Sprint(p.Value)
		d.Stack = stackOf(p.Stack)
		if i := slices.IndexFunc(d.Stack, func(f frame) bool { return !f.Library }); i >= 0 {
			d.Places = append(d.Places, filePlace(d.Stack[i].Where))
		}
	}
	if r.Pattern == "" && status == http.StatusNotFound {
		d.Routes = mux.Routes()
	}
	d.Request = describe(r, mux)
	t, perr := template.New("devpage").Parse(pageHTML)
	var b bytes.Buffer
	if perr == nil {
		perr = t.Execute(&b, d)
	}
	if perr != nil { // the cause must still be seen
		http.Error(w, err.Error(), status)
		return
	}
	sum := sha256.Sum256([]byte(pageCSS))
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
	w.WriteHeader(status)
	w.Write(b.Bytes())
}

func templatePlace(e *templates.Error) place {
	p := place{Where: e.Name, Message: e.Message}
	if e.Line > 0 {
		p.Where += ":" + strconv.Itoa(e.Line)
	}
	if e.Col > 0 {
		p.Where += ":" + strconv.Itoa(e.Col)
	}
	if e.Origin != "" {
		p.Where += " (" + e.Origin + ")"
	}
	for _, l := range e.Excerpt {
		p.Lines = append(p.Lines, line{l.Number, l.Text, l.Number == e.Line})
	}
	return p
}

// filePlace shows the lines around a file:line of Go source, where the file is
// at hand.
func filePlace(where string) place {
	p := place{Where: where}
	name, num, _ := split.Last(where, ":")
	at, err := strconv.Atoi(num)
	if err != nil {
		return p
	}
	source, err := os.ReadFile(name)
	if err != nil {
		return p
	}
	for i, text := range strings.Split(string(source), "\n") {
		if n := i + 1; n >= at-4 && n <= at+4 {
			p.Lines = append(p.Lines, line{n, strings.TrimRight(text, "\r"), n == at})
		}
	}
	return p
}

// stackOf reads the frames below the panic from the text of a stack.
func stackOf(stack []byte) []frame {
	var out []frame
	lines := strings.Split(string(stack), "\n")
	for i := 1; i+1 < len(lines); i += 2 {
		function, place := lines[i], strings.TrimSpace(lines[i+1])
		if strings.HasPrefix(function, "panic(") {
			out = out[:0] // what is above it is about the panic itself
			continue
		}
		if j := strings.LastIndex(function, "("); j > 0 {
			function = function[:j]
		}
		place, _, _ = strings.Cut(place, " +0x")
		out = append(out, frame{Function: function, Where: place, Library: isLibrary(function, place)})
	}
	return out
}

// isLibrary tells Go's and Vola's own frames from those of the site.
func isLibrary(function, place string) bool {
	if root := goSource(); root != "" && strings.HasPrefix(place, root) || strings.Contains(place, "/pkg/mod/") {
		return true
	}
	rest, ok := strings.CutPrefix(function, "github.com/volaweb/vola")
	return ok && !strings.HasPrefix(rest, "/site") && !strings.HasPrefix(rest, "/examples") && !strings.HasPrefix(rest, "_test")
}

// goSource returns the folder that Go's own packages were built from, as
// stacks name it; "" when paths were trimmed.
func goSource() string {
	f := runtime.FuncForPC(reflect.ValueOf(strings.ToUpper).Pointer())
	if f == nil {
		return ""
	}
	file, _ := f.FileLine(f.Entry())
	root, _ := strings.CutSuffix(file, "strings/strings.go")
	return root
}

// describe lists what is known of the request, without cookies and
// credentials.
func describe(r *http.Request, mux *web.Mux) []pair {
	out := []pair{{"Route", r.Pattern}, {"Request id", middleware.RequestIDFrom(r.Context())}}
	for _, route := range mux.Routes() {
		if route.Pattern != r.Pattern {
			continue
		}
		out = append(out, pair{"Handler", strings.TrimSpace(route.Handler + " " + mux.HandlerSource(route))},
			pair{"Registered", route.Source})
		for _, p := range route.Params {
			out = append(out, pair{p.Name, r.PathValue(p.Name)})
		}
		break
	}
	var names []string
	for name := range r.Header {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		value := strings.Join(r.Header[name], ", ")
		if isSecret(name) {
			value = "(not shown)"
		}
		out = append(out, pair{name, value})
	}
	return out
}

// isSecret reports whether a header by its name is one that proves who asks.
func isSecret(name string) bool {
	name = strings.ToLower(name)
	for _, word := range []string{"auth", "cookie", "token", "key", "secret", "password", "session", "signature", "credential"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}
