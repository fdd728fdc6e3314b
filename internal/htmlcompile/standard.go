package htmlcompile

import (
	"errors"
	"html/template"
	"io"
	"reflect"
	"strconv"
	"strings"
	"sync"
	texttemplate "text/template"
	"text/template/parse"
)

// standard runs functions that html/template and text/template keep to
// themselves. It is a template for each: executing that costs more than a
// call, but there is nothing to get wrong. They are made when one is first
// needed. The zero value is ready; it may be used by several goroutines.
type standard struct {
	once sync.Once
	set  *template.Template
	err  error
}

// standardTask is the data of such a template.
type standardTask struct {
	// The arguments. A field of type reflect.Value is given to a function
	// as it is, even when it stands for nil.
	A0, A1, A2, A3, A4, A5, A6, A7 reflect.Value

	entries []reflect.Value
	result  reflect.Value
}

// Value returns the first argument for a function that takes any value:
// templates unwrap a reflect.Value that a method returns.
func (t *standardTask) Value() reflect.Value { return t.A0 }

// Done takes the result of the call.
func (t *standardTask) Done(result reflect.Value) string {
	t.result = result
	return ""
}

// Add takes an entry of a map.
func (t *standardTask) Add(key, value reflect.Value) string {
	t.entries = append(t.entries, key, value)
	return ""
}

// maxStandardArgs is how many arguments a predefined function may have in
// compiled templates; a page with one that has more is not compiled.
const maxStandardArgs = 8

// standardTasks makes the templates. When one is first executed, html/template
// adds its escapers to the functions of the set.
func standardTasks() (*template.Template, error) {
	set := template.New("")
	for name := range strings.FieldsSeq(standardEscapers) {
		if err := addTask(set, EscaperPrefix+name, 1, " .Value"); err != nil {
			return nil, err
		}
	}
	for _, name := range []string{"eq", "ge", "gt", "index", "le", "len", "lt", "ne", "slice"} {
		least, exactly := PredefinedArity(name)
		for n := least; n <= maxStandardArgs && (n == least || !exactly); n++ {
			if err := addTask(set, name, n, " .A0 .A1 .A2 .A3 .A4 .A5 .A6 .A7"[:4*n]); err != nil {
				return nil, err
			}
		}
	}
	_, err := set.New("sort").Parse(`{{range $k, $v := .Value}}{{$_ := $.Add $k $v}}{{end}}`)
	return set, err
}

// addTask adds {{$x := .Done (name .A0 .A1)}} to a set.
func addTask(set *template.Template, name string, count int, args string) error {
	tree := parse.New(name)
	tree.Mode = parse.SkipFuncCheck
	if _, err := tree.Parse("{{$x := .Done ("+name+args+")}}", "", "", make(map[string]*parse.Tree)); err != nil {
		return err
	}
	_, err := set.AddParseTree(name+"/"+strconv.Itoa(count), tree)
	return err
}

// call runs a function. The error is what it returned or panicked with.
func (s *standard) call(name string, args ...reflect.Value) (reflect.Value, error) {
	task := new(standardTask)
	for i, field := range []*reflect.Value{&task.A0, &task.A1, &task.A2, &task.A3, &task.A4, &task.A5, &task.A6, &task.A7} {
		if i < len(args) {
			*field = args[i]
		}
	}
	if err := s.run(name+"/"+strconv.Itoa(len(args)), task); err != nil {
		return reflect.Value{}, err
	}
	return task.result, nil
}

// sorted returns the keys and values of a map, in turn, in the order in which
// templates go through it.
func (s *standard) sorted(m reflect.Value) ([]reflect.Value, error) {
	task := &standardTask{A0: m}
	err := s.run("sort", task)
	return task.entries, err
}

func (s *standard) run(name string, task *standardTask) error {
	s.once.Do(func() { s.set, s.err = standardTasks() })
	if s.err != nil {
		return s.err
	}
	err := s.set.ExecuteTemplate(io.Discard, name, task)
	var exec texttemplate.ExecError
	if errors.As(err, &exec) {
		if cause := errors.Unwrap(exec.Err); cause != nil {
			return cause
		}
	}
	return err
}
