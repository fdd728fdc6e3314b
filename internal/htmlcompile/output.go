package htmlcompile

import (
	"fmt"
	"reflect"
	"strconv"
)

// output writes a value through its escapers.
type output struct {
	at       *place
	standard *standard
	escapers []escaper
	verbatim [256]bool // characters that no escaper changes
	ours     bool      // all escapers are known here
	script   bool      // the first escaper takes values, not text
}

// prepare finds out which texts can be written as they are.
func (o *output) prepare() {
	o.ours = true
	for i, e := range o.escapers {
		o.ours = o.ours && e.escape != nil
		o.script = o.script || i == 0 && e.name == EscaperPrefix+"jsvalescaper"
	}
	for c := range o.verbatim {
		o.verbatim[c] = o.ours
		for _, e := range o.escapers {
			o.verbatim[c] = o.verbatim[c] && e.verbatim(byte(c))
		}
	}
}

func (o *output) write(x *Execution, v reflect.Value) error {
	for v.Kind() == reflect.Pointer && !v.IsNil() && !o.script && !hasText(v.Type()) {
		v = v.Elem()
	}
	scratch := x.scratch[0][:0]
	switch kind := v.Kind(); {
	case o.script:
	case kind == reflect.String && v.Type() == reflect.TypeFor[string]():
		return o.writeString(x, v.String())
	case kind >= reflect.Int && kind <= reflect.Int64 && v.NumMethod() == 0:
		x.scratch[0] = strconv.AppendInt(scratch, v.Int(), 10)
		return o.writeText(x, x.scratch[0], plain)
	case kind >= reflect.Uint && kind <= reflect.Uintptr && v.NumMethod() == 0:
		x.scratch[0] = strconv.AppendUint(scratch, v.Uint(), 10)
		return o.writeText(x, x.scratch[0], plain)
	}
	var value any
	if v.IsValid() {
		value = v.Interface()
	}
	return o.writeValue(x, value)
}

// writeString is for the most frequent values.
func (o *output) writeString(x *Execution, s string) error {
	for i := range len(s) {
		if !o.verbatim[s[i]] {
			x.scratch[0] = append(x.scratch[0][:0], s...)
			return o.writeText(x, x.scratch[0], plain)
		}
	}
	if s == "" && len(o.escapers) > 0 {
		return o.writeText(x, nil, plain)
	}
	x.Out = append(x.Out, s...)
	return nil
}

// writeText escapes a text, which may be in the first scratch buffer.
func (o *output) writeText(x *Execution, text []byte, kind content) error {
	if !o.ours || len(o.escapers) > 0 && o.escapers[0].delegated(kind) {
		return o.writeSlowly(x, typed(string(text), kind))
	}
	return o.writeEscaped(x, o.escapers, text, kind)
}

// writeEscaped runs escapers of ours, the last one into the page.
func (o *output) writeEscaped(x *Execution, escapers []escaper, text []byte, kind content) error {
	for i, e := range escapers {
		if i == len(escapers)-1 {
			x.Out = e.escape(x.Out, text, kind)
			return nil
		}
		next := &x.scratch[(i+1)%2]
		*next = e.escape((*next)[:0], text, kind)
		text, kind = *next, plain
	}
	x.Out = append(x.Out, text...)
	return nil
}

// writeValue writes a value that may be anything.
func (o *output) writeValue(x *Execution, value any) error {
	if len(o.escapers) == 0 {
		x.Out = fmt.Append(x.Out, value)
		return nil
	}
	if o.script {
		if text, ok := appendJSValue(x.scratch[0][:0], value); ok {
			x.scratch[0] = text
			return o.writeRest(x, 1, text)
		}
		return o.writeSlowly(x, value)
	}
	if !o.ours {
		return o.writeSlowly(x, value)
	}
	text, kind := stringify(value)
	if o.escapers[0].delegated(kind) {
		return o.writeSlowly(x, value)
	}
	x.scratch[0] = append(x.scratch[0][:0], text...)
	return o.writeText(x, x.scratch[0], kind)
}

// writeRest runs the escapers from one on, when those are ours.
func (o *output) writeRest(x *Execution, from int, text []byte) error {
	for _, e := range o.escapers[from:] {
		if e.escape == nil {
			return o.delegate(x, from, reflect.ValueOf(string(text)))
		}
	}
	return o.writeEscaped(x, o.escapers[from:], text, plain)
}

// writeSlowly has html/template run the escapers it alone knows.
func (o *output) writeSlowly(x *Execution, value any) error {
	return o.delegate(x, 0, reflect.ValueOf(value))
}

func (o *output) delegate(x *Execution, from int, value reflect.Value) error {
	for _, e := range o.escapers[from:] {
		var kind content
		var text string
		if e.escape != nil {
			var v any
			if value.IsValid() {
				v = value.Interface()
			}
			text, kind = stringify(v)
		}
		if e.escape != nil && !e.delegated(kind) {
			value = reflect.ValueOf(string(e.escape(nil, []byte(text), kind)))
			continue
		}
		result, err := o.standard.call(e.name, value)
		if err != nil {
			return x.failCall(o.at, e.name, err)
		}
		value = result
	}
	x.Out = append(x.Out, value.String()...)
	return nil
}
