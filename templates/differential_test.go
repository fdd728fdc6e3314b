package templates_test

import (
	"errors"
	"fmt"
	"html/template"
	"iter"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/volaweb/vola/templates"
)

// generator makes random templates and data from a seed.
type generator struct {
	*rand.Rand
	depth  int
	vars   []string // that can be seen
	object bool     // dot has the fields of kinds
	typed  bool     // the type of the data is checked
}

func newGenerator(seed uint64) *generator {
	return &generator{Rand: rand.New(rand.NewPCG(seed, 7)), typed: seed%2 == 0}
}

func (g *generator) pick(choices ...string) string { return choices[g.IntN(len(choices))] }

func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

type (
	named        string
	namedText    int
	onPointer    struct{ X string }
	failingText  struct{}
	marshals     struct{ text string }
	failsMarshal struct{ text string }
	kinds        struct {
		S        string
		H        template.HTML
		U        template.URL
		J        template.JS
		C        template.CSS
		A        template.HTMLAttr
		JS       template.JSStr
		Set      template.Srcset
		I        int
		I8       int8
		W        uint16
		F        float64
		F32      float32
		B        bool
		P        *string
		PP       **string
		N        *int
		Named    named
		Text     namedText
		OnPtr    onPointer
		Err      error
		Stringer fmt.Stringer
		M        map[string]string
		MI       map[int]any
		MF       map[float64]string
		L        []string
		LA       []any
		Bytes    []byte
		Any      any
		Sub      *kinds
		Subs     []kinds
		Subs2    []kinds // never empty
		Time     time.Time
		Fn       func(string) string
		Bad      failingText
		Marshal  marshals
		NoJSON   failsMarshal
		Cplx     complex128
		Arr      [2]int
	}
)

func (t namedText) String() string              { return fmt.Sprintf("<text %d>", int(t)) }
func (p *onPointer) String() string             { return "'ptr' " + p.X }
func (failingText) String() string              { panic("no & text") }
func (m marshals) MarshalJSON() ([]byte, error) { return []byte(m.text), nil }
func (m failsMarshal) MarshalJSON() ([]byte, error) {
	return nil, errors.New(m.text)
}
func (k kinds) Method() string                    { return "<m>" + k.S }
func (k *kinds) OnPointer() string                { return "<p>" + k.S }
func (k kinds) Fails(s string) (string, error)    { return s, fmt.Errorf("fails with %q", s) }
func (k kinds) Panics() string                    { panic(errors.New("panics " + k.S)) }
func (k kinds) Join(s string, rest ...any) string { return s + fmt.Sprint(rest...) }
func (k kinds) Iter() iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		for i, s := range k.L {
			if !yield(i, s) {
				return
			}
		}
	}
}
func (k kinds) Chan() chan string {
	c := make(chan string, len(k.L))
	for _, s := range k.L {
		c <- s
	}
	close(c)
	return c
}

// text returns a string that would do harm where it is not escaped.
func (g *generator) text() string {
	var s strings.Builder
	for range g.IntN(4) {
		s.WriteString(g.pick("a", "b c", "<script>", "</script>", "</title>", "</style>", "-->", "<!--", `"`, "'", "`", "=", "&", "&amp;", "+", "\x00",
			"\n", "\t", "javascript:", "http://x/", "https:", "mailto:a", "/p?q=1&r=2#f", "%41", "%zz", "%", "é", "日本", "\u2028", "\xff", "\ufffe", "\ufdd0", "${x}", "\\",
			"expression(", "url(", ";", "{", "}", "(", ")", "*/", "//", "1.5", ",", " 2x, b 1x", "on", "style", "A", "<b title=\"x>y\">z</b>", ":", "-", "--", "]]>"))
	}
	return s.String()
}

func (g *generator) data(depth int) kinds {
	k := kinds{
		S: g.text(), H: template.HTML(g.text()), U: template.URL(g.text()), J: template.JS(g.text()), C: template.CSS(g.text()), A: template.HTMLAttr(g.text()),
		JS: template.JSStr(g.text()), Set: template.Srcset(g.text()), I: g.IntN(5) - 2, I8: int8(g.IntN(256)), W: uint16(g.IntN(3)), B: g.chance(50),
		F: []float64{0, 1.5, 1e21, -1e-7, math.Inf(1), math.NaN(), 123456789}[g.IntN(7)], F32: float32(g.IntN(3)) / 3, Named: named(g.text()), Text: namedText(g.IntN(3)),
		OnPtr: onPointer{g.text()}, Bytes: []byte(g.text()), Time: time.Unix(int64(g.IntN(1e9)), 0).UTC(), Cplx: complex(1, -2), Arr: [2]int{1, g.IntN(9)},
		Marshal: marshals{g.pick(`{"a":"<b>"}`, `"\u2028 "`, `[1]`, ``, `oops</script>`)}, NoJSON: failsMarshal{g.text()},
	}
	if g.chance(70) {
		k.P, k.Fn = new(g.text()), func(s string) string { return "fn " + s }
		k.PP = &k.P
	}
	if g.chance(50) {
		k.Err, k.Stringer, k.N = errors.New(g.text()), namedText(7), new(g.IntN(9))
	}
	if g.chance(60) {
		k.M = map[string]string{"a": g.text(), "S": g.text(), "<k>": "v"}
		k.MI = map[int]any{2: g.text(), -1: 1.5, 0: nil}
		k.MF = map[float64]string{1.5: "x", math.Inf(-1): g.text(), 0: ""}
	}
	for range g.IntN(3) {
		k.L, k.LA = append(k.L, g.text()), append(k.LA, g.any(depth))
	}
	k.Any = g.any(depth)
	k.Subs2 = []kinds{{S: g.text()}}
	if depth > 0 {
		k.Sub = new(g.data(depth - 1))
		for range g.IntN(3) {
			k.Subs = append(k.Subs, g.data(depth-1))
		}
	}
	return k
}

func (g *generator) any(depth int) any {
	switch g.IntN(16) {
	case 0:
		return nil
	case 1:
		return g.IntN(9)
	case 2:
		return template.HTML(g.text())
	case 3:
		return []string{g.text()}
	case 4:
		return map[string]any{"S": g.text(), "I": 1, "L": []any{g.text(), nil}}
	case 5:
		return &onPointer{g.text()}
	case 6:
		return onPointer{g.text()}
	case 7:
		return (*kinds)(nil)
	case 8:
		return failingText{}
	case 9:
		return true
	case 10:
		return errors.New(g.text())
	case 11:
		return template.URL(g.text())
	case 12:
		if depth > 0 {
			return g.data(depth - 1)
		}
	case 13:
		if depth > 0 {
			return new(g.data(depth - 1))
		}
	case 14:
		return uint8(200)
	}
	return g.text()
}

// operand returns something that stands for a value. Few of them fail, as what
// comes after a failure is not compared.
func (g *generator) operand() string {
	switch {
	case len(g.vars) > 0 && g.chance(20):
		return g.pick(g.vars...)
	case g.chance(2) && !g.typed:
		return g.risky()
	case g.depth > 6 || g.chance(10):
		return g.pick("$.S", ".")
	}
	g.depth++
	defer func() { g.depth-- }()
	switch g.IntN(16) {
	case 0:
		return g.pick("1", "-3", "0x10", "1.5", "'a'", "true", `"<lit>"`, "`a`", "1e3")
	case 1:
		return "(" + g.pipeline() + ")"
	case 2:
		return g.pick("($.Sub).S", "(index $.Subs2 0).S", "(print $.S)", "($.Sub.Sub.Any)")
	}
	dollar := ""
	if !g.object || g.chance(10) {
		dollar = "$"
	}
	return dollar + g.pick(".S", ".S", ".S", ".H", ".U", ".J", ".C", ".A", ".JS", ".Set", ".I", ".I8", ".W", ".F", ".F32", ".B", ".P", ".PP", ".N", ".Named", ".Text", ".OnPtr",
		".Err", ".Stringer", ".M", ".M.a", ".M.none", ".MI", ".L", ".LA", ".Bytes", ".Any", ".Time", ".Time.Year", ".Bad", ".Marshal", ".NoJSON", ".Cplx", ".Arr", ".Method")
}

// risky returns an operand that fails with much of the data.
func (g *generator) risky() string {
	return g.pick(".nope", ".Any.S", ".Any.L", ".Sub.Any.S", ".Sub.Sub.Sub.Sub.S", ".Panics", ".Err.Error", ".Stringer.String", ".OnPointer", ".Sub.OnPointer", "(.Any).S", "$.Fn", ".Fails `x`", "nil")
}

func (g *generator) riskyCommand() string {
	switch g.IntN(6) {
	case 0:
		return g.pick("eq", "ne", "lt", "le", "gt", "ge") + " " + g.operand() + " " + g.operand()
	case 1:
		return "len " + g.operand()
	case 2:
		return "index " + g.operand() + " " + g.operand()
	case 3:
		return "slice " + g.operand() + " " + g.pick("0", "1", "1 2")
	case 4:
		return g.pick("call $.Fn ", "$.Fails ", "add 1 ", "join2 `a` ") + g.operand()
	}
	return g.risky()
}

func (g *generator) command() string {
	if !g.typed && g.chance(3) {
		return g.riskyCommand()
	}
	switch g.IntN(20) {
	case 0:
		return g.pick("eq $.S $.S", "ne $.I 1", "lt $.I 2", "le $.S `b`", "gt $.W 1", "ge $.I $.W", "eq $.B true", "eq $.I 1 2 -1", "lt $.F 1.5", "eq $.W -1", "eq $.P nil", "ne $.Any nil")
	case 1:
		return g.pick("and", "or") + " " + g.operand() + " " + g.operand()
	case 2:
		return "not " + g.operand()
	case 3:
		return "len " + g.pick("$.S", "$.L", "$.M", "$.Arr", "$.H")
	case 4:
		return g.pick("index $.M $.S", "index $.Arr 1", "index $.MI 2", "index $.MI $.I", "index $.M `a`", "index $.Arr $.W")
	case 5:
		return g.pick("print", "println", "html", "js", "urlquery", "print "+g.operand()) + " " + g.operand()
	case 6:
		return "printf " + g.pick("`%v`", "`%d<%q`") + " " + g.operand()
	case 7:
		return g.pick("slice $.S 0", "slice $.L 0", "slice $.Subs")
	case 8:
		return "$.Join $.S " + g.operand()
	case 9:
		return "join2 $.S " + g.pick("`<x>`", "$.S", "(print 1)")
	case 10:
		return "add $.I " + g.pick("1", "$.W", "$.I8")
	}
	return g.operand()
}

func (g *generator) pipeline() string {
	p := g.command()
	for p == "nil" {
		p = g.command()
	}
	if g.chance(10) {
		p += " | " + g.pick("print", "html", "not", "urlquery", "$.Join `j`", "shout", "default `d`", "printf `%v`", "js")
	}
	return p
}

// actions returns actions that leave the context as it is.
func (g *generator) actions() string {
	var s strings.Builder
	for range 1 + g.IntN(2) {
		s.WriteString(g.action())
	}
	return s.String()
}

func (g *generator) action() string {
	if g.depth > 4 {
		return "{{" + g.pipeline() + "}}"
	}
	g.depth++
	vars, object := len(g.vars), g.object
	defer func() { g.depth--; g.vars = g.vars[:vars]; g.object = object }()
	otherwise := g.pick("", "", "{{else}}x", "{{else}}{{$.S}}") + "{{end}}"
	switch g.IntN(14) {
	case 0:
		return "{{if " + g.pipeline() + "}}" + g.actions() + otherwise
	case 1:
		if g.chance(50) {
			g.object = true
			return "{{with $.Sub}}" + g.actions() + otherwise
		}
		with := g.pipeline()
		g.object = false
		return "{{with " + with + "}}" + g.actions() + otherwise
	case 2, 3:
		return g.loop() + otherwise
	case 4:
		v := g.pick("$v", "$w")
		text := "{{" + v + " := " + g.pipeline() + "}}"
		g.vars = append(g.vars, v)
		text += g.actions()
		if g.chance(40) {
			text += "{{" + v + " = " + g.pipeline() + "}}" + g.actions()
		}
		return "{{if true}}" + text + "{{end}}"
	case 5:
		if g.object && g.chance(50) {
			return g.pick("{{template `part.html` .}}", "{{with .Sub}}{{template `part.html` .}}{{end}}")
		}
		return g.pick("{{template `small` $.S}}", "{{template `small` "+g.operand()+"}}", "{{template `small`}}")
	}
	return "{{" + g.pipeline() + "}}"
}

// loop returns a range without its end.
func (g *generator) loop() string {
	g.object = false
	stop := ""
	if g.chance(5) {
		stop = g.pick("{{break}}", "{{if .}}{{continue}}{{end}}")
	}
	switch g.IntN(4) {
	case 0:
		over := g.pick("$.L", "$.LA", "$.M", "$.MI", "$.MF", "$.Iter", "$.Chan", "$.W", "$.Arr", "3", "$.N")
		return "{{range " + over + "}}" + g.actions() + stop
	case 1:
		over := g.pick("$.L", "$.LA", "$.M", "$.MI", "$.MF", "$.Iter", "$.Chan", "$.W", "$.Arr", "3", "$.N")
		g.vars = append(g.vars, "$e")
		return "{{range $e := " + over + "}}" + g.actions() + stop
	case 2:
		g.object = true
		return "{{range $.Subs}}" + g.actions() + stop
	}
	over := g.pick("$.L", "$.LA", "$.M", "$.MI", "$.MF", "$.Iter", "$.Chan", "$.Arr")
	g.vars = append(g.vars, "$i", "$e")
	return "{{range $i, $e := " + over + "}}" + g.actions() + stop
}

// fragment returns HTML with actions in some context.
func (g *generator) fragment() string {
	a := g.actions
	switch g.IntN(34) {
	case 0, 1, 2, 3:
		return "<p>" + a() + "</p>"
	case 4:
		return "<title>" + a() + "</title>"
	case 5:
		return "<textarea>" + a() + "</textarea>"
	case 6:
		return `<a title="` + a() + `">x</a>`
	case 7:
		return `<a title='` + a() + `'>x</a>`
	case 8:
		return `<a title=` + a() + ` >x</a>`
	case 9:
		return `<a href="` + a() + `">x</a>`
	case 10:
		return `<a href="/x?q=` + a() + `">x</a>`
	case 11:
		return `<a href='/p/` + a() + `/'>x</a>`
	case 12:
		return `<img src=` + a() + ` srcset="` + a() + `">`
	case 13:
		return `<style>p{color:` + a() + `}</style>`
	case 14:
		return `<style>p{background:url("` + a() + `")}</style>`
	case 15:
		return `<p style="width:` + a() + `">x</p>`
	case 16, 17:
		return `<script>var x = ` + a() + `;</script>`
	case 18:
		return `<script>var x = "` + a() + `";</script>`
	case 19:
		return `<script>var x = '` + a() + `', y = /` + a() + `/;</script>`
	case 20:
		return "<script>var x = `" + a() + "`;</script>"
	case 21:
		return `<script type="application/json">{"a": ` + a() + `}</script>`
	case 22:
		return `<script type="text/x-template">` + a() + `</script>`
	case 23:
		return `<a onclick="f(` + a() + `)">x</a>`
	case 24:
		return `<a onclick='f("` + a() + `")'>x</a>`
	case 25:
		return `<!-- ` + a() + ` -->`
	case 26:
		return `<input ` + a() + `>`
	case 27:
		return `<input x` + a() + `="y">`
	case 28:
		return `<meta http-equiv="refresh" content="0;url=` + a() + `">`
	case 29:
		return `<script>/* ` + a() + ` */ x // ` + a() + "\n</script>"
	case 30:
		return `<a href="javascript:f('` + a() + `')">x</a>`
	case 31:
		return "{{if " + g.pipeline() + "}}" + g.fragment() + "{{else}}" + g.fragment() + "{{end}}"
	case 32:
		return "{{range $.Subs}}" + g.fragment() + "{{end}}"
	}
	return a() + g.pick("", "text < & > ", "<br>")
}

// files returns a page, the base it extends or does not, and a partial.
func (g *generator) files() templates.Memory {
	g.object = true
	body := func() string {
		var s strings.Builder
		for range 1 + g.IntN(3) {
			s.WriteString(g.fragment())
		}
		return s.String()
	}
	base := "{{define `small`}}[{{.}}]{{end}}" + body() + "{{block `a` .}}" + body() + "{{end}}" + body()
	page := "{{extends `base.html`}}{{block `a` " + g.pick(".", ".", ".Sub", "$") + "}}" + body() + g.pick("", "{{super}}", "{{super .Sub}}") + "{{end}}"
	if g.chance(40) {
		page = "{{define `small`}}[{{.}}]{{end}}" + body()
	}
	g.object = true
	part := "{{define `small`}}({{.}}){{end}}" + g.actions() + g.pick("", "{{with .Sub}}{{template `part.html` .}}{{end}}")
	return templates.Memory{"base.html": base, "page.html": page, "part.html": part}
}
