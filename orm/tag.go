package orm

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/volaweb/vola/internal/nearest"
	"github.com/volaweb/vola/schema"
)

// tag is what the db tag of a field says.
type tag struct {
	skip       bool
	column     string
	size       int
	unique     bool
	index      bool
	primaryKey bool
	autoNow    bool
	autoNowAdd bool
	onDelete   schema.Action
	hasDelete  bool
	deferred   bool
	softDelete bool
	version    bool
	reverse    string
	through    string
	by         string
	was        string

	json       bool
	duration   bool
	decimal    bool
	precision  int
	scale      int
	bits       int         // of the column, where it holds fewer than the field
	valuer     schema.Kind // what the type's own Value returns
	hasDefault bool
	def        string
	generated  string
}

// tagOptions are the options that parseTag knows, for its messages.
const tagOptions = "size=N, unique, index, column=NAME, on_delete=X, deferred, auto_now, auto_now_add, soft_delete, version, primary_key, reverse=FIELD, through=MODEL, by=FIELD, was=COLUMN, " +
	"json, decimal=DIGITS.PLACES, duration, bits=N, type=KIND, default=VALUE, generated=SQL, -"

// parseTag reads a db tag. The error names the option that is wrong.
func parseTag(s string) (tag, error) {
	var t tag
	if s == "" {
		return t, nil
	}
	if s == "-" {
		t.skip = true
		return t, nil
	}
	options, err := splitTag(s)
	if err != nil {
		return t, err
	}
	for _, option := range options {
		key, value, hasValue := strings.Cut(option, "=")
		flag, err := t.set(key, value)
		switch {
		case err != nil:
			return t, err
		case flag && hasValue:
			return t, fmt.Errorf("option %q takes no value", key)
		case !flag && value == "":
			return t, fmt.Errorf("option %q needs a value", key)
		}
	}
	return t, nil
}

// splitTag takes a tag apart at the commas that stand neither in parentheses
// nor between single quotes.
func splitTag(s string) ([]string, error) {
	var out []string
	depth, quoted, from := 0, false, 0
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\'':
			quoted = !quoted
		case quoted:
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ',' && depth == 0:
			out = append(out, s[from:i])
			from = i + 1
		}
		if depth < 0 {
			break
		}
	}
	switch {
	case quoted:
		return nil, fmt.Errorf("a single quote is not closed")
	case depth != 0:
		return nil, fmt.Errorf("the parentheses do not match")
	}
	return append(out, s[from:]), nil
}

// unquote takes the single quotes off a value that has them; within them a
// doubled quote is one.
func unquote(s string) string {
	if len(s) >= 2 && s[0] == '\'' && s[len(s)-1] == '\'' {
		return strings.ReplaceAll(s[1:len(s)-1], "''", "'")
	}
	return s
}

// set applies one option and reports whether it is one without a value.
func (t *tag) set(key, value string) (flag bool, err error) {
	switch key {
	case "unique":
		t.unique = true
	case "index":
		t.index = true
	case "auto_now":
		t.autoNow = true
	case "auto_now_add":
		t.autoNowAdd = true
	case "primary_key":
		t.primaryKey = true
	case "deferred":
		t.deferred = true
	case "soft_delete":
		t.softDelete = true
	case "version":
		t.version = true
	case "json":
		t.json = true
	case "duration":
		t.duration = true
	default:
		return false, t.setValue(key, value)
	}
	return true, nil
}

// setValue applies an option with a value. That the value is missing is told
// by parseTag.
func (t *tag) setValue(key, value string) (err error) {
	switch key {
	case "size":
		t.size, err = strconv.Atoi(value)
		if value != "" && (err != nil || t.size < 1) {
			return fmt.Errorf("size=%s is not a positive number", value)
		}
	case "column":
		t.column = value
		if strings.ContainsAny(value, "\"\x00") || len(value) > 63 {
			return fmt.Errorf("column=%s cannot be a column's name", value)
		}
	case "reverse":
		t.reverse = value
	case "through":
		t.through = value
	case "by":
		t.by = value
	case "was":
		t.was = value
	case "on_delete":
		return t.setOnDelete(value)
	case "decimal":
		return t.setDecimal(value)
	case "bits":
		return t.setBits(value)
	case "type":
		return t.setType(value)
	case "default":
		t.hasDefault, t.def = true, unquote(value)
	case "generated":
		t.generated = value
	default:
		return unknownOption(key)
	}
	return nil
}

// unknownOption names the option that was meant, or all.
func unknownOption(key string) error {
	var known []string
	for option := range strings.SplitSeq(tagOptions, ", ") {
		name, _, _ := strings.Cut(option, "=")
		known = append(known, name)
	}
	hint := nearest.Hint(key, known)
	if hint == "" {
		hint = "; the options are " + tagOptions
	}
	return fmt.Errorf("option %q is not known%s", key, hint)
}

func (t *tag) setOnDelete(value string) error {
	t.hasDelete = true
	switch value {
	case "protect":
		t.onDelete = schema.Restrict
	case "cascade":
		t.onDelete = schema.Cascade
	case "set_null":
		t.onDelete = schema.SetNull
	case "no_action":
		t.onDelete = schema.NoAction
	case "":
	default:
		return fmt.Errorf("on_delete=%s is not known; it is one of protect, cascade, set_null, no_action", value)
	}
	return nil
}

func (t *tag) setBits(value string) error {
	switch value {
	case "16":
		t.bits = 16
	case "32":
		t.bits = 32
	case "":
	default:
		return fmt.Errorf("bits=%s is not known; it is 16 or 32", value)
	}
	return nil
}

// maxPrecision is PostgreSQL's limit on the digits of a numeric column.
const maxPrecision = 1000

func (t *tag) setDecimal(value string) error {
	t.decimal = true
	digits, places, _ := strings.Cut(value, ".")
	var err1, err2 error
	t.precision, err1 = strconv.Atoi(digits)
	t.scale, err2 = strconv.Atoi(places)
	if value != "" && (err1 != nil || err2 != nil || t.precision < 1 || t.precision > maxPrecision || t.scale < 0 || t.scale > t.precision) {
		return fmt.Errorf("decimal=%s is not of the form DIGITS.PLACES, such as 10.2: ten digits, two of them after the point", value)
	}
	return nil
}

func (t *tag) setType(value string) error {
	switch value {
	case "bool":
		t.valuer = schema.Bool
	case "int":
		t.valuer = schema.Int64
	case "float":
		t.valuer = schema.Float64
	case "text":
		t.valuer = schema.Text
	case "bytes":
		t.valuer = schema.Bytes
	case "time":
		t.valuer = schema.Time
	case "":
	default:
		return fmt.Errorf("type=%s is not known; it is one of bool, int, float, text, bytes, time", value)
	}
	return nil
}
