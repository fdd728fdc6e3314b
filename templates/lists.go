package templates

import (
	"fmt"
	"reflect"
	"strings"
	"text/template"

	"github.com/volaweb/vola/internal/htmlcompile"
)

// list makes a list of values.
func list(values ...any) []any { return values }

// dict makes a map of pairs of a name and a value.
func dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, fmt.Errorf("dict: the name %v has no value", pairs[len(pairs)-1])
	}
	m := make(map[string]any, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("dict: the name %v is a %T, not a string", pairs[i], pairs[i])
		}
		m[name] = pairs[i+1]
	}
	return m, nil
}

// join writes the elements of a list with something between them.
func join(separator string, values any) (string, error) {
	v := reflect.Indirect(reflect.ValueOf(values))
	if !v.IsValid() {
		return "", nil
	}
	if v.Kind() != reflect.Slice && v.Kind() != reflect.Array {
		return "", fmt.Errorf("join: %T is not a list", values)
	}
	texts := make([]string, v.Len())
	for i := range texts {
		texts[i] = htmlcompile.Stringify(v.Index(i).Interface())
	}
	return strings.Join(texts, separator), nil
}

// cycle returns the value whose turn it is, by an index from 0.
func cycle(index any, values ...any) (any, error) {
	i, err := wholeNumber(index)
	if err != nil || i < 0 || len(values) == 0 {
		return nil, fmt.Errorf("cycle: there is no value number %v of %d", index, len(values))
	}
	return values[i%int64(len(values))], nil
}

// defaultTo returns value, or fallback when value is empty in the sense of
// {{if}}: false, zero, nil, or of length zero.
func defaultTo(fallback, value any) any {
	if truth, _ := template.IsTrue(value); truth {
		return value
	}
	return fallback
}

// yesNo returns one text for what is true in the sense of {{if}}, another for
// what is not.
func yesNo(yes, no string, value any) string {
	if truth, _ := template.IsTrue(value); truth {
		return yes
	}
	return no
}
