package templates

import (
	"errors"
	"fmt"
	"html/template"
	"io"
	"reflect"
	"strconv"
	"strings"
	texttemplate "text/template"
	"text/template/parse"
)

// standard runs functions that html/template and text/template keep to
// themselves. It is a template for each: executing that costs more than a
// call, but there is nothing to get wrong.
type standard struct{ set *template.Template }

// standardTask is the data of such a template.
type standardTask struct {
	args   []reflect.Value
	result reflect.Value
}

// Arg returns an argument of the call; templates unwrap a reflect.Value.
func (t *standardTask) Arg(i int) reflect.Value { return t.args[i] }

// Done takes the result of the call.
func (t *standardTask) Done(result reflect.Value) string {
	t.result = result
	return ""
}

// Add takes an entry of a map.
func (t *standardTask) Add(key, value reflect.Value) string {
	t.args = append(t.args, key, value)
	return ""
}

// maxStandardArgs is how many arguments a predefined function may have in
// compiled templates; a page with one that has more is not compiled.
const maxStandardArgs = 8

// newStandard prepares the templates. The first value that is shown in each
// has html/template add its escapers to the functions of the set.
func newStandard() (*standard, error) {
	set := template.New("")
	names := strings.Fields("cssescaper cssvaluefilter htmlnamefilter jsregexpescaper jstmpllitescaper jsvalescaper srcsetescaper " +
		"attrescaper rcdataescaper nospaceescaper jsstrescaper")
	for _, name := range names {
		if err := addTask(set, escaperPrefix+name, 1); err != nil {
			return nil, err
		}
	}
	for _, name := range []string{"eq", "ge", "gt", "index", "le", "len", "lt", "ne", "slice"} {
		for n := range maxStandardArgs + 1 {
			if err := addTask(set, name, n); err != nil {
				return nil, err
			}
		}
	}
	_, err := set.New("sort").Parse(`{{range $k, $v := .Arg 0}}{{$_ := $.Add $k $v}}{{end}}`)
	return &standard{set}, err
}

// addTask adds {{$x := .Done (name (.Arg 0) (.Arg 1))}} to a set.
func addTask(set *template.Template, name string, args int) error {
	tree := parse.New(name)
	tree.Mode = parse.SkipFuncCheck
	text := "{{$x := .Done (" + name
	for i := range args {
		text += fmt.Sprintf(" (.Arg %d)", i)
	}
	if _, err := tree.Parse(text+")}}", "", "", make(map[string]*parse.Tree)); err != nil {
		return err
	}
	_, err := set.AddParseTree(name+"/"+strconv.Itoa(args), tree)
	return err
}

// call runs a function. The error is what it returned or panicked with.
func (s *standard) call(name string, args ...reflect.Value) (reflect.Value, error) {
	task := &standardTask{args: args}
	if err := s.run(name+"/"+strconv.Itoa(len(args)), task); err != nil {
		return reflect.Value{}, err
	}
	return task.result, nil
}

// sorted returns the keys and values of a map, in turn, in the order in which
// templates go through it.
func (s *standard) sorted(m reflect.Value) ([]reflect.Value, error) {
	task := &standardTask{args: []reflect.Value{m}}
	err := s.run("sort", task)
	return task.args[1:], err
}

func (s *standard) run(name string, task *standardTask) error {
	err := s.set.ExecuteTemplate(io.Discard, name, task)
	var exec texttemplate.ExecError
	if errors.As(err, &exec) {
		if cause := errors.Unwrap(exec.Err); cause != nil {
			return cause
		}
	}
	return err
}
