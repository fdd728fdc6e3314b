package templates_test

import (
	"fmt"
	"html/template"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// plain writes a random page a second time, without anything that this package
// adds to the language: blocks and files become templates under names of their
// own, components become what they come to. So html/template alone says what
// joining the files must lead to.
type plain struct {
	*world
	defined map[string]bool
	text    strings.Builder
	number  int // of calls of components
}

// plainScope is where a text stands.
type plainScope struct {
	chain []*source // a file and what it extends
	level int
	block string
	call  *plainCall
}

// plainCall is one call of a component.
type plainCall struct {
	item
	number int
	outer  plainScope
}

// plainPage parses a page. Besides the functions of templates it needs _one,
// and _mark for what stands after the name of a script or style.
func (w *world) plainPage(page string, functions, more template.FuncMap) (*template.Template, string, error) {
	p := &plain{world: w, defined: make(map[string]bool)}
	entry := p.target(page)
	set := template.New("").Funcs(functions).Funcs(more).Option("missingkey=zero")
	if _, err := set.Parse(p.text.String()); err != nil {
		return nil, p.text.String(), err
	}
	return set.Lookup(entry), p.text.String(), nil
}

// one is the function _one: a list of a value alone, which a range sets dot to.
func (p *randomPage) one(v reflect.Value) reflect.Value {
	if !v.IsValid() {
		p.noDot = true
		return reflect.ValueOf([]any{nil})
	}
	list := reflect.New(reflect.ArrayOf(1, v.Type())).Elem()
	list.Index(0).Set(v)
	if v.CanAddr() {
		return list
	}
	return reflect.ValueOf(list.Interface()) // methods of pointers cannot be called
}

// chain returns a file with what it extends.
func (p *plain) chain(name string) (chain []*source) {
	places := [][]*source{p.front, p.back}
	for name != "" {
		for _, files := range places {
			i := slices.IndexFunc(files, func(f *source) bool { return f.name == name && !slices.Contains(chain, f) })
			if i >= 0 {
				chain, name = append(chain, files[i]), files[i].extends
				break
			}
		}
	}
	return chain
}

func find(chain []*source, block string, from int) int {
	for i := from; i < len(chain); i++ {
		if chain[i].block(block) != nil {
			return i
		}
	}
	return -1
}

// target defines the template for "file" or "file#block" and returns its name.
func (p *plain) target(name string) string {
	file, block, hasBlock := strings.Cut(name, "#")
	chain := p.chain(file)
	if hasBlock {
		return p.block(chain, block, 0)
	}
	s := plainScope{chain: chain, level: len(chain) - 1}
	return p.define("body of "+file, chain[s.level].body, s)
}

func (p *plain) block(chain []*source, block string, from int) string {
	s := plainScope{chain: chain, level: find(chain, block, from), block: block}
	return p.define(fmt.Sprintf("block %s %d of %s", block, s.level, chain[0].name), chain[s.level].block(block).text, s)
}

func (p *plain) define(name, text string, s plainScope) string {
	if !p.defined[name] {
		p.defined[name] = true
		text = p.write(text, s)
		p.text.WriteString("{{define `" + name + "`}}" + text + "{{end}}")
	}
	return name
}

var plainVariable = regexp.MustCompile(`\$[a-z]+`)

// write writes a text of a place.
func (p *plain) write(text string, s plainScope) string {
	return p.expand(text, s.rename, func(i item) string { return p.item(i, s) })
}

// rename gives the variables of a component names that nothing else has.
func (s plainScope) rename(text string) string {
	if s.call == nil {
		return text
	}
	return plainVariable.ReplaceAllStringFunc(text, func(name string) string { return fmt.Sprintf("%s_%d", name, s.call.number) })
}

func (p *plain) item(i item, s plainScope) string {
	switch i.kind {
	case blockItem:
		return "{{template `" + p.block(s.chain, i.name, 0) + "` " + s.rename(i.data) + "}}"
	case superItem:
		data := s.rename(i.data)
		if data == "" {
			data = "$"
		}
		return "{{template `" + p.block(s.chain, s.block, s.level+1) + "` " + data + "}}"
	case includeItem:
		if find(s.chain, i.name, 0) >= 0 {
			return "{{template `" + p.block(s.chain, i.name, 0) + "` " + s.rename(i.data) + "}}"
		}
		return "{{template `" + p.target(i.name) + "` " + s.rename(i.data) + "}}"
	case componentItem:
		p.number++
		call := &plainCall{item: i, number: p.number, outer: s}
		chain := p.chain(i.name)
		return fmt.Sprintf("{{$dot_%d := .}}", call.number) + p.write(chain[0].body, plainScope{chain: chain, call: call}) + nothing
	case paramItem:
		value := s.rename(i.param.fallback)
		if k := slices.Index(s.call.args, i.param.name); k >= 0 {
			value = s.call.outer.rename(s.call.args[k+1])
		}
		return "{{" + s.rename(i.param.variable) + " := " + value + "}}"
	case nonceItem:
		return "{{_mark}}"
	}
	return p.slot(i, s)
}

func (p *plain) slot(i item, s plainScope) string {
	content, filled := "", false
	for k := 0; k < len(s.call.contents); k += 2 {
		if s.call.contents[k] == i.name {
			content, filled = s.call.contents[k+1], true
		}
	}
	switch {
	case i.kind == slotItem && filled:
		return fmt.Sprintf("{{range $one := _one $dot_%d}}", s.call.number) + p.write(content, s.call.outer) + "{{end}}"
	case i.kind == ifSlotItem && filled:
		return "{{if true}}" + p.write(i.then, s) + "{{end}}"
	case i.kind == ifSlotItem && i.contents != nil:
		return "{{if true}}" + p.write(i.contents[0], s) + "{{end}}"
	}
	return nothing
}

// nothing writes nothing, but parts the text before it from what comes after:
// a {{- there cuts spaces of its own file only.
const nothing = "{{/**/}}"
