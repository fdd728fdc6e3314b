package orm

import (
	"fmt"
	"strconv"
	"strings"

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
	reverse    string
}

// tagOptions are the options that parseTag knows, for its messages.
const tagOptions = "size=N, unique, index, column=NAME, on_delete=X, auto_now, auto_now_add, primary_key, reverse=FIELD, -"

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
	for option := range strings.SplitSeq(s, ",") {
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

// set applies one option and reports whether it is one without a value.
func (t *tag) set(key, value string) (flag bool, err error) {
	switch key {
	case "size":
		t.size, err = strconv.Atoi(value)
		if value != "" && (err != nil || t.size < 1) {
			return false, fmt.Errorf("size=%s is not a positive number", value)
		}
		return false, nil
	case "column":
		t.column = value
		if strings.ContainsAny(value, "\"\x00") || len(value) > 63 {
			return false, fmt.Errorf("column=%s cannot be a column's name", value)
		}
		return false, nil
	case "reverse":
		t.reverse = value
		return false, nil
	case "on_delete":
		t.hasDelete = true
		switch value {
		case "protect":
			t.onDelete = schema.Restrict
		case "cascade":
			t.onDelete = schema.Cascade
		case "set_null":
			t.onDelete = schema.SetNull
		case "":
		default:
			return false, fmt.Errorf("on_delete=%s is not known; it is one of protect, cascade, set_null", value)
		}
		return false, nil
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
	default:
		return false, fmt.Errorf("option %q is not known; the options are %s", key, tagOptions)
	}
	return true, nil
}
