package i18n

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/volaweb/vola/internal/cldr"
	"github.com/volaweb/vola/internal/placeholder"
	"github.com/volaweb/vola/internal/po"
)

// Language is one of the languages of a site. The zero value is that of the texts in
// the code, of which English is the grammar. It is safe for concurrent use.
type Language struct {
	tag      string
	messages map[po.Key]translation
	locale   func() *cldr.Locale // nil for English
	origin   func() origin       // nil for the zero value
	named    string              // the tag whose name it has, "" for its own
}

// translation is what a catalogue has for a text, and which form of it is for which
// number.
type translation struct {
	forms   []string
	plurals *po.Plurals // of the catalogue, nil if it has none
}

// Tag returns the language's tag (BCP 47), such as "de" or "pt-BR"; "en" for the zero
// value.
func (l *Language) Tag() string { return cmp.Or(l.tag, "en") }

// T returns the translation of a text. Values are given as names and values in turn:
//
//	lang.T("Hello, {name}!", "name", user.Name)
//
// A value with letters of the other direction than the language, such as a Hebrew name in
// English, stands between marks that keep the order of the rest. Without a translation it
// is the text itself, and a value that is not given stays
// "{name}": there is always something to read.
func (l *Language) T(text string, values ...any) string {
	return placeholder.Fill(l.text(po.Key{ID: text}, text), "", values, l.isolate)
}

// TC is T for a text that means different things in different contexts, such as
// "verb", which translators see.
func (l *Language) TC(context, text string, values ...any) string {
	return placeholder.Fill(l.text(po.Key{Context: context, HasContext: true, ID: text}, text), "", values, l.isolate)
}

// TN returns the translation for a number, in the form that the language has for it.
// one and many are the texts for one and for other numbers, and {n} in them is the
// number, written as [Language.Number] does. The number is a whole number of any type, or
// what has a length: a slice, map or array; others are an error in the text.
func (l *Language) TN(n any, one, many string, values ...any) string {
	size, count, ok := l.number(n)
	if !ok {
		return fmt.Sprintf("%s (a %T is not a number)", many, n)
	}
	text := many
	if t := l.messages[po.Key{ID: one}]; t.plurals != nil && len(t.forms) == t.plurals.Forms {
		text = t.forms[t.plurals.Form(size)]
	} else if size == 1 {
		text = one
	}
	return placeholder.Fill(text, count, values, l.isolate)
}

func (l *Language) text(key po.Key, text string) string {
	if t := l.messages[key]; len(t.forms) > 0 {
		return t.forms[0]
	}
	return text
}

// number returns the size of a number, and how the language writes it.
func (l *Language) number(n any) (size uint64, text string, ok bool) {
	var x cldr.Number
	switch v := reflect.ValueOf(n); {
	case v.CanInt():
		size, x = uint64(v.Int()), cldr.Int(v.Int())
		if v.Int() < 0 {
			size = -size
		}
	case v.CanUint():
		x, _ = cldr.ParseNumber(strconv.FormatUint(v.Uint(), 10)) // it has digits alone
		size = v.Uint()
	case v.Kind() == reflect.Slice, v.Kind() == reflect.Map, v.Kind() == reflect.Array:
		size, x = uint64(v.Len()), cldr.Int(int64(v.Len()))
	default:
		return 0, "", false
	}
	if l.locale == nil && size < 1000 && !strings.HasPrefix(x.String(), "-") { // English, without its data
		return size, strconv.FormatUint(size, 10), true
	}
	return size, string(l.cldr().AppendNumber(nil, x, 0, 0)), true
}

// Mark returns the text. It marks a text that is translated later, by a variable, so that
// the command messages finds it.
func Mark(text string) string { return text }

type languageKey struct{}

// With returns a context with a language, which [From] finds.
func With(ctx context.Context, l *Language) context.Context {
	return context.WithValue(ctx, languageKey{}, l)
}

// WithFunc is With for a language that is chosen when From asks for it: for middleware.
// choose may be called several times, from several goroutines, and never returns nil.
func WithFunc(ctx context.Context, choose func() *Language) context.Context {
	return context.WithValue(ctx, languageKey{}, choose)
}

// From returns the language of a context, which a site chooses for each request. It is
// never nil: without one it is the zero Language.
func From(ctx context.Context) *Language {
	switch l := ctx.Value(languageKey{}).(type) {
	case func() *Language:
		return l()
	case *place:
		return l.language
	case *Language:
		if l != nil {
			return l
		}
	}
	return new(Language)
}
