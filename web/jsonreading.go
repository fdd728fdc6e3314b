package web

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/internal/fieldrules"
	"github.com/volaweb/vola/internal/nearest"
)

var (
	jsonUnmarshaler = reflect.TypeFor[json.Unmarshaler]()
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// jsonReading reads a text, which is one valid JSON value, into a Go value. It goes
// once through the text: i is where it is.
type jsonReading struct {
	reader   *JSONReader
	text     []byte
	i        int
	merge    bool // what is not named stays
	problems []InputProblem
	form     bool // a problem is not one of a value alone
}

// wrong notes a problem. The message may have {path}.
func (d *jsonReading) wrong(path, message string, values ...any) {
	d.form = true
	shown := path
	if shown == "" {
		shown = "/"
	}
	if len(shown) > 100 {
		shown = strings.ToValidUTF8(shown[:100], "") + "..."
	}
	d.add(InputProblem{Pointer: path, Message: message, Values: append(values, "path", shown)})
}

func (d *jsonReading) add(p InputProblem) {
	if len(d.problems) < maxProblems {
		d.problems = append(d.problems, p)
	}
}

// next returns the first byte of what follows.
func (d *jsonReading) next() byte {
	for d.i < len(d.text) && strings.IndexByte(" \t\r\n", d.text[d.i]) >= 0 {
		d.i++
	}
	if d.i == len(d.text) {
		return 0
	}
	return d.text[d.i]
}

// skip returns the text of the value that follows.
func (d *jsonReading) skip() []byte {
	d.next()
	start, depth, quoted := d.i, 0, false
	for ; d.i < len(d.text); d.i++ {
		switch c := d.text[d.i]; {
		case quoted && c == '\\':
			d.i++
			continue
		case c == '"':
			quoted = !quoted
		case quoted:
			continue
		case c == '{' || c == '[':
			depth++
			continue
		case c == '}' || c == ']':
			if depth--; depth < 0 {
				return d.text[start:d.i] // it ends what is around a number or word
			}
		case strings.IndexByte(" \t\r\n,:", c) >= 0 && depth == 0:
			return d.text[start:d.i]
		default:
			continue
		}
		if depth == 0 && !quoted {
			d.i++
			return d.text[start:d.i]
		}
	}
	return d.text[start:d.i]
}

// right reports whether nothing was wrong with what read has read.
func (d *jsonReading) right(read func()) bool {
	before := len(d.problems)
	read()
	return len(d.problems) == before && before < maxProblems
}

// fresh reads what follows into v, which is new: nothing in it can stay.
func (d *jsonReading) fresh(v reflect.Value, path string) {
	merge := d.merge
	d.merge = false
	d.read(v, path)
	d.merge = merge
}

func (d *jsonReading) read(v reflect.Value, path string) {
	t, first := v.Type(), d.next()
	if reads := reflect.PointerTo(t); t.Kind() != reflect.Pointer && (reads.Implements(jsonUnmarshaler) || reads.Implements(textUnmarshaler)) {
		d.itself(v, path)
		return
	}
	if first == 'n' {
		d.skip()
		switch t.Kind() {
		case reflect.Pointer, reflect.Map, reflect.Slice, reflect.Interface:
			v.SetZero()
		default:
			d.wrong(path, i18n.Mark("The value of {path} must not be null."))
		}
		return
	}
	switch t.Kind() {
	case reflect.Pointer:
		to := reflect.New(t.Elem())
		if d.merge && !v.IsNil() {
			to.Elem().Set(v.Elem())
			d.read(to.Elem(), path)
		} else {
			d.fresh(to.Elem(), path)
		}
		v.Set(to)
	case reflect.Struct:
		d.object(v, path)
	case reflect.Map:
		d.mapping(v, path)
	case reflect.Slice, reflect.Array:
		d.list(v, path)
	case reflect.Interface:
		d.anything(v, path)
	default:
		d.scalar(v, path)
	}
}

// itself leaves a value to its type.
func (d *jsonReading) itself(v reflect.Value, path string) {
	raw := d.skip()
	isText := !reflect.PointerTo(v.Type()).Implements(jsonUnmarshaler)
	if string(raw) == "null" && (isText || v.Type() == reflect.TypeFor[time.Time]()) {
		d.wrong(path, i18n.Mark("The value of {path} must not be null."))
		return
	}
	if isText && raw[0] != '"' {
		d.wrong(path, i18n.Mark("The value of {path} must be text."))
		return
	}
	err := json.Unmarshal(raw, v.Addr().Interface())
	switch message := fault.Message(err); {
	case err == nil:
	case v.Type() == reflect.TypeFor[time.Time]():
		d.wrong(path, i18n.Mark("The value of {path} must be a time, written as 2026-01-31T18:00:00Z."))
	case message != "":
		d.wrong(path, "{path}: {message}", "message", message)
	default:
		d.wrong(path, i18n.Mark("The value of {path} cannot be read as {kind}."), "kind", v.Type().Name())
	}
}

// object reads a struct.
func (d *jsonReading) object(v reflect.Value, path string) {
	if d.next() != '{' {
		d.skip()
		d.wrong(path, i18n.Mark("The value of {path} must be an object."))
		return
	}
	fields := d.reader.fieldsOf(v.Type())
	seen := make([]bool, len(fields))
	d.members(path, func(name, below string) {
		i := slices.IndexFunc(fields, func(f jsonField) bool { return f.Name == name })
		if i < 0 {
			d.skip()
			d.unknown(name, below, fields)
			return
		}
		seen[i] = true
		f := fields[i]
		read := d.read
		if f.Quoted {
			read = d.quoted
		}
		if d.right(func() { read(f.Value(v), below) }) {
			if message, values := f.rules.Check(f.Value(v)); message != "" {
				d.add(InputProblem{Pointer: below, Message: message, Values: values})
			}
		}
	})
	for i, f := range fields {
		if !seen[i] && !d.merge && f.rules.Set && !f.rules.Optional {
			d.add(InputProblem{Pointer: under(path, f.Name), Message: fieldrules.Missing()})
		}
	}
}

func (d *jsonReading) unknown(name, path string, fields []jsonField) {
	if len(d.problems) == maxProblems {
		return
	}
	known := make([]string, len(fields))
	for i, f := range fields {
		known[i] = f.Name
	}
	if near := nearest.Name(name[:min(len(name), maxPointer)], known); near != "" {
		d.wrong(path, i18n.Mark("The field {path} is not known; did you mean {near}?"), "near", near)
		return
	}
	d.wrong(path, i18n.Mark("The field {path} is not known."))
}

// members calls each for the value of every member of the object that follows.
func (d *jsonReading) members(path string, each func(name, path string)) {
	names := map[string]bool{}
	d.i++
	for d.next() != '}' {
		if d.next() == ',' {
			d.i++
		}
		var name string
		_ = json.Unmarshal(d.skip(), &name) // a text, as the whole is valid
		d.next()
		d.i++ // the colon
		below := under(path, name)
		if names[name] {
			d.skip()
			d.wrong(below, i18n.Mark("The field {path} is there twice."))
			continue
		}
		names[name] = true
		each(name, below)
	}
	d.i++
}

// under returns the pointer to a member or an element of what path points to. A client chooses
// names, and many values can be below a long one: so it is cut, and what is below that has the same pointer.
func under(path, name string) string {
	if len(path) > maxPointer {
		return path
	}
	name = strings.ReplaceAll(strings.ReplaceAll(name[:min(len(name), maxPointer)], "~", "~0"), "/", "~1")
	if path += "/" + name; len(path) > maxPointer {
		path = strings.ToValidUTF8(path[:maxPointer], "") + "..."
	}
	return path
}

// mapping reads a map; one with keys that are not text is left to the decoder.
func (d *jsonReading) mapping(v reflect.Value, path string) {
	t := v.Type()
	switch {
	case d.next() != '{':
		d.skip()
		d.wrong(path, i18n.Mark("The value of {path} must be an object."))
		return
	case t.Key().Kind() != reflect.String || t.Key().Implements(textUnmarshaler) || reflect.PointerTo(t.Key()).Implements(textUnmarshaler):
		d.itself(v, path)
		return
	}
	out := reflect.MakeMap(t)
	if d.merge && !v.IsNil() {
		for key, value := range v.Seq2() {
			out.SetMapIndex(key, value)
		}
	}
	d.members(path, func(name, below string) {
		if strings.ContainsRune(name, 0) {
			d.wrong(below, i18n.Mark("The value of {path} has characters that cannot be stored."))
		}
		key, one := reflect.ValueOf(name).Convert(t.Key()), reflect.New(t.Elem()).Elem()
		if d.merge && d.next() == 'n' { // null takes it out
			d.skip()
			out.SetMapIndex(key, reflect.Value{})
			return
		}
		if old := out.MapIndex(key); old.IsValid() { // only where d.merge has kept it
			one.Set(old)
			d.read(one, below)
		} else {
			d.fresh(one, below)
		}
		out.SetMapIndex(key, one)
	})
	v.Set(out)
}

// list reads a slice, an array or bytes.
func (d *jsonReading) list(v reflect.Value, path string) {
	t := v.Type()
	if t.Kind() == reflect.Slice && isBytes(t) {
		if raw := d.skip(); raw[0] != '"' || json.Unmarshal(raw, v.Addr().Interface()) != nil {
			d.wrong(path, i18n.Mark("The value of {path} must be text in base64."))
		}
		return
	}
	if d.next() != '[' {
		d.skip()
		d.wrong(path, i18n.Mark("The value of {path} must be a list."))
		return
	}
	out := reflect.MakeSlice(reflect.SliceOf(t.Elem()), 0, 0)
	d.i++
	for n := 0; d.next() != ']'; n++ {
		if d.next() == ',' {
			d.i++
		}
		one := reflect.New(t.Elem()).Elem()
		d.fresh(one, under(path, strconv.Itoa(n)))
		out = reflect.Append(out, one)
	}
	d.i++
	if t.Kind() == reflect.Slice {
		v.Set(out.Convert(t))
		return
	}
	if out.Len() != t.Len() {
		d.wrong(path, i18n.Mark("The list {path} must have {number} values."), "number", t.Len())
		return
	}
	reflect.Copy(v, out)
}

// anything reads what may be of every kind, as package json does.
func (d *jsonReading) anything(v reflect.Value, path string) {
	if v.NumMethod() > 0 {
		d.itself(v, path)
		return
	}
	var to reflect.Value
	switch d.next() {
	case '{':
		to = reflect.New(reflect.TypeFor[map[string]any]()).Elem()
		if old := v.Elem(); d.merge && old.IsValid() && old.Type() == to.Type() {
			to.Set(old)
			d.read(to, path)
			v.Set(to)
			return
		}
	case '[':
		to = reflect.New(reflect.TypeFor[[]any]()).Elem()
	case '"':
		to = reflect.New(reflect.TypeFor[string]()).Elem()
	case 't', 'f':
		to = reflect.New(reflect.TypeFor[bool]()).Elem()
	default:
		to = reflect.New(reflect.TypeFor[float64]()).Elem()
	}
	d.fresh(to, path)
	v.Set(to)
}

// quoted reads a number or bool that is written as text, as the option string of the tag json asks.
func (d *jsonReading) quoted(v reflect.Value, path string) {
	if d.next() == 'n' {
		d.read(v, path)
		return
	}
	raw := d.skip()
	var inner string
	if json.Unmarshal(raw, &inner) != nil || !json.Valid([]byte(inner)) {
		d.wrong(path, i18n.Mark("The value of {path} must be text."))
		return
	}
	own := jsonReading{reader: d.reader, text: []byte(inner)}
	own.read(v, path)
	d.form = d.form || own.form
	for _, p := range own.problems {
		d.add(p)
	}
}

// scalar reads text, a number or a bool.
func (d *jsonReading) scalar(v reflect.Value, path string) {
	raw := d.skip()
	first := raw[0]
	isNumber := first == '-' || first >= '0' && first <= '9'
	whole := v.Kind() >= reflect.Int && v.Kind() <= reflect.Uintptr
	switch {
	case v.Kind() == reflect.String && first != '"':
		d.wrong(path, i18n.Mark("The value of {path} must be text."))
	case v.Kind() == reflect.Bool && first != 't' && first != 'f':
		d.wrong(path, i18n.Mark("The value of {path} must be true or false."))
	case whole && (!isNumber || bytes.ContainsAny(raw, ".eE")):
		d.wrong(path, i18n.Mark("The value of {path} must be a whole number."))
	case v.Kind() != reflect.String && v.Kind() != reflect.Bool && !isNumber:
		d.wrong(path, i18n.Mark("The value of {path} must be a number."))
	default:
		err := json.Unmarshal(raw, v.Addr().Interface())
		if _, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			d.wrong(path, i18n.Mark("The value of {path} is {value} and out of range."), "value", fmt.Sprintf("%.40s", raw))
		} else if err != nil {
			d.wrong(path, i18n.Mark("The value of {path} cannot be read as {kind}."), "kind", v.Type().String())
		} else if v.Kind() == reflect.String && strings.ContainsRune(v.String(), 0) {
			d.wrong(path, i18n.Mark("The value of {path} has characters that cannot be stored."))
		}
	}
}
