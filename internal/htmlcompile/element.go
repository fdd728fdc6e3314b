package htmlcompile

import (
	"bytes"
	"strings"
)

// kindOf returns the kind of the element whose name ends before, by the
// attributes in the text behind it. That may end within the tag: what follows an action
// is not known, and then a script is taken for one without src.
func kindOf(before, behind []byte) Kind {
	if len(before) >= len("style") && bytes.EqualFold(before[len(before)-len("style"):], []byte("style")) {
		return InlineStyle
	}
	kind := InlineScript
	for rest := behind; ; {
		var name, value string
		var ok bool
		if name, value, rest, ok = NextAttribute(rest); !ok {
			return kind
		}
		switch {
		case name == "type" && value == "importmap":
			return ImportMap
		case name == "type" && !isScriptType(value):
			return dataBlock
		case name == "src":
			kind = LinkedScript
		}
	}
}

// isScriptType reports whether browsers run what is in a script of the type, or
// act on it.
func isScriptType(value string) bool {
	essence, _, _ := strings.Cut(value, ";")
	switch essence = strings.TrimSpace(essence); essence {
	case "", "module", "importmap", "speculationrules",
		"application/ecmascript", "application/javascript", "application/x-ecmascript", "application/x-javascript",
		"text/ecmascript", "text/javascript", "text/jscript", "text/livescript", "text/x-ecmascript", "text/x-javascript":
		return true
	}
	return strings.HasPrefix(essence, "text/javascript1.")
}

const space = " \t\r\n\f"

// NextAttribute takes the first attribute, with its name and value in lower case, off the text of a
// tag; false at the end of the tag or of the text. A value that the text does not have
// whole, as an action goes on with it, is "", and ends the attributes.
func NextAttribute(text []byte) (name, value string, rest []byte, ok bool) {
	text = bytes.TrimLeft(text, space+"/")
	if len(text) == 0 || text[0] == '>' {
		return "", "", nil, false
	}
	end := bytes.IndexAny(text[1:], space+"/>=") + 1 // a "=" may begin a name
	if end == 0 {
		end = len(text)
	}
	name, text = strings.ToLower(string(text[:end])), text[end:]
	after := bytes.TrimLeft(text, space)
	if len(after) == 0 || after[0] != '=' {
		return name, "", text, true
	}
	after = bytes.TrimLeft(after[1:], space)
	switch {
	case len(after) == 0: // an action is the value
		return name, "", nil, true
	case after[0] == '"' || after[0] == '\'':
		end := bytes.IndexByte(after[1:], after[0])
		if end < 0 {
			return name, "", nil, true
		}
		return name, strings.ToLower(string(after[1 : end+1])), after[end+2:], true
	}
	end = bytes.IndexAny(after, space+">")
	if end < 0 {
		return name, "", nil, true
	}
	return name, strings.ToLower(string(after[:end])), after[end:], true
}
