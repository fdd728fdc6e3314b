package templates

import (
	"errors"
	"html/template"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/template/parse"
)

// errEscaped stops the execution that is only there to have a page escaped.
var errEscaped = errors.New("escaped")

// escapeName is the template that is executed to have a page escaped.
const escapeName = "escape"

// derivedMark separates the name of a tree from the context that html/template
// escapes a copy of it for, when it is called in an attribute, a title or a
// script. That copy cannot be had from html/template, and the tree itself
// stays unescaped. But a tree that has the name of the copy is taken for it.
const derivedMark = "$htmltemplate_"

// maxPasses bounds how often a page is escaped: once to learn which copies
// there are and which nonces are misplaced, and once with that known.
const maxPasses = 5

// escaping takes the trees of a page through html/template.
type escaping struct {
	*composition
	functions map[string]any
	derived   []string     // trees that are copies for a context
	nonces    bool         // elements get them
	without   map[int]bool // numbers of nonces that are left out
}

// escapeTrees returns the trees of a page as a set of html/template, escaped.
func (c *composition) escapeTrees() (*template.Template, error) {
	e := &escaping{composition: c, functions: maps.Clone(c.b.functions), nonces: true, without: make(map[int]bool)}
	maps.Copy(e.functions, map[string]any{"_enter": enter, "_once": once, "_escaped": escaped, nonceFunction: noNonce})
	for _, name := range c.order {
		for _, context := range c.b.contexts[shortName(name)] {
			e.derived = append(e.derived, name+context)
		}
	}
	for pass := 1; ; pass++ {
		set, err := e.pass()
		if err != nil && e.nonces {
			// One of them may be the reason, at a place where no action can be.
			e.nonces = false
			if set, err = e.pass(); err != nil {
				return nil, err
			}
		}
		if err != nil || pass == maxPasses || !e.learn(set) {
			return set, err
		}
	}
}

// pass has copies of the trees escaped.
func (e *escaping) pass() (*template.Template, error) {
	trees := make(map[string]*parse.Tree, len(e.trees)+len(e.derived))
	for name, tree := range e.trees {
		trees[name] = copyTree(tree, name)
	}
	if e.nonces {
		addNonces(trees, e.order, e.without)
	}
	for _, name := range e.derived {
		original, _, _ := strings.Cut(name, derivedMark)
		trees[name] = copyTree(trees[original], name)
	}
	set := template.New("").Funcs(e.functions).Option("missingkey=zero")
	for _, tree := range trees {
		if _, err := set.AddParseTree(tree.Name, tree); err != nil {
			return nil, err
		}
	}
	start, err := set.AddParseTree(escapeName, escapeTree(e.entry))
	if err != nil {
		return nil, err
	}
	// html/template escapes when a template is first executed, and with it
	// everything that it calls. This one calls the page, but not before it has
	// stopped itself: no function of the page is run.
	if err := start.Execute(io.Discard, nil); !errors.Is(err, errEscaped) {
		return nil, err
	}
	return set, nil
}

// learn finds out what another pass has to do otherwise; false for nothing.
func (e *escaping) learn(set *template.Template) bool {
	again := false
	for _, name := range definedNames(set) {
		original, context, ok := strings.Cut(name, derivedMark)
		if !ok || slices.Contains(e.derived, name) {
			continue
		}
		again = true
		e.derived = append(e.derived, name)
		short := shortName(original)
		if context = derivedMark + context; !slices.Contains(e.b.contexts[short], context) {
			e.b.contexts[short] = append(e.b.contexts[short], context)
		}
	}
	if again || !e.nonces {
		return again
	}
	for _, name := range reached(set, e.entry) {
		for _, number := range misplacedNonces(set.Lookup(name).Tree.Root) {
			again, e.without[number] = true, true
		}
	}
	return again
}

// shortName is what the names of a block have in common in all pages.
func shortName(tree string) string {
	if file, block, ok := strings.Cut(tree, "#"); ok && file != "" {
		return "#" + block
	}
	return tree
}

// definedNames returns the names of all templates of a set, also of those that
// cannot be looked up.
func definedNames(set *template.Template) []string {
	var names []string
	rest := strings.TrimPrefix(set.DefinedTemplates(), "; defined templates are: ")
	for rest != "" {
		quoted, err := strconv.QuotedPrefix(rest)
		if err != nil {
			return names
		}
		name, err := strconv.Unquote(quoted)
		if err != nil {
			return names
		}
		names = append(names, name)
		rest = strings.TrimPrefix(rest[len(quoted):], ", ")
	}
	return names
}

// reached returns the names of the trees that an entry can call, itself too.
func reached(set *template.Template, entry string) []string {
	names := []string{entry}
	for i := 0; i < len(names); i++ {
		inspect(set.Lookup(names[i]).Tree.Root, func(n parse.Node) bool {
			if call, ok := n.(*parse.TemplateNode); ok && set.Lookup(call.Name) != nil && !slices.Contains(names, call.Name) {
				names = append(names, call.Name)
			}
			return true
		})
	}
	return names
}

// escapeTree is {{$x := _escaped}}{{template "entry" $x}}.
func escapeTree(entry string) *parse.Tree {
	tree := parse.New(escapeName)
	stop := pipeOf(parse.NewIdentifier("_escaped").SetTree(tree))
	stop.Decl = []*parse.VariableNode{variable("$x", 0)}
	tree.Root = &parse.ListNode{NodeType: parse.NodeList, Nodes: []parse.Node{
		&parse.ActionNode{NodeType: parse.NodeAction, Pipe: stop},
		&parse.TemplateNode{NodeType: parse.NodeTemplate, Name: entry, Pipe: pipeOf(variable("$x", 0))},
	}}
	return tree
}

func escaped() (string, error) { return "", errEscaped }
