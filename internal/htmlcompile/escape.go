package htmlcompile

import (
	"errors"
	"html/template"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/template/parse"

	"github.com/volaweb/vola/internal/parsetree"
)

// errEscaped stops the Execution that is only there to have a page escaped.
var errEscaped = errors.New("escaped")

// escapeName is the template that is executed to have a page escaped.
const escapeName = "escape"

// maxPasses bounds how often a page is escaped: once to learn which copies
// there are and which nonces are misplaced, and once with that known.
const maxPasses = 5

// Trees are the trees of a page before html/template has escaped them.
type Trees struct {
	Entry string // the name of the tree that is executed
	// Order has the names of all trees, in an order that is the same every
	// time.
	Order []string
	Trees map[string]*parse.Tree
	// Functions are those that the trees may call, apart from those of
	// text/template.
	Functions map[string]any
	// Contexts remembers in which contexts trees are called, other than text.
	// It is shared by the pages of a set, which spares them passes.
	Contexts map[string][]string
}

// Escaped is a page that html/template has escaped.
type Escaped struct {
	trees *Trees
	set   *template.Template
}

// escaping takes the trees of a page through html/template.
type escaping struct {
	*Trees
	functions map[string]any
	derived   []string     // trees that are copies for a context
	nonces    bool         // elements get them
	without   map[int]bool // numbers of nonces that are left out
}

// Escape has the trees escaped by html/template. They stay as they are. It
// panics where html/template does, on a few trees that it does not expect.
func (t *Trees) Escape() (*Escaped, error) {
	set, err := t.escape()
	if err != nil {
		return nil, err
	}
	return &Escaped{t, set}, nil
}

func (t *Trees) escape() (*template.Template, error) {
	if t.Contexts == nil {
		t.Contexts = make(map[string][]string)
	}
	e := &escaping{Trees: t, functions: make(map[string]any), nonces: true, without: make(map[int]bool)}
	maps.Copy(e.functions, t.Functions)
	maps.Copy(e.functions, map[string]any{"_escaped": escaped, NonceFunction: noNonce})
	for _, name := range t.Order {
		for _, context := range t.Contexts[shortName(name)] {
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
	trees := make(map[string]*parse.Tree, len(e.Trees.Trees)+len(e.derived))
	for name, tree := range e.Trees.Trees {
		trees[name] = parsetree.Copy(tree, name)
	}
	if e.nonces {
		addNonces(trees, e.Order, e.without)
	}
	for _, name := range e.derived {
		original, _, _ := strings.Cut(name, DerivedMark)
		trees[name] = parsetree.Copy(trees[original], name)
	}
	set := template.New("").Funcs(e.functions).Option("missingkey=zero")
	for _, tree := range trees {
		if _, err := set.AddParseTree(tree.Name, tree); err != nil {
			return nil, err
		}
	}
	start, err := set.AddParseTree(escapeName, escapeTree(e.Entry))
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
		original, context, ok := strings.Cut(name, DerivedMark)
		if !ok || slices.Contains(e.derived, name) {
			continue
		}
		again = true
		e.derived = append(e.derived, name)
		short := shortName(original)
		if context = DerivedMark + context; !slices.Contains(e.Contexts[short], context) {
			e.Contexts[short] = append(e.Contexts[short], context)
		}
	}
	if again || !e.nonces {
		return again
	}
	for _, name := range reached(set, e.Entry) {
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
	rest := strings.TrimPrefix(set.DefinedTemplates(), definedPrefix)
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
		parsetree.Inspect(set.Lookup(names[i]).Tree.Root, func(n parse.Node) bool {
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
	stop := parsetree.Pipe(parse.NewIdentifier("_escaped").SetTree(tree))
	stop.Decl = []*parse.VariableNode{parsetree.Variable("$x", 0)}
	tree.Root = &parse.ListNode{NodeType: parse.NodeList, Nodes: []parse.Node{
		&parse.ActionNode{NodeType: parse.NodeAction, Pipe: stop},
		&parse.TemplateNode{NodeType: parse.NodeTemplate, Name: entry, Pipe: parsetree.Pipe(parsetree.Variable("$x", 0))},
	}}
	return tree
}

func escaped() (string, error) { return "", errEscaped }
