package vola

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

	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/middleware"
)

//go:embed devpage.html
var devHTML string

//go:embed devpage.css
var devCSS string

// devData is what the development error page shows.
type devData struct {
	Status  int
	Method  string
	Path    string
	Cause   string
	Style   template.CSS
	Places  []devPlace
	Stack   []devFrame
	Routes  []web.RouteInfo // where none leads to the page
	Request []devPair
}

// devPlace is a place in a source file.
type devPlace struct {
	Where   string
	Message string
	Lines   []devLine
}

type devLine struct {
	Number int
	Text   string
	Fault  bool
}

type devFrame struct {
	Function string
	Where    string
	Library  bool
}

type devPair struct{ Name, Value string }

// devPage answers with everything that helps to mend the mistake. It is only
// called in development.
func (s *Site) devPage(w http.ResponseWriter, r *http.Request, status int, err error) {
	d := devData{Status: status, Method: r.Method, Path: r.URL.EscapedPath(), Cause: err.Error(), Style: template.CSS(devCSS)}
	var list templates.ErrorList
	var one *templates.Error
	switch {
	case errors.As(err, &list):
		list = distinct(list)
		d.Cause = fmt.Sprintf("The templates have %d mistakes.", len(list))
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
		if i := slices.IndexFunc(d.Stack, func(f devFrame) bool { return !f.Library }); i >= 0 {
			d.Places = append(d.Places, filePlace(d.Stack[i].Where))
		}
	}
	if r.Pattern == "" && status == http.StatusNotFound {
		d.Routes = s.mux.Routes()
	}
	d.Request = s.describe(r)
	page, perr := template.New("devpage").Parse(devHTML)
	var b bytes.Buffer
	if perr == nil {
		perr = page.Execute(&b, d)
	}
	if perr != nil { // a mistake of ours; the cause must still be seen
		http.Error(w, err.Error(), status)
		return
	}
	sum := sha256.Sum256([]byte(devCSS))
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
	w.WriteHeader(status)
	w.Write(b.Bytes())
}

// distinct returns each mistake once: one in a file that several pages are made
// of is found for each of them.
func distinct(list templates.ErrorList) templates.ErrorList {
	type place struct {
		name, message string
		line, col     int
	}
	seen := map[place]bool{}
	var out templates.ErrorList
	for _, e := range list {
		if at := (place{e.Name, e.Message, e.Line, e.Col}); !seen[at] {
			seen[at] = true
			out = append(out, e)
		}
	}
	return out
}

func templatePlace(e *templates.Error) devPlace {
	p := devPlace{Where: e.Name, Message: e.Message}
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
		p.Lines = append(p.Lines, devLine{l.Number, l.Text, l.Number == e.Line})
	}
	return p
}

// filePlace shows the lines around a file:line of Go source, where the file is
// at hand.
func filePlace(where string) devPlace {
	p := devPlace{Where: where}
	name, num, _ := cutLast(where, ":")
	at, err := strconv.Atoi(num)
	if err != nil {
		return p
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return p
	}
	for i, line := range strings.Split(string(text), "\n") {
		if n := i + 1; n >= at-4 && n <= at+4 {
			p.Lines = append(p.Lines, devLine{n, strings.TrimRight(line, "\r"), n == at})
		}
	}
	return p
}

// stackOf reads the frames below the panic from the text of a stack.
func stackOf(stack []byte) []devFrame {
	var out []devFrame
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
		out = append(out, devFrame{Function: function, Where: place, Library: isLibrary(function, place)})
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
func (s *Site) describe(r *http.Request) []devPair {
	out := []devPair{{"Route", r.Pattern}, {"Request id", middleware.RequestIDFrom(r.Context())}}
	for _, route := range s.mux.Routes() {
		if route.Pattern != r.Pattern {
			continue
		}
		out = append(out, devPair{"Handler", strings.TrimSpace(route.Handler + " " + s.mux.HandlerSource(route))},
			devPair{"Registered", route.Source})
		for _, p := range route.Params {
			out = append(out, devPair{p.Name, r.PathValue(p.Name)})
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
		out = append(out, devPair{name, value})
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

// cutLast is strings.Cut at the last sep.
func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
