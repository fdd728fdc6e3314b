package templates

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"unicode"
)

// builtins are the functions of this package for templates; the package
// comment describes them. Most return plain text or a plain value, which the
// template escapes. Those that return HTML or a URL have escaped what they
// were given, unless it was HTML or a URL by its type.
func builtins() map[string]any {
	return map[string]any{
		"add":           add,
		"capfirst":      capFirst,
		"cycle":         cycle,
		"date":          date,
		"default":       defaultTo,
		"dict":          dict,
		"floatformat":   floatFormat,
		"intcomma":      intComma,
		"join":          join,
		"jsonscript":    jsonScript,
		"linebreaks":    linebreaks,
		"list":          list,
		"lower":         strings.ToLower,
		"pages":         pages,
		"pluralize":     pluralize,
		"query":         query,
		"slugify":       slugify,
		"striptags":     stripTags,
		"truncatechars": truncateChars,
		"truncatehtml":  truncateHTML,
		"truncatewords": truncateWords,
		"upper":         strings.ToUpper,
		"urlize":        urlize,
		"wordcount":     wordCount,
		"yesno":         yesNo,
	}
}

// standardFunctions are those of text/template.
func standardFunctions() []string {
	return []string{
		"and", "call", "eq", "ge", "gt", "html", "index", "js", "le", "len", "lt",
		"ne", "not", "or", "print", "printf", "println", "slice", "urlquery",
	}
}

func isStandard(name string) bool { return slices.Contains(standardFunctions(), name) }

// allFunctions joins a program's functions with ours and those for texts, and refuses those that
// html/template would panic on.
func allFunctions(own, texts map[string]any) (map[string]any, error) {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(own)) {
		if err := checkFunction(name, own[name]); err != nil {
			errs = append(errs, err)
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	all := builtins()
	maps.Copy(all, texts)
	maps.Copy(all, own)
	return all, nil
}

func checkFunction(name string, function any) error {
	letterOrDigit := func(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }
	switch {
	case name == "" || !unicode.IsLetter([]rune(name)[0]) || strings.ContainsFunc(name, func(r rune) bool { return !letterOrDigit(r) }):
		return fmt.Errorf("template function %q: a name is a letter, then letters and digits", name)
	case slices.Contains(keywords(), name):
		return fmt.Errorf("template function %q: the name is a word of the template language", name)
	case isStandard(name):
		return fmt.Errorf("template function %q: a function of text/template cannot be replaced", name)
	}
	t := reflect.TypeOf(function)
	if t == nil || t.Kind() != reflect.Func || reflect.ValueOf(function).IsNil() {
		return fmt.Errorf("template function %q is %v, not a function", name, t)
	}
	if t.NumOut() != 1 && (t.NumOut() != 2 || t.Out(1) != reflect.TypeFor[error]()) {
		return fmt.Errorf("template function %q is a %v: it must return one value, or one and an error", name, t)
	}
	return nil
}

func keywords() []string {
	return []string{
		"arg", "block", "break", "component", "continue", "define", "else", "end", "extends", "false",
		"if", "nil", "range", "slot", "super", "template", "true", "with",
	}
}
