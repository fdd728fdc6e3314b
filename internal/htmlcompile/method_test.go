package htmlcompile_test

import (
	"errors"
	"fmt"
	"html/template"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/volaweb/vola/internal/htmlcompile"
)

// methods has a method of each kind of result that is called without reflect.
type methods struct {
	text  string
	n     int
	at    time.Time
	other *methods
	list  []methods
	err   error
}

type named string

// base is embedded, so that its methods are those of wrappers.
type base struct {
	methods
	Generic[string]
}

// Generic has methods of a type with parameters.
type Generic[T any] struct{ v T }

func (g Generic[T]) Kept() *T           { return &g.v }
func (g *Generic[T]) All() ([]T, error) { return []T{g.v, g.v}, nil }
func (m methods) Text() string          { return m.text + " made" }
func (m *methods) TextOrError() (string, error) {
	return strings.Repeat(m.text, 2), m.err
}
func (m methods) Named() named               { return named(m.text) }
func (m methods) HTML() template.HTML        { return template.HTML("<b>" + m.text + "</b>") }
func (m methods) True() bool                 { return m.n > 0 }
func (m methods) TrueOrError() (bool, error) { return m.n > 0, m.err }
func (m methods) Number() int                { return m.n }
func (m methods) Long() int64                { return int64(m.n) << 40 }
func (m methods) LongOrError() (int64, error) {
	return -1, m.err
}
func (m methods) At() time.Time                       { return m.at }
func (m methods) AtOrError() (time.Time, error)       { return m.at, m.err }
func (m *methods) Other() *methods                    { return m.other }
func (m *methods) Self() (*methods, error)            { return m, m.err }
func (m methods) List() []methods                     { return m.list }
func (m methods) Empty() []methods                    { return nil }
func (m methods) Names() ([]string, error)            { return []string{m.text, fmt.Sprint(m.n)}, m.err }
func (m methods) Panics() string                      { panic("no text") }
func (m *methods) PanicsWithError() (*methods, error) { panic(m.err) }
func (m methods) Map() map[string]int                 { return map[string]int{m.text: m.n} } // by reflect
func (m methods) Two(a string) string                 { return a + m.text }                  // by reflect

// TestMethodsAreCalledAsReflectDoes calls each method both ways, on receivers of
// all sorts, while memory is collected.
func TestMethodsAreCalledAsReflectDoes(t *testing.T) {
	t.Parallel()
	sample := methods{text: "a", n: 7, at: time.Date(2026, 11, 30, 1, 2, 3, 4, time.FixedZone("x", 3600)), list: []methods{{text: "b"}, {text: "c", n: 1}}}
	sample.other = &methods{text: "other"}
	failing := sample
	failing.err, failing.n = errors.New("failed"), 0
	direct := 0
	for _, receiver := range []any{
		&sample, &failing, &methods{}, &base{methods: sample, Generic: Generic[string]{"g"}}, &base{methods: failing}, (*methods)(nil), &Generic[int]{3}, &Generic[*methods]{&sample},
	} {
		v := reflect.ValueOf(receiver)
		for i := range v.NumMethod() {
			m := v.Type().Method(i)
			call := htmlcompile.MethodOf(m)
			if call == nil {
				if name := m.Name; name != "Map" && name != "Two" {
					t.Errorf("%T.%s is called by reflect", receiver, name)
				}
				continue
			}
			direct++
			for range 3 {
				want, wantErr := htmlcompile.Safely(m.Func, []reflect.Value{v})
				got, err := call(v.UnsafePointer())
				if fmt.Sprint(err) != fmt.Sprint(wantErr) {
					t.Fatalf("%T.%s: error %v, want %v", receiver, m.Name, err, wantErr)
				}
				if err != nil {
					continue
				}
				runtime.GC()
				if got.Type() != want.Type() || got.CanAddr() != want.CanAddr() || got.CanSet() != want.CanSet() || !reflect.DeepEqual(got.Interface(), want.Interface()) {
					t.Fatalf("%T.%s: %#v, want %#v", receiver, m.Name, got, want)
				}
			}
		}
	}
	n := 0
	for name, fn := range map[string]any{
		"closure":  func(m *methods) string { n++; return m.text },
		"failing":  func(m *methods) (*methods, error) { return m.other, m.err },
		"panics":   func(m *methods) []string { panic(m.text) },
		"a method": (*methods).Self,
		"bound":    sample.Two, // takes a string
		"variadic": func(m ...*methods) string { return "" },
		"nil":      (func(*methods) string)(nil),
	} {
		call := htmlcompile.FunctionOf(fn)
		if (call == nil) != (name == "bound" || name == "variadic" || name == "nil") {
			t.Errorf("%s is called directly: %v", name, call != nil)
		}
		if call == nil {
			continue
		}
		for _, m := range []*methods{&sample, &failing} {
			want, wantErr := htmlcompile.Safely(reflect.ValueOf(fn), []reflect.Value{reflect.ValueOf(m)})
			got, err := call(unsafe.Pointer(m))
			if fmt.Sprint(err) != fmt.Sprint(wantErr) || err == nil && !reflect.DeepEqual(got.Interface(), want.Interface()) {
				t.Errorf("%s: %v, %v, want %v, %v", name, got, err, want, wantErr)
			}
		}
	}
	if n != 4 {
		t.Errorf("the closure ran %d times", n)
	}
	if direct < 60 {
		t.Errorf("%d methods were called directly", direct)
	}
}
