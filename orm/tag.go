package orm

import (
	"fmt"
	"slices"
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
	table      string
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

// tagOption is an option that parseTag knows.
type tagOption struct {
	name  string
	value string // what stands after "=", as messages show it; "" for an option without a value
	help  string
	set   func(t *tag, value string) error // value is not empty, unless the option takes none
}

// title is how the option is written.
func (o tagOption) title() string {
	if o.value == "" {
		return o.name
	}
	return o.name + "=" + o.value
}

// bareOption is an option without a value.
func bareOption(name, help string, set func(t *tag)) tagOption {
	return tagOption{name: name, help: help, set: func(t *tag, _ string) error { set(t); return nil }}
}

// tagSkip is the tag of a field that is not stored. It stands alone.
const tagSkip = "-"

// tagOptions returns the options of tags, in the order in which messages and
// docs/tags.md list them.
func tagOptions() []tagOption {
	return []tagOption{
		{"size", "N", "text of at most N characters, N from 1", (*tag).setSize},
		bareOption("unique", "no two rows have the same value", func(t *tag) { t.unique = true }),
		bareOption("index", "an index on the column", func(t *tag) { t.index = true }),
		{"column", "NAME", "the name of the column, of at most 63 bytes; defaults to that of the field in snake case", (*tag).setColumn},
		{"on_delete", "X", "what happens to the row when the row that it refers to is deleted: `protect` (the deletion is refused; the default), " +
			"`cascade` (it is deleted too), `set_null`, `no_action` (refused; with `deferred` only at the end of the transaction)", (*tag).setOnDelete},
		bareOption("deferred", "the row referred to may be created later in the same transaction", func(t *tag) { t.deferred = true }),
		bareOption("auto_now", "the time of the last change, set by Create and Update", func(t *tag) { t.autoNow = true }),
		bareOption("auto_now_add", "the time of creation, set by Create", func(t *tag) { t.autoNowAdd = true }),
		bareOption("soft_delete", "the time of deletion, in a `*time.Time`: Delete sets it, the row stays, and queries leave it out", func(t *tag) { t.softDelete = true }),
		bareOption("version", "counts the changes of the row in an int64; a change of a row that was changed since it was read is `ErrConflict`", func(t *tag) { t.version = true }),
		bareOption("primary_key", "the key, or one of its fields, if the key is not the field ID", func(t *tag) { t.primaryKey = true }),
		{"reverse", "FIELD", "this many-to-many relation is the other side of FIELD", func(t *tag, v string) error { t.reverse = v; return nil }},
		{"through", "MODEL", "the rows of the join table are rows of this model of the same module, which may have more fields", func(t *tag, v string) error { t.through = v; return nil }},
		{"table", "NAME", "the name of the join table, of at most 63 bytes; defaults to the model's table and the field, as in `blog_post_topics`", (*tag).setTable},
		{"by", "FIELD", "the reference that a HasMany or HasOne is the other side of", func(t *tag, v string) error { t.by = v; return nil }},
		{"was", "COLUMN", "the name of the column before the field was renamed, for the next migration; it may stay", func(t *tag, v string) error { t.was = v; return nil }},
		bareOption("json", "stored as a JSON document, whatever the type", func(t *tag) { t.json = true }),
		{"decimal", "DIGITS.PLACES", "a decimal number of up to 1000 digits, PLACES of them after the point; the field is a string or a type that is written as text", (*tag).setDecimal},
		bareOption("duration", "for a type made of time.Duration", func(t *tag) { t.duration = true }),
		{"bits", "N", "the column of an int64 has 16 or 32 bits, as keys have that other programs made; columns that refer to it follow", (*tag).setBits},
		{"type", "KIND", "what a type with its own Value and Scan is stored as: `bool`, `int`, `float`, `text`, `bytes`, `time`", (*tag).setType},
		{"default", "VALUE", "what the database stores where the INSERT of another program names no value; in single quotes if it has commas; `now` for times and dates", (*tag).setDefault},
		{"generated", "SQL", "computed by the database, and only read", func(t *tag, v string) error { t.generated = v; return nil }},
		{tagSkip, "", "not stored; alone", nil},
	}
}

// tagTitles lists the options as they are written, for messages.
func tagTitles() string {
	var out []string
	for _, o := range tagOptions() {
		out = append(out, o.title())
	}
	return strings.Join(out, ", ")
}

// parseTag reads a db tag. The error names the option that is wrong.
func parseTag(s string) (tag, error) {
	var t tag
	if s == "" {
		return t, nil
	}
	if s == tagSkip {
		t.skip = true
		return t, nil
	}
	options, err := splitTag(s)
	if err != nil {
		return t, err
	}
	known := tagOptions()
	for _, option := range options {
		key, value, hasValue := strings.Cut(option, "=")
		i := slices.IndexFunc(known, func(o tagOption) bool { return o.name == key })
		switch {
		case i < 0:
			return t, unknownOption(key)
		case known[i].set == nil:
			return t, fmt.Errorf("option %q stands alone", key)
		case known[i].value == "" && hasValue:
			return t, fmt.Errorf("option %q takes no value", key)
		case known[i].value != "" && value == "":
			return t, fmt.Errorf("option %q needs a value", key)
		}
		if err := known[i].set(&t, value); err != nil {
			return t, err
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

func (t *tag) setSize(value string) (err error) {
	t.size, err = strconv.Atoi(value)
	if err != nil || t.size < 1 {
		return fmt.Errorf("size=%s is not a positive number", value)
	}
	return nil
}

func (t *tag) setColumn(value string) error {
	t.column = value
	if strings.ContainsAny(value, "\"\x00") || len(value) > 63 {
		return fmt.Errorf("column=%s cannot be a column's name", value)
	}
	return nil
}

func (t *tag) setTable(value string) error {
	t.table = value
	if strings.ContainsAny(value, "\"\x00") || len(value) > 63 {
		return fmt.Errorf("table=%s cannot be the name of a table", value)
	}
	return nil
}

func (t *tag) setDefault(value string) error {
	t.hasDefault, t.def = true, unquote(value)
	return nil
}

// unknownOption names the option that was meant, or all.
func unknownOption(key string) error {
	var known []string
	for _, o := range tagOptions() {
		known = append(known, o.name)
	}
	hint := nearest.Hint(key, known)
	if hint == "" {
		hint = "; the options are " + tagTitles()
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
	if err1 != nil || err2 != nil || t.precision < 1 || t.precision > maxPrecision || t.scale < 0 || t.scale > t.precision {
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
	default:
		return fmt.Errorf("type=%s is not known; it is one of bool, int, float, text, bytes, time", value)
	}
	return nil
}
