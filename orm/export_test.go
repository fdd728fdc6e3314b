package orm

import (
	"github.com/volaweb/vola/internal/jsonform"
	"github.com/volaweb/vola/schema"
)

// The parsers of tags and of values, for fuzzing.

// ParseTag reads a db tag and returns how many digits a decimal has.
func ParseTag(s string) (precision, scale int, err error) {
	t, err := parseTag(s)
	return t.precision, t.scale, err
}

// DecimalText returns the form in which a number is stored.
func DecimalText(s string, precision, scale int) (string, error) {
	return decimalText(s, schema.Type{Kind: schema.Decimal, Precision: precision, Scale: scale})
}

// CanonicalJSON returns the form in which a document is stored.
func CanonicalJSON(s string) (string, error) {
	if err := jsonform.Check([]byte(s), true); err != nil {
		return "", err
	}
	return canonicalJSON([]byte(s))
}

// TagOptions lists the options of tags: how each is written, and what it means.
func TagOptions() [][2]string {
	var out [][2]string
	for _, o := range tagOptions() {
		out = append(out, [2]string{o.title(), o.help})
	}
	return out
}
