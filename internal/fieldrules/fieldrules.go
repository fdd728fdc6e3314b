// Package fieldrules reads the tag "form" of a field as rules for a value, for what
// does not come from a form: JSON that programs send, and the description of it.
// The words of the tag, and the texts about what is wrong, are those of package forms.
package fieldrules

import (
	"encoding"
	"fmt"
	"math/big"
	"net/mail"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Rules are what a tag says of a value. The zero value allows everything.
type Rules struct {
	Set      bool   // the field has the tag
	Optional bool   // it may be missing and empty
	Ticked   bool   // a bool must be true
	Size     int    // the most characters of a text, 0 for no limit
	Min, Max string // of a number or a day; "" for none
	Format   string // "email", "url" or ""
	// Digits are those of a decimal number in a text, in all, and Scale those after the point; 0 for
	// other texts.
	Digits, Scale int

	choices, each []any // what the value, or each of a list, must be one of; nil for anything
}

// Of returns the rules of a field.
func Of(f reflect.StructField) Rules {
	tag, has := f.Tag.Lookup("form")
	base := f.Type
	for base.Kind() == reflect.Pointer {
		base = base.Elem()
	}
	r := Rules{Set: has, Optional: f.Type.Kind() == reflect.Pointer, choices: Choices(base)}
	if base.Kind() == reflect.Slice {
		r.each = Choices(base.Elem())
	}
	if !has {
		return r
	}
	r.Optional = r.Optional || base.Kind() == reflect.Bool // as a box that is not ticked sends nothing
	isText := base.Kind() == reflect.String
	if isText {
		r.Size = LineSize
	}
	for word := range strings.SplitSeq(f.Tag.Get("db"), ",") { // the digits of a model's field
		if value, ok := strings.CutPrefix(word, "decimal="); ok && isText {
			r.Digits, r.Scale, _ = Decimal(value)
		}
	}
	sized := false
	_ = EachWord(tag, func(key, value string, _ bool) error { // package forms says what is wrong with a tag
		switch key {
		case "optional":
			r.Optional = true
		case "required":
			r.Ticked = base.Kind() == reflect.Bool
			r.Optional = false
		case "size":
			if n, err := strconv.Atoi(value); err == nil {
				r.Size, sized = n, true
			}
		case "textarea":
			if isText && !sized {
				r.Size = AreaSize
			}
		case "min":
			r.Min = value
		case "max":
			r.Max = value
		case "email", "url":
			r.Format = key
		case "decimal":
			r.Digits, r.Scale, _ = Decimal(value)
		}
		return nil
	})
	return r
}

// Missing is the text about a value that must be there.
func Missing() string { return "Fill in this field." }

// Check returns what is wrong with a value, as a text of the catalogue with its values;
// "" if nothing is.
func (r Rules) Check(v reflect.Value) (message string, values []any) {
	for v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return "", nil
		}
		v = v.Elem()
	}
	if r.each != nil {
		for i := range v.Len() {
			if !contains(r.each, v.Index(i)) {
				return "Choose one of the options.", nil
			}
		}
	}
	if r.choices != nil && !contains(r.choices, v) && (!r.Optional || !v.IsZero()) {
		return "Choose one of the options.", nil
	}
	if !r.Set {
		return "", nil
	}
	switch v.Kind() {
	case reflect.Bool:
		if r.Ticked && !v.Bool() {
			return "Tick this box to go on.", nil
		}
	case reflect.String:
		if message, values := r.checkText(v.String()); message != "" || r.Digits == 0 || v.String() == "" {
			return message, values
		}
	case reflect.Slice:
		if !r.Optional && v.Len() == 0 {
			return Missing(), nil
		}
		return r.checkLength(v.Len())
	}
	return r.checkBounds(v)
}

// checkLength compares how many there are of a list.
func (r Rules) checkLength(n int) (string, []any) {
	if least, err := strconv.Atoi(r.Min); err == nil && n < least {
		return "Fill in at least {least}.", []any{"least", least}
	}
	if most, err := strconv.Atoi(r.Max); err == nil && n > most {
		return "There can be at most {most}.", []any{"most", most}
	}
	return "", nil
}

func (r Rules) checkText(text string) (string, []any) {
	if text == "" {
		if r.Optional {
			return "", nil
		}
		return Missing(), nil
	}
	if have := utf8.RuneCountInString(text); r.Size > 0 && have > r.Size {
		return "Use at most {most} characters; these are {have}.", []any{"most", r.Size, "have", have}
	}
	if r.Digits > 0 {
		return r.checkDecimal(text)
	}
	unseen := strings.ContainsFunc(text, func(c rune) bool { return !unicode.IsPrint(c) })
	switch r.Format {
	case "email":
		if a, err := mail.ParseAddress(text); unseen || err != nil || a.Address != text || a.Name != "" {
			return "Write an email address, such as name@example.org.", nil
		}
	case "url":
		if u, err := url.Parse(text); unseen || err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http" {
			return "Write an address that begins with https:// or http://.", nil
		}
	}
	return "", nil
}

// checkDecimal takes the digits of a number, as forms do: no exponent, which could stand for more
// digits than there is memory for.
func (r Rules) checkDecimal(text string) (string, []any) {
	before, after, point := strings.Cut(strings.TrimPrefix(text, "-"), ".")
	digits := func(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
	switch {
	case !digits(before) || point && !digits(after):
		return "Write a number, such as {example}.", []any{"example", "12.5"}
	case len(strings.TrimLeft(before, "0")) > r.Digits-r.Scale:
		return "This number is too large.", nil
	case len(strings.TrimRight(after, "0")) > r.Scale:
		return "Use at most {most} digits after the point.", []any{"most", r.Scale}
	}
	return "", nil
}

// checkBounds compares a number, or a day that is written as 2006-01-02.
func (r Rules) checkBounds(v reflect.Value) (string, []any) {
	if r.Min == "" && r.Max == "" {
		return "", nil
	}
	text := fmt.Sprint(v.Interface())
	if m, ok := v.Interface().(encoding.TextMarshaler); ok {
		if b, err := m.MarshalText(); err == nil {
			text = string(b)
		}
	}
	switch {
	case r.Min != "" && below(text, r.Min):
		return "The least that is possible is {least}.", []any{"least", r.Min}
	case r.Max != "" && below(r.Max, text):
		return "The most that is possible is {most}.", []any{"most", r.Max}
	}
	return "", nil
}

// below compares numbers as numbers, and everything else, such as days, as text.
func below(a, b string) bool {
	x, okX := new(big.Rat).SetString(a)
	y, okY := new(big.Rat).SetString(b)
	if okX && okY {
		return x.Cmp(y) < 0
	}
	return a < b
}

// Choices returns the values of a type with a method Choices, as package orm has it;
// nil for other types. The method is that of a package that this one does not know.
func Choices(t reflect.Type) []any {
	method := reflect.New(t).MethodByName("Choices")
	if !method.IsValid() || method.Type().NumIn() != 0 || method.Type().NumOut() != 1 || method.Type().Out(0).Kind() != reflect.Slice {
		return nil
	}
	item := method.Type().Out(0).Elem()
	if item.Kind() != reflect.Struct {
		return nil
	}
	if f, ok := item.FieldByName("Value"); !ok || f.Type.Kind() != reflect.Interface {
		return nil
	}
	list := method.Call(nil)[0]
	out := make([]any, 0, list.Len())
	for i := range list.Len() {
		out = append(out, list.Index(i).FieldByName("Value").Interface())
	}
	return out
}

func contains(choices []any, v reflect.Value) bool {
	if !v.Comparable() {
		return true
	}
	for _, c := range choices {
		if c == v.Interface() {
			return true
		}
	}
	return false
}
