package webtest

import (
	"fmt"
	"maps"
	"mime/multipart"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
)

// Values are the fields of a form. A value is a string, a []string for several
// fields of one name, a bool for a checkbox, an integer, or a [File].
type Values map[string]any

// File is an upload.
type File struct {
	Name    string // file name
	Type    string // defaults to "application/octet-stream"
	Content string
}

// pair is one field as it is sent.
type pair struct {
	name, value string
	file        *File
}

// pairs returns the fields sorted by name, so that requests repeat.
func (v Values) pairs() ([]pair, error) {
	var list []pair
	for _, name := range slices.Sorted(maps.Keys(v)) {
		more, err := fieldPairs(name, v[name], "on")
		if err != nil {
			return nil, err
		}
		list = append(list, more...)
	}
	return list, nil
}

// fieldPairs returns what one field sends; checked is the value of a checkbox.
func fieldPairs(name string, value any, checked string) ([]pair, error) {
	switch v := value.(type) {
	case string:
		return []pair{{name: name, value: v}}, nil
	case []string:
		var list []pair
		for _, s := range v {
			list = append(list, pair{name: name, value: s})
		}
		return list, nil
	case bool:
		if v {
			return []pair{{name: name, value: checked}}, nil
		}
		return nil, nil
	case File:
		return []pair{{name: name, file: &v}}, nil
	case int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64:
		return []pair{{name: name, value: fmt.Sprint(v)}}, nil
	}
	return nil, fmt.Errorf("field %q: a %T is no value for a form", name, value)
}

// encodeForm returns the body and the content type of a form. The body is
// multipart if enctype says so or a file is in it.
func encodeForm(list []pair, enctype string) (body, contentType string) {
	isFile := func(p pair) bool { return p.file != nil && *p.file != File{} }
	if enctype == "text/plain" && !slices.ContainsFunc(list, isFile) {
		var b strings.Builder
		for _, p := range list {
			b.WriteString(p.name + "=" + p.value + "\r\n")
		}
		return b.String(), "text/plain"
	}
	if enctype != "multipart/form-data" && !slices.ContainsFunc(list, isFile) {
		return encodeQuery(list), "application/x-www-form-urlencoded"
	}
	var b strings.Builder
	w := multipart.NewWriter(&b) // writing to a Builder cannot fail
	for _, p := range list {
		if p.file == nil {
			_ = w.WriteField(p.name, p.value)
			continue
		}
		contentType := p.file.Type
		if contentType == "" {
			contentType = "application/octet-stream"
		}
		part, err := w.CreatePart(textproto.MIMEHeader{
			"Content-Disposition": {multipart.FileContentDisposition(p.name, p.file.Name)},
			"Content-Type":        {contentType},
		})
		if err == nil {
			_, _ = part.Write([]byte(p.file.Content))
		}
	}
	_ = w.Close()
	return b.String(), w.FormDataContentType()
}

// encodeQuery keeps the order of the fields, as browsers do.
func encodeQuery(list []pair) string {
	var b strings.Builder
	for i, p := range list {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(url.QueryEscape(p.name) + "=" + url.QueryEscape(p.value))
	}
	return b.String()
}
