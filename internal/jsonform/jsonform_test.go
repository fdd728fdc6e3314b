package jsonform_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/volaweb/vola/internal/jsonform"
)

func TestCanonical(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`{"b": 1.0, "a": [ 1e2, true ]}`: `{"a":[100,true],"b":1}`,
		`{"a":1,"a":2}`:                  `{"a":2}`,
		` -0 `:                           `0`,
		`10e-1`:                          `1`,
		`0e99999999999`:                  `0`,
		`1e22`:                           `1e22`,
		`1e21`:                           `1000000000000000000000`,
		`-1.50e-7`:                       `-1.5e-7`,
		`0.00001`:                        `0.00001`,
		`1e400`:                          `1e400`,
		`1` + strings.Repeat("0", 400):   `1e400`,
		`"<&>\u00e9\/"`:                  `"<&>é/"`,
		`"\ud83d\ude00"`:                 `"😀"`,
	} {
		if got, err := jsonform.Canonical([]byte(in)); err != nil || got != want {
			t.Errorf("%.60s became %.60s, %v", in, got, err)
		}
	}
	for in, want := range map[string]error{
		`"\u0000"`: jsonform.ErrNUL, `"\ud800"`: jsonform.ErrUTF8, `"\ud800\u0041"`: jsonform.ErrUTF8, "\"\xff\"": jsonform.ErrUTF8,
		`1 2`: nil, ``: nil, `{`: nil, `"\u12"`: nil, `1e9999999`: nil, `01`: nil,
	} {
		got, err := jsonform.Canonical([]byte(in))
		if err == nil || want != nil && !errors.Is(err, want) {
			t.Errorf("%.60s became %.60s, %v", in, got, err)
		}
	}
}

// FuzzCanonical: the form of a document means the same as the document, and is
// its own form.
func FuzzCanonical(f *testing.F) {
	for _, seed := range []string{`{"b":1.0,"a":[1e2,-0.0]}`, `"\ud83d\ude00\u2028"`, `1e-400`, `[[],{},null,"\\\""]`, `0.000001`, `123e-30`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		form, err := jsonform.Canonical([]byte(text))
		if err != nil {
			return
		}
		if again, err := jsonform.Canonical([]byte(form)); err != nil || again != form {
			t.Errorf("%q became %q, %v", form, again, err)
		}
		var a, b any
		errA, errB := json.Unmarshal([]byte(text), &a), json.Unmarshal([]byte(form), &b)
		if (errA == nil) != (errB == nil) || errA == nil && !reflect.DeepEqual(a, b) {
			t.Errorf("%q means %v, %v, and %q means %v, %v", text, a, errA, form, b, errB)
		}
	})
}
