package api

import (
	"cmp"
	"encoding"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/internal/fieldrules"
	"github.com/volaweb/vola/internal/jsonfields"
	"github.com/volaweb/vola/internal/nearest"
	"github.com/volaweb/vola/web"
)

// input is how the input of a handler is read.
type input struct {
	fields []parameter
	body   bool // there are fields of the body
	unread bool // the body is left to the handler
	reader *web.JSONReader
}

// parameter is a field that is not in the body.
type parameter struct {
	reflect.StructField
	place string // "path", "query" or "header"
	name  string
	rules fieldrules.Rules
	byDef string
}

// inputOf returns how a type is read, or what is wrong with it.
func inputOf(t reflect.Type, method string) (*input, error) {
	in := &input{reader: new(web.JSONReader)}
	if t == nil || t.Kind() != reflect.Struct {
		return in, errors.New("it must be a struct; api.Nothing is none")
	}
	for _, f := range reflect.VisibleFields(t) {
		if !f.IsExported() {
			continue
		}
		for _, place := range [...]string{"path", "query", "header"} {
			name, has := f.Tag.Lookup(place)
			if !has {
				continue
			}
			p := parameter{StructField: f, place: place, name: name, rules: fieldrules.Of(f), byDef: f.Tag.Get("default")}
			if name == "" {
				return in, fmt.Errorf("field %s: its tag %s names nothing", f.Name, place)
			}
			if hasPointer(t, f.Index) {
				return in, fmt.Errorf("field %s is in a pointer, which is not read", f.Name)
			}
			if err := p.check(); err != nil {
				return in, fmt.Errorf("field %s: %w", f.Name, err)
			}
			in.fields = append(in.fields, p)
		}
	}
	in.body = len(jsonfields.Of(t)) > 0
	if in.body && (method == http.MethodGet || method == http.MethodDelete || method == http.MethodHead) {
		return in, fmt.Errorf("field %s is of the body, which %s does not have; give it a tag path, query or header", jsonfields.Of(t)[0].StructField.Name, method)
	}
	return in, nil
}

// hasPointer reports whether a field is reached by a pointer.
func hasPointer(t reflect.Type, index []int) bool {
	for _, i := range index[:len(index)-1] {
		if t = t.Field(i).Type; t.Kind() == reflect.Pointer {
			return true
		}
	}
	return false
}

// check returns whether values of the field can be read from text.
func (p parameter) check() error {
	t := p.Type
	if t.Kind() == reflect.Slice && p.place == "query" {
		t = t.Elem()
	}
	v := reflect.New(t).Elem()
	sample := cmp.Or(p.byDef, "1")
	if err := setText(v, sample); errors.Is(err, errUnreadable) {
		return fmt.Errorf("a %v cannot be read from text", p.Type)
	} else if err != nil && p.byDef != "" {
		return fmt.Errorf("its default %q: %w", p.byDef, err)
	}
	return nil
}

// checkPattern finds parameters of the path that the pattern does not have. Those of a
// group around the route are not known here; what is missing there is empty.
func (in *input) checkPattern(pattern string) error {
	for _, p := range in.fields {
		if p.place == "path" && strings.Count(pattern, "{") > 0 && !strings.Contains(pattern, "{"+p.name+"}") && !strings.Contains(pattern, "{"+p.name+":") {
			return fmt.Errorf("field %s: the pattern %s has no parameter %s", p.Name, pattern, p.name)
		}
	}
	return nil
}

// read reads a request into v.
func (in *input) read(r *http.Request, v reflect.Value) error {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "The part of the address after the question mark is damaged.")
	}
	var problems []web.InputProblem
	known, form := []string{}, false
	for _, p := range in.fields {
		var sent []string
		switch p.place {
		case "path":
			sent = []string{r.PathValue(p.name)}
		case "query":
			sent, known = query[p.name], append(known, p.name)
		case "header":
			sent = r.Header.Values(p.name)
		}
		problem, isForm := p.read(v.FieldByIndex(p.Index), sent)
		if problem.Message != "" && isForm && p.place == "path" {
			return fault.Wrap(fault.NotFound, errors.New("the path has a "+p.name+" that cannot be read"), "There is no page at this address.")
		}
		if problem.Message != "" {
			problems, form = append(problems, problem), form || isForm
		}
	}
	for _, name := range slices.Sorted(maps.Keys(query)) {
		if !slices.Contains(known, name) && len(problems) < 20 {
			form = true
			problems = append(problems, unknownParameter(name, known))
		}
	}
	if len(problems) > 0 {
		return &web.InputError{Problems: problems, Meaning: !form}
	}
	if in.unread {
		return nil
	}
	if in.body { // whose fields are those that are not set yet
		return in.reader.Fill(r, v.Addr().Interface())
	}
	return web.Validate(r.Context(), v.Addr().Interface())
}

func unknownParameter(name string, known []string) web.InputProblem {
	shown := strings.ToValidUTF8(name[:min(len(name), 40)], "\uFFFD")
	p := web.InputProblem{Pointer: shown, Parameter: true, Message: i18n.Mark("The parameter {name} is not known."), Values: []any{"name", shown}}
	if near := nearest.Name(name, known); near != "" {
		p.Message, p.Values = i18n.Mark("The parameter {name} is not known; did you mean {near}?"), append(p.Values, "near", near)
	}
	return p
}

// read sets a field. form says that a problem is not one of a rule.
func (p parameter) read(v reflect.Value, sent []string) (problem web.InputProblem, form bool) {
	sent = slices.DeleteFunc(slices.Clone(sent), func(s string) bool { return s == "" })
	if len(sent) == 0 && p.byDef != "" {
		sent = []string{p.byDef}
	}
	wrong := func(message string, values ...any) web.InputProblem {
		return web.InputProblem{Pointer: p.name, Parameter: true, Message: message, Values: values}
	}
	if len(sent) == 0 {
		if p.rules.Set && !p.rules.Optional {
			return wrong(i18n.Mark("The value of {name} is missing."), "name", p.name), false
		}
		return web.InputProblem{}, false
	}
	if v.Kind() != reflect.Slice || isText(v) {
		if len(sent) > 1 {
			return wrong(i18n.Mark("The parameter {name} is there several times."), "name", p.name), true
		}
		if err := setText(v, sent[0]); err != nil {
			return wrong(i18n.Mark("The value of {name} is {value} and must be {kind}."), "name", p.name, "value", shown(sent[0]), "kind", kindName(v.Type())), true
		}
	} else {
		list := reflect.MakeSlice(v.Type(), len(sent), len(sent))
		for i, text := range sent {
			if err := setText(list.Index(i), text); err != nil {
				return wrong(i18n.Mark("The value of {name} is {value} and must be {kind}."), "name", p.name, "value", shown(text), "kind", kindName(list.Index(i).Type())), true
			}
		}
		v.Set(list)
	}
	message, values := p.rules.Check(v)
	return wrong(message, values...), false
}

func shown(text string) string {
	if len(text) > 40 {
		text = text[:40] + "..."
	}
	return strconv.Quote(strings.ToValidUTF8(text, "\uFFFD"))
}

func isText(v reflect.Value) bool {
	return v.CanAddr() && v.Addr().Type().Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

// kindName returns what a text must be, as JSON Schema has it.
func kindName(t reflect.Type) string {
	s := (&schemas{}).of(t)
	return cmp.Or(s.Format, s.typeName(), t.String())
}

var errUnreadable = errors.New("a value of this type cannot be read from text")

// setText sets v to what a text says.
func setText(v reflect.Value, text string) error {
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return errors.New("it is not text")
	}
	if isText(v) {
		return v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(text))
	}
	if v.Type() == reflect.TypeFor[time.Duration]() {
		return errUnreadable
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Bool:
		if text != "true" && text != "false" {
			return errors.New("it is not true or false")
		}
		v.SetBool(text == "true")
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n, err := strconv.ParseInt(text, 10, v.Type().Bits())
		if err != nil {
			return err
		}
		v.SetInt(n)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		n, err := strconv.ParseUint(text, 10, v.Type().Bits())
		if err != nil {
			return err
		}
		v.SetUint(n)
	case reflect.Float32, reflect.Float64:
		n, err := strconv.ParseFloat(text, v.Type().Bits())
		if err != nil || n-n != 0 || strings.ContainsAny(text, "xX_") {
			return errors.New("it is not a number")
		}
		v.SetFloat(n)
	default:
		return errUnreadable
	}
	return nil
}
