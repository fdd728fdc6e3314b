package htmlcompile

import (
	"html/template"
	"reflect"
	"slices"
	"strings"
	"text/template/parse"
	"unsafe"
)

// CompileUnescaped compiles a tree that html/template has not escaped, as the
// original of one that is called in a title is not.
func CompileUnescaped(text string) error {
	functions := map[string]any{"html": 0, "print": 0}
	trees, err := parse.Parse("page", text, "", "", functions)
	if err != nil {
		return err
	}
	c := &compiler{
		lookup:   func(name string) *parse.Tree { return trees[name] },
		standard: new(standard), escaper: escaperNamed, programs: make(map[string]*program),
	}
	_, err = c.compile("page")
	return err
}

// Known reports whether an escaper of html/template is one that the package has
// itself or has html/template run.
func Known(name string) bool {
	short := strings.TrimPrefix(name, EscaperPrefix)
	return escaperNamed(name).escape != nil || slices.Contains(strings.Fields(standardEscapers), short)
}

// DefinedNames returns the names of the templates of a set.
func DefinedNames(set *template.Template) []string { return definedNames(set) }

// MethodOf returns how a method is called without package reflect, nil if it is not.
func MethodOf(m reflect.Method) func(unsafe.Pointer) (reflect.Value, error) { return methodOf(m) }

// Safely calls a function by package reflect.
func Safely(fn reflect.Value, args []reflect.Value) (reflect.Value, error) { return safely(fn, args) }

// FunctionOf is MethodOf for a function with a pointer.
func FunctionOf(fn any) func(unsafe.Pointer) (reflect.Value, error) { return functionOf(fn) }
