package templates_test

import (
	"errors"
	"fmt"
	"html/template"
	"iter"
	"math"
	"strings"
	"time"
)

type (
	named        string
	namedText    int
	onPointer    struct{ X string }
	failingText  struct{}
	marshals     struct{ text string }
	failsMarshal struct{ text string }
	kinds        struct {
		S        string
		H        template.HTML
		U        template.URL
		J        template.JS
		C        template.CSS
		A        template.HTMLAttr
		JS       template.JSStr
		Set      template.Srcset
		I        int
		I8       int8
		W        uint16
		F        float64
		F32      float32
		B        bool
		P        *string
		PP       **string
		N        *int
		Named    named
		Text     namedText
		OnPtr    onPointer
		Err      error
		Stringer fmt.Stringer
		M        map[string]string
		MI       map[int]any
		MF       map[float64]string
		L        []string
		LA       []any
		Bytes    []byte
		Any      any
		Sub      *kinds
		Subs     []kinds
		Subs2    []kinds // never empty
		Sub2     *kinds  // never nil
		Time     time.Time
		Fn       func(string) string
		Bad      failingText
		Marshal  marshals
		NoJSON   failsMarshal
		Cplx     complex128
		Arr      [2]int
	}
)

func (t namedText) String() string              { return fmt.Sprintf("<text %d>", int(t)) }
func (p *onPointer) String() string             { return "'ptr' " + p.X }
func (failingText) String() string              { panic("no & text") }
func (m marshals) MarshalJSON() ([]byte, error) { return []byte(m.text), nil }
func (m failsMarshal) MarshalJSON() ([]byte, error) {
	return nil, errors.New(m.text)
}
func (k kinds) Method() string                    { return "<m>" + k.S }
func (k *kinds) OnPointer() string                { return "<p>" + k.S }
func (k kinds) Fails(s string) (string, error)    { return s, fmt.Errorf("fails with %q", s) }
func (k kinds) Panics() string                    { panic(errors.New("panics " + k.S)) }
func (k kinds) Join(s string, rest ...any) string { return s + fmt.Sprint(rest...) }
func (k kinds) Iter() iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		for i, s := range k.L {
			if !yield(i, s) {
				return
			}
		}
	}
}
func (k kinds) Chan() chan string {
	c := make(chan string, len(k.L))
	for _, s := range k.L {
		c <- s
	}
	close(c)
	return c
}

// text returns a string that would do harm where it is not escaped.
func (g *generator) text() string {
	var s strings.Builder
	for range g.IntN(4) {
		s.WriteString(g.pick("a", "b c", "<script>", "</script>", "</title>", "</style>", "-->", "<!--", `"`, "'", "`", "=", "&", "&amp;", "+", "\x00",
			"\n", "\t", "javascript:", "http://x/", "https:", "mailto:a", "/p?q=1&r=2#f", "%41", "%zz", "%", "é", "日本", "\u2028", "\xff", "\ufffe", "\ufdd0", "${x}", "\\",
			"expression(", "url(", ";", "{", "}", "(", ")", "*/", "//", "1.5", ",", " 2x, b 1x", "on", "style", "A", "<b title=\"x>y\">z</b>", ":", "-", "--", "]]>"))
	}
	return s.String()
}

func (g *generator) data(depth int) kinds {
	k := kinds{
		S: g.text(), H: template.HTML(g.text()), U: template.URL(g.text()), J: template.JS(g.text()), C: template.CSS(g.text()), A: template.HTMLAttr(g.text()),
		JS: template.JSStr(g.text()), Set: template.Srcset(g.text()), I: g.IntN(5) - 2, I8: int8(g.IntN(256)), W: uint16(g.IntN(3)), B: g.chance(50),
		F: []float64{0, 1.5, 1e21, -1e-7, math.Inf(1), math.NaN(), 123456789}[g.IntN(7)], F32: float32(g.IntN(3)) / 3, Named: named(g.text()), Text: namedText(g.IntN(3)),
		OnPtr: onPointer{g.text()}, Bytes: []byte(g.text()), Time: time.Unix(int64(g.IntN(1e9)), 0).UTC(), Cplx: complex(1, -2), Arr: [2]int{1, g.IntN(9)},
		Marshal: marshals{g.pick(`{"a":"<b>"}`, `"\u2028 "`, `[1]`, ``, `oops</script>`)}, NoJSON: failsMarshal{g.text()},
	}
	if g.chance(70) {
		k.P, k.Fn = new(g.text()), func(s string) string { return "fn " + s }
		k.PP = &k.P
	}
	if g.chance(50) {
		k.Err, k.Stringer, k.N = errors.New(g.text()), namedText(7), new(g.IntN(9))
	}
	if g.chance(60) {
		k.M = map[string]string{"a": g.text(), "S": g.text(), "<k>": "v"}
		k.MI = map[int]any{2: g.text(), -1: 1.5, 0: nil}
		k.MF = map[float64]string{1.5: "x", math.Inf(-1): g.text(), 0: ""}
	}
	for range g.IntN(3) {
		k.L, k.LA = append(k.L, g.text()), append(k.LA, g.any(depth))
	}
	k.Any = g.any(depth)
	k.Subs2, k.Sub2 = []kinds{{S: g.text()}}, &kinds{S: g.text(), Any: g.text()}
	if depth > 0 {
		k.Sub = new(g.data(depth - 1))
		for range g.IntN(3) {
			k.Subs = append(k.Subs, g.data(depth-1))
		}
	}
	return k
}

func (g *generator) any(depth int) any {
	switch g.IntN(16) {
	case 0:
		return nil
	case 1:
		return g.IntN(9)
	case 2:
		return template.HTML(g.text())
	case 3:
		return []string{g.text()}
	case 4:
		return map[string]any{"S": g.text(), "I": 1, "L": []any{g.text(), nil}}
	case 5:
		return &onPointer{g.text()}
	case 6:
		return onPointer{g.text()}
	case 7:
		return (*kinds)(nil)
	case 8:
		return failingText{}
	case 9:
		return true
	case 10:
		return errors.New(g.text())
	case 11:
		return template.URL(g.text())
	case 12:
		if depth > 0 {
			return g.data(depth - 1)
		}
	case 13:
		if depth > 0 {
			return new(g.data(depth - 1))
		}
	case 14:
		return uint8(200)
	}
	return g.text()
}
