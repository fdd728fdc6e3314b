package templates

import (
	"errors"
	"html/template"
	"io"
	"maps"
	"text/template/parse"
)

// page is a composed and escaped page, ready to be executed by many at once.
type page struct {
	name    string
	entry   *template.Template
	sources map[string]Source // the files it may name in errors
}

// errEscaped stops the execution that is only there to have a page escaped.
var errEscaped = errors.New("escaped")

// escapeName is the template that is executed to have a page escaped.
const escapeName = "escape"

// newPage hands the trees of a page to html/template, which escapes them for
// the contexts they are used in.
func (c *composition) newPage(name string, sources map[string]Source) (p *page, failure *Error) {
	defer func() {
		// html/template panics on a few trees it does not expect.
		if value := recover(); value != nil {
			p, failure = nil, panicError(name, value)
		}
	}()
	functions := maps.Clone(c.b.functions)
	maps.Copy(functions, map[string]any{"_enter": enter, "_once": once, "_escaped": escaped})
	set := template.New("").Funcs(functions).Option("missingkey=zero")
	for _, tree := range c.trees {
		if _, err := set.AddParseTree(tree.Name, tree); err != nil {
			return nil, escapeError(name, sources, err)
		}
	}
	start, err := set.AddParseTree(escapeName, escapeTree(c.entry))
	if err != nil {
		return nil, escapeError(name, sources, err)
	}
	// html/template escapes when a template is first executed, and with it
	// everything that it calls. This one calls the page, but not before it has
	// stopped itself: no function of the page is run.
	if err := start.Execute(io.Discard, nil); !errors.Is(err, errEscaped) {
		return nil, escapeError(name, sources, err)
	}
	return &page{name, set.Lookup(c.entry), sources}, nil
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

// execute renders the page. Nothing it calls can make it panic.
func (p *page) execute(w io.Writer, data any) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = panicError(p.name, value)
		}
	}()
	if err := p.entry.Execute(w, data); err != nil {
		if errors.Is(err, errStopped) {
			return err
		}
		return execError(p.name, p.sources, err)
	}
	return nil
}
