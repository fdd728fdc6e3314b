package templates_test

import (
	"math/rand/v2"
	"slices"
	"strings"
)

// generator makes random templates and data from a seed.
type generator struct {
	*rand.Rand
	typed bool // the type of the data is checked

	// Where in a template it is.
	depth   int
	root    string   // what has the fields of kinds: "$", or a variable of a component
	dot     bool     // there is one: not outside of the ranges and withs of a component
	object  bool     // dot has the fields of kinds
	vars    []string // that can be seen
	loops   int      // that break and continue can end
	super   bool     // a {{super}} may stand here
	guarded bool     // a call of part.html must be in {{with .Sub}}, to have an end

	world
	calls      int       // of components, so far
	components []*source // that may be called here, those for any context first
	inline     int       // how many of them are for any context
	slots      []string  // of the component that is being written
}

func newGenerator(seed uint64) *generator {
	return &generator{Rand: rand.New(rand.NewPCG(seed, 7)), typed: seed%2 == 0, root: "$", dot: true}
}

func (g *generator) pick(choices ...string) string { return choices[g.IntN(len(choices))] }

func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

// rooted is pick with the root in place of "$" before fields.
func (g *generator) rooted(choices ...string) string {
	return strings.ReplaceAll(g.pick(choices...), "$.", g.root+".")
}

// inner runs a function in a scope of its own.
func (g *generator) inner(write func() string) string {
	saved := *g
	text := write()
	g.depth, g.root, g.dot, g.object, g.vars, g.loops, g.super, g.guarded = saved.depth, saved.root, saved.dot, saved.object, saved.vars, saved.loops, saved.super, saved.guarded
	return text
}

// operand returns something that stands for a value. Few of them fail, as what
// comes after a failure is not compared.
func (g *generator) operand() string {
	switch {
	case len(g.vars) > 0 && g.chance(20):
		return g.pick(g.vars...)
	case g.chance(2) && !g.typed:
		return g.risky()
	case g.dot && g.chance(10) && (!g.object || g.chance(10)): // all of the data is much to write
		return "."
	case g.depth > 6 || g.chance(5):
		return g.rooted("$.S")
	}
	g.depth++
	defer func() { g.depth-- }()
	switch g.IntN(16) {
	case 0:
		return g.pick("1", "-3", "0x10", "1.5", "'a'", "true", `"<lit>"`, "`a`", "1e3")
	case 1:
		return "(" + g.pipeline() + ")"
	case 2:
		return g.rooted("($.Sub2).S", "(index $.Subs2 0).S", "(print $.S)", "($.Sub2.Any)", "(index (pages $.W 9) 0).Number", "(dict `a` $.S).a", "(index (list $.H 1) 0)")
	}
	root := ""
	if !g.object || g.chance(10) {
		root = g.root
	}
	return root + g.pick(".S", ".S", ".S", ".H", ".U", ".J", ".C", ".A", ".JS", ".Set", ".I", ".I8", ".W", ".F", ".F32", ".B", ".P", ".PP", ".N", ".Named", ".Text", ".OnPtr",
		".Err", ".Stringer", ".M", ".M.a", ".M.none", ".MI", ".L", ".LA", ".Bytes", ".Any", ".Time", ".Time.Year", ".Marshal", ".Arr", ".Method", ".S", ".I", ".H", ".Sub2.S", g.pick(".Bad", ".NoJSON", ".Cplx", ".Sub.S", ".MF"))
}

// risky returns an operand that fails with much of the data.
func (g *generator) risky() string {
	if !g.dot {
		return g.rooted("$.nope", "$.Any.S", "$.Sub.Any.S", "$.Panics", "$.Err.Error", "$.Stringer.String", "($.Any).S", "$.Fn", "($.Fails `x`)")
	}
	return g.rooted(".nope", ".Any.S", ".Any.L", ".Sub.Any.S", ".Sub.Sub.Sub.Sub.S", ".Panics", ".Err.Error", ".Stringer.String", ".OnPointer", ".Sub.OnPointer", "(.Any).S", "$.Fn", ".Fails `x`", "nil")
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
		return g.rooted("call $.Fn ", "$.Fails ", "add 1 ", "join2 `a` ", "upper ", "join `,` ", "date `2006` ", "query ", "filesize ", "floatformat 1 ", "cycle 1 ", "pages 1 ") + g.operand()
	}
	return g.risky()
}

func (g *generator) command() string {
	if !g.typed && g.chance(3) {
		return g.riskyCommand()
	}
	switch g.IntN(24) {
	case 0:
		return g.rooted("eq $.S $.S", "ne $.I 1", "lt $.I 2", "le $.S `b`", "gt $.W 1", "ge $.I $.W", "eq $.B true", "eq $.I 1 2 -1", "lt $.F 1.5", "eq $.W -1", "eq $.P nil", "ne $.Any nil")
	case 1:
		return g.pick("and", "or") + " " + g.operand() + " " + g.operand()
	case 2:
		return "not " + g.operand()
	case 3:
		return "len " + g.rooted("$.S", "$.L", "$.M", "$.Arr", "$.H", "(pages 1 $.W)")
	case 4:
		return g.rooted("index $.M $.S", "index $.Arr 1", "index $.MI 2", "index $.MI $.I", "index $.M `a`", "index (list $.S $.W $.I) $.W", "index $.Arr 0")
	case 5:
		return g.pick("print", "println", "print", "println", "html", "js", "urlquery", "print "+g.operand()) + " " + g.operand()
	case 6:
		return "printf " + g.pick("`%v`", "`%d<%q`") + " " + g.operand()
	case 7:
		return g.rooted("slice $.S 0", "slice $.L 0", "slice $.Subs")
	case 8:
		return g.rooted("$.Join $.S ") + g.operand()
	case 9:
		return g.rooted("join2 $.S `<x>`", "join2 $.S $.S", "join2 $.S (print 1)")
	case 10:
		return g.rooted("add $.I 1", "add $.I $.W", "add $.I $.I8")
	case 11:
		return g.rooted("trusted `<b>`", "trusted $.S", "address $.S", "script $.S", "style $.S", "attribute $.S") // a project's own
	case 12:
		return g.rooted("linebreaks ", "truncatehtml 2 ", "jsonscript `id` ", "query $.U `a` ", "query `?b=1&a=2` `b` nil `a` ", "linebreaks ", "truncatehtml 2 ") + g.operand() // safe types
	case 13:
		return g.rooted("urlize $.S", "$.S | linebreaks", "$.S | urlize | truncatehtml 1", "query $.U `a` $.S", "(query `` `q` $.S)", "$.H | linebreaks")
	case 14:
		return g.builtin()
	}
	return g.operand()
}

// builtin calls a function that returns plain text or a plain value.
func (g *generator) builtin() string {
	return g.rooted("$.Time | date `2006-01-02 15:04`", "date `2 Jan <2006>` $.Time", "timesince $.Time", "$.Time | timeuntil", "truncatewords 2 $.S", "$.S | truncatechars 5",
		"striptags $.H", "striptags $.Any", "wordcount $.S", "upper $.S", "$.S | lower | capfirst", "slugify $.S", "pluralize `<a>` `b` $.I", "pluralize `x` `y` $.L", "yesno `y<` `n` $.P",
		"default `d` $.N", "filesize $.I", "filesize $.W", "intcomma $.I8", "floatformat 2 $.F32", "join `, ` $.L", "join $.S $.LA", "list $.S $.H", "dict `<k>` $.S", "cycle $.W `o<` $.S",
		"(index (pages $.W 9) 0).Current", "pages 1 $.W")
}

func (g *generator) pipeline() string {
	p := g.command()
	for p == "nil" {
		p = g.command()
	}
	for n := g.IntN(10); n >= 9; n = g.IntN(3) + 7 {
		p += " | " + g.rooted("print", "not", "$.Join `j`", "shout", "default `d`", "printf `%v`", "js", "list", "println", "html", "urlquery", "not", "print | upper", "print | trusted", "printf `%s` | urlize", "print | len | add 1")
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
	return g.inner(func() string {
		g.depth++
		switch g.IntN(18) {
		case 0, 1:
			return "{{if " + g.pipeline() + "}}" + g.actions() + g.otherwise("if ")
		case 2:
			return g.with()
		case 3, 4:
			return g.loop()
		case 5:
			return "{{if true}}" + g.variable() + "{{end}}"
		case 6:
			return g.include()
		case 7, 8:
			return g.componentIn(g.inline, g.actions)
		case 9:
			if len(g.slots) > 0 && g.slots[0] == "any" {
				return g.slot(g.actions)
			}
		case 10:
			if g.loops > 0 && g.chance(30) {
				return "{{if " + g.pipeline() + "}}" + g.actions() + g.pick("{{break}}", "{{continue}}") + g.otherwise("if ")
			}
		case 11:
			return g.pick("{{/* <b> */}}{{"+g.pipeline()+"}}", "x {{- "+g.pipeline()+" -}}\n y", "{{- "+g.pipeline()+"}}")
		}
		return "{{" + g.pipeline() + "}}"
	})
}

// otherwise returns the rest of an if or with: what is done else, and the end.
func (g *generator) otherwise(word string) string {
	switch g.IntN(6) {
	case 0:
		return "{{else}}x{{end}}"
	case 1:
		return "{{else}}" + g.actions() + "{{end}}"
	case 2:
		if word != "" {
			return "{{else " + word + g.pipeline() + "}}" + g.rooted("{{$.S}}") + g.pick("", "{{else}}y") + "{{end}}"
		}
	}
	return "{{end}}"
}

func (g *generator) with() string {
	object, dot := g.object, g.dot
	value, declared := g.rooted("$.Sub"), ""
	if g.object, g.dot = true, true; g.chance(50) {
		g.object, g.dot = object, dot
		value, declared = g.pipeline(), g.pick("", "", "$u := ")
		g.object, g.dot = false, true
	}
	if declared != "" {
		g.declare("$u")
	}
	text := "{{with " + declared + value + "}}" + g.actions()
	g.object, g.dot = object, dot
	return text + g.otherwise("with ")
}

// declare adds variables that can be seen until the end of the scope.
func (g *generator) declare(names ...string) { g.vars = append(slices.Clip(g.vars), names...) }

// variable declares a variable, uses it and mostly sets it.
func (g *generator) variable() string {
	v := g.pick("$v", "$w")
	text := "{{" + v + " := " + g.pipeline() + "}}"
	g.declare(v)
	text += g.actions()
	switch g.IntN(4) {
	case 0:
		text += "{{" + v + " = " + g.pipeline() + "}}" + g.actions()
	case 1:
		text += g.rooted("{{range $.L}}", "{{if $.B}}", "{{with $.S}}") + "{{" + v + " = " + g.inner(func() string { g.object = false; g.dot = false; return g.pipeline() }) + "}}{{end}}{{" + v + "}}"
	case 2:
		text += g.rooted("{{range "+v+" = $.L}}{{else}}{{$.S}}", "{{$n := 0}}{{range $n, "+v+" = $.LA}}{{$n}}") + "{{end}}{{" + v + "}}"
	}
	return text
}

// include calls a block of the file, another file, or a block of that.
func (g *generator) include() string {
	data := ""
	switch {
	case g.object:
		data = "."
	case g.chance(60):
		data = g.root
	}
	switch {
	case data != "" && g.chance(40):
		// Whatever leads to part.html again must have less data.
		name := g.pick("part.html", "part.html", "list.html#row")
		if !g.guarded {
			return g.token(item{kind: includeItem, name: name, data: data})
		}
		return "{{with " + strings.TrimSuffix(data, ".") + ".Sub}}" + g.token(item{kind: includeItem, name: name, data: "."}) + "{{end}}"
	case g.chance(30):
		return g.token(item{kind: includeItem, name: "small"})
	}
	return g.token(item{kind: includeItem, name: "small", data: g.operand()})
}

// loop returns a range.
func (g *generator) loop() string {
	object, dot, outer := g.object, g.dot, g.vars
	over := g.rooted("$.L", "$.LA", "$.M", "$.MI", "$.MF", "$.Arr", "$.Subs")
	index, element := "$i", "$e"
	// Behind else the variable is the channel or function itself, and no two
	// of them print the same.
	unprintable := g.chance(20)
	if unprintable {
		over, index, element = g.rooted("$.Iter", "$.Chan"), "$j", "$c"
	}
	vars, kind := "", g.IntN(4)
	switch kind {
	case 0, 1:
		if g.chance(30) && !unprintable {
			over = g.rooted("$.W", "3", "$.N", "(list $.S $.H)", "(pages 1 $.W)")
		}
		if kind == 1 {
			vars = element + " := "
			g.declare(element)
		}
	case 2:
		vars = index + ", " + element + " := "
		g.declare(index, element)
	case 3:
		over = g.rooted("$.Subs")
	}
	g.object, g.dot = kind == 3, true
	g.loops++
	text := "{{range " + vars + over + "}}" + g.actions()
	if g.chance(5) {
		text += g.pick("{{break}}", "{{if .}}{{continue}}{{end}}x")
	}
	g.loops--
	if g.object, g.dot = object, dot; unprintable {
		g.vars = outer
	}
	return text + g.otherwise("")
}
