package templates_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/volaweb/vola/templates"
)

// world is the files of one random page.
type world struct {
	front, back []*source // of two loaders
	items       []item
	file        *source // that is being written
}

// source is one file. Its texts have marks in place of items.
type source struct {
	name, extends string
	body          string
	blocks        []blockText
	params        []param
	slots         []string
}

// blockText is a block: in the body of its file where inline, else on its own.
type blockText struct {
	name, text string
	inline     bool
	word       string // block or define
}

func (s *source) block(name string) *blockText {
	i := slices.IndexFunc(s.blocks, func(b blockText) bool { return b.name == name })
	if i < 0 {
		return nil
	}
	return &s.blocks[i]
}

// param is an argument of a component, which is a variable of its own in it.
type param struct{ name, variable, fallback string }

// item is a part of a template that html/template does not have in this form.
// It is written in two ways: in the language of the package, and as what it
// comes to, see plain.
type item struct {
	kind     itemKind
	name     string // of a block, file, component or slot
	data     string // of a block or a file
	args     []string
	contents []string
	then     string
	param    param
}

type itemKind int

const (
	blockItem itemKind = iota
	superItem
	includeItem
	componentItem
	paramItem
	slotItem
	ifSlotItem
	nonceItem
)

const (
	openMark  = '\ue000'
	closeMark = '\ue001'
)

// token adds an item and returns its mark.
func (w *world) token(i item) string {
	w.items = append(w.items, i)
	return fmt.Sprintf("%c%d%c", openMark, len(w.items)-1, closeMark)
}

// expand puts something in place of the marks in a text, and changes the rest.
func (w *world) expand(text string, other func(string) string, write func(item) string) string {
	var s strings.Builder
	for {
		before, rest, ok := strings.Cut(text, string(openMark))
		s.WriteString(other(before))
		if !ok {
			return s.String()
		}
		number, after, _ := strings.Cut(rest, string(closeMark))
		n := 0
		fmt.Sscan(number, &n)
		s.WriteString(write(w.items[n]))
		text = after
	}
}

func asIs(s string) string { return s }

// text writes a text of a file in the language of the package.
func (w *world) text(file *source, text string) string {
	return w.expand(text, asIs, func(i item) string {
		switch i.kind {
		case blockItem:
			return "{{block `" + i.name + "` " + i.data + "}}" + w.text(file, file.block(i.name).text) + "{{end}}"
		case superItem:
			return "{{super" + i.data + "}}"
		case includeItem:
			return "{{template `" + i.name + "` " + i.data + "}}"
		case componentItem:
			return w.component(file, i)
		case paramItem:
			return "{{" + i.param.variable + " := arg `" + i.param.name + "` " + i.param.fallback + "}}"
		case slotItem:
			return "{{slot" + quoted(i.name) + "}}"
		case ifSlotItem:
			text := "{{if slot" + quoted(i.name) + "}}" + w.text(file, i.then)
			if i.contents != nil {
				text += "{{else}}" + w.text(file, i.contents[0])
			}
			return text + "{{end}}"
		}
		return ""
	})
}

func quoted(name string) string {
	if name == "" {
		return ""
	}
	return " `" + name + "`"
}

// component writes a call of one. Contents are by turns the name of a slot and
// its content.
func (w *world) component(file *source, i item) string {
	call := "component `" + i.name + "`"
	for k := 0; k < len(i.args); k += 2 {
		call += " `" + i.args[k] + "` " + i.args[k+1]
	}
	if len(i.contents) == 0 {
		return "{{" + call + "}}"
	}
	text := "{{with " + call + "}}"
	for k := 0; k < len(i.contents); k += 2 {
		if content := w.text(file, i.contents[k+1]); i.contents[k] == "" {
			text += content
		} else {
			text += "{{with slot `" + i.contents[k] + "`}}" + content + "{{end}}"
		}
	}
	return text + "{{end}}"
}

// source writes a file.
func (w *world) source(file *source) string {
	text := ""
	if file.extends != "" {
		text = "{{extends `" + file.extends + "`}}\n"
	}
	for _, b := range file.blocks {
		if !b.inline {
			text += "{{" + b.word + " `" + b.name + "`" + map[string]string{"block": " ."}[b.word] + "}}" + w.text(file, b.text) + "{{end}}"
		}
	}
	return text + w.text(file, file.body)
}

func (w *world) loaders() []templates.Loader {
	front, back := templates.Memory{}, templates.Memory{}
	for _, file := range w.front {
		front[file.name] = w.source(file)
	}
	for _, file := range w.back {
		back[file.name] = w.source(file)
	}
	return []templates.Loader{front, back}
}

// scope is inner for a tree of its own, which has data but sees nothing.
func (g *generator) scope(write func() string) string {
	return g.inner(func() string {
		g.root, g.dot, g.object, g.vars, g.loops, g.super, g.depth = "$", true, true, nil, 0, false, 0
		slots := g.slots
		g.slots = nil
		text := write()
		g.slots = slots
		return text
	})
}

// block writes a block of the file and returns its place in the file.
func (g *generator) block(name string, write func() string) string {
	text := g.scope(write)
	g.file.blocks = append(g.file.blocks, blockText{name: name, text: text, inline: true})
	return g.token(item{kind: blockItem, name: name, data: g.root})
}

// define writes a block that stands alone in the file.
func (g *generator) define(word, name string, write func() string) {
	text := g.scope(write)
	g.file.blocks = append(g.file.blocks, blockText{name: name, text: text, word: word})
}

// generate writes a page with what it extends and calls. It returns the name
// of the page.
func (g *generator) generate() string {
	small := func(open, end string) {
		g.define("define", "small", func() string { g.object = false; return open + "{{.}}" + end })
	}
	begin := func(name, extends string) *source {
		g.file = &source{name: name, extends: extends}
		g.back = append(g.back, g.file)
		return g.file
	}
	g.guarded = true
	begin("word.html", "")
	g.componentFile(g.actions, "any", "x")
	small("~", "")
	g.components, g.inline = append(g.components, g.file), 1
	begin("box.html", "")
	g.componentFile(g.body, "", "foot")
	small("(", ")")
	g.components = append(g.components, g.file)
	begin("wrap.html", "")
	g.componentFile(g.body, "", "foot")
	small("|", "|")
	g.components = append(g.components, g.file)

	part := begin("part.html", "")
	part.body = g.scope(g.actions) + g.pick("", "{{with .Sub}}"+g.token(item{kind: includeItem, name: "part.html", data: "."})+"{{end}}")
	small("(", ")")
	list := begin("list.html", "")
	g.define("define", "row", func() string {
		return g.actions() + g.pick("", g.token(item{kind: includeItem, name: "small", data: ".S"}))
	})
	small("-", "-")
	list.body = "never shown"
	g.guarded = false

	base := begin("base.html", "")
	small("[", "]")
	base.body = g.scope(func() string {
		title := g.pick("<title>@</title>", "<a title=\"@\">", "<script>var t = @;</script>", "<p>@</p>", "<style>p{color:@}</style>", "<a href='/x?q=@'>")
		before, after, _ := strings.Cut(g.tags(title), "@")
		text := before + g.block("t", g.actions) + after
		text += g.body() + g.block("a", func() string { return g.body() + g.block("n", g.body) }) + g.body()
		return text
	})
	page := begin("page.html", "base.html")
	switch g.IntN(4) {
	case 0:
		page.extends = ""
		small("[", "]")
		page.body = g.scope(g.body)
		if g.chance(50) {
			page.body += g.block("a", g.body) + g.block("t", g.actions)
		}
	case 1:
		page.extends = "mid.html"
		g.overrides("a", "t", "n", "small")
		begin("mid.html", "base.html")
		g.overrides("a", "t", "n", "small")
	default:
		g.overrides("a", "t", "n", "small")
	}
	if g.chance(15) {
		g.file = &source{name: "page.html", extends: "page.html"}
		g.front = append(g.front, g.file)
		switch {
		case page.extends != "":
			g.overrides("a", "t", "n", "small")
		case page.block("a") != nil:
			g.overrides("a", "t", "small")
		default:
			g.overrides("small")
		}
	}
	if g.chance(5) && (page.extends != "" || page.block("a") != nil) {
		return "page.html#a"
	}
	return "page.html"
}

// overrides writes some of the blocks that a file above has.
func (g *generator) overrides(names ...string) {
	for _, name := range names {
		if !g.chance(50) {
			continue
		}
		word := g.pick("block", "block", "define")
		g.define(word, name, func() string {
			write := g.body
			switch name {
			case "small":
				g.object = false
				return g.pick("{{.}}", "<{{.}}>", "{{.}}"+g.token(item{kind: superItem}))
			case "t":
				write = g.actions
			default:
				g.super = true
			}
			return write() + g.pick("", g.token(item{kind: superItem}), g.token(item{kind: superItem, data: g.pick(" .", " $", " .Sub")}))
		})
	}
}

// componentFile writes the file as a component.
func (g *generator) componentFile(write func() string, slots ...string) {
	file := g.file
	file.params = []param{{"d", "$d", ""}, {"k", "$k", "`<kind>`"}, {"o", "$o", g.pick("1", "$d.S", "true", "(print $d.I)")}}
	g.slots = slots
	file.body = g.inner(func() string {
		g.root, g.dot, g.object, g.vars, g.loops, g.super, g.depth = "$d", false, false, nil, 0, false, 0
		text := g.token(item{kind: paramItem, param: file.params[0]})
		early := g.chance(70)
		for _, p := range file.params[1:] {
			if !early {
				text += write()
			}
			text += g.token(item{kind: paramItem, param: p})
			g.declare(p.variable)
		}
		text += write() + g.slot(write) + g.pick(g.slot(write), write())
		if slots[0] != "any" && g.chance(20) {
			text += g.block("inner", g.body)
		}
		return text
	})
	g.slots = nil
}

// slot shows the content for a slot of the component that is being written.
func (g *generator) slot(write func() string) string {
	name := g.pick(g.slots...)
	if name == "any" {
		name = ""
	}
	if !slices.Contains(g.file.slots, name) {
		g.file.slots = append(g.file.slots, name)
	}
	switch g.IntN(3) {
	case 0:
		i := item{kind: ifSlotItem, name: name, then: g.inner(write) + g.token(item{kind: slotItem, name: name})}
		if g.chance(60) {
			i.contents = []string{g.inner(write)}
		}
		return g.token(i)
	case 1:
		return g.rooted("{{range $.L}}", "{{if $.B}}", "{{with $.Sub}}", "{{range $e := $.LA}}") + g.token(item{kind: slotItem, name: name}) + "{{end}}"
	}
	return g.token(item{kind: slotItem, name: name})
}

// maxCalls bounds the calls of components in the files of a page.
const maxCalls = 12

// componentIn calls one of the first components, with contents that are
// written by a function.
func (g *generator) componentIn(first int, write func() string) string {
	if first == 0 || g.calls >= maxCalls {
		return "{{" + g.pipeline() + "}}"
	}
	g.calls++
	c := g.components[g.IntN(first)]
	i := item{kind: componentItem, name: c.name, args: []string{"d", g.root}}
	if g.object && g.chance(30) {
		i.args[1] = "."
	}
	for _, p := range c.params[1:] {
		if value := g.operand(); g.chance(50) && value != "nil" {
			i.args = append(i.args, p.name, value)
		}
	}
	for _, slot := range c.slots {
		if g.chance(60) {
			content := g.inner(func() string {
				g.depth++
				g.loops = 0 // they cannot be left
				return write()
			})
			i.contents = append(i.contents, slot, content)
		}
	}
	return g.token(i)
}
