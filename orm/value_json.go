package orm

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
	"unsafe"
)

// document reads a value as a JSON document.
func (f *field) document(p unsafe.Pointer) (any, error) {
	v := reflect.NewAt(f.base, p)
	if f.base == rawJSONType && v.Elem().IsNil() {
		return "null", nil
	}
	text, err := marshal(v.Interface())
	if err != nil {
		return nil, err
	}
	if err := checkJSON(text, f.base == rawJSONType); err != nil {
		return nil, err
	}
	return canonicalJSON(text)
}

// marshal encodes v without the escapes that are for HTML only.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return b.Bytes(), err
}

// putDocument decodes a JSON document into the variable at p.
func (f *field) putDocument(p unsafe.Pointer, src any) error {
	var text []byte
	switch v := src.(type) {
	case string:
		text = []byte(v)
	case []byte:
		text = v
	default:
		return fmt.Errorf("a %T is no JSON document", src)
	}
	v := reflect.NewAt(f.base, p)
	v.Elem().SetZero() // or what the variable held would be mixed in
	return json.Unmarshal(text, v.Interface())
}

var (
	errJSONUTF8 = errors.New("the JSON document holds text that is not valid UTF-8")
	errJSONNUL  = errors.New("the JSON document holds a NUL character")
)

// checkJSON refuses what PostgreSQL's jsonb cannot hold. In place of bytes
// that are not UTF-8 encoding/json writes the escape \ufffd, which it writes
// for nothing else: the character itself is not escaped. Only raw documents
// may have escapes of their own.
func checkJSON(text []byte, raw bool) error {
	if !utf8.Valid(text) {
		return errJSONUTF8
	}
	for {
		i := bytes.IndexByte(text, '\\')
		if i < 0 || i+1 >= len(text) {
			return nil
		}
		text = text[i+1:]
		if text[0] != 'u' {
			text = text[1:]
			continue
		}
		r, ok := hex4(text[1:])
		text = text[min(5, len(text)):]
		switch {
		case !ok:
			return errors.New("the JSON document holds an escape that is not one")
		case r == 0:
			return errJSONNUL
		case r == utf8.RuneError && !raw:
			return errJSONUTF8
		case utf16.IsSurrogate(r):
			if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
				return errJSONUTF8
			}
			if low, ok := hex4(text[2:]); !ok || utf16.DecodeRune(r, low) == utf8.RuneError {
				return errJSONUTF8
			}
			text = text[6:]
		}
	}
}

func hex4(b []byte) (rune, bool) {
	if len(b) < 4 {
		return 0, false
	}
	n, err := strconv.ParseUint(string(b[:4]), 16, 16)
	return rune(n), err == nil
}

// canonicalJSON sorts the members of objects by name, as jsonb does in its own
// way, and writes each number in one form, so that equal documents are equal
// texts. Numbers that no float64 comes near are refused, because PostgreSQL has
// its limits there.
func canonicalJSON(text []byte) (string, error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return "", fmt.Errorf("the document is not JSON: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return "", errors.New("the document is not JSON: something follows its end")
	}
	v, err := canonicalNumbers(v)
	if err != nil {
		return "", err
	}
	out, err := marshal(v)
	return strings.TrimSuffix(string(out), "\n"), err
}

// canonicalNumbers changes the numbers in v to the form they are stored in.
func canonicalNumbers(v any) (any, error) {
	var err error
	switch v := v.(type) {
	case json.Number:
		n, err := v.Float64()
		if err != nil || n == 0 && strings.Trim(mantissa(string(v)), "-0.") != "" {
			return nil, fmt.Errorf("the JSON document holds the number %.40s, which is out of range", v)
		}
		return json.Number(canonicalNumber(string(v))), nil
	case []any:
		for i, x := range v {
			if v[i], err = canonicalNumbers(x); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		for name, x := range v {
			if v[name], err = canonicalNumbers(x); err != nil {
				return nil, err
			}
		}
	}
	return v, nil
}

// Numbers that end or begin with more zeros than this are stored with an
// exponent.
const (
	maxTrailingZeros = 21
	maxLeadingZeros  = 6
)

// canonicalNumber writes a JSON number (RFC 8259, section 6) so that equal
// numbers are equal texts: 1, 1.0 and 10e-1 are 1, and minus zero is 0. No
// digit that counts is lost.
func canonicalNumber(s string) string {
	if s != "-0" && len(s) <= maxTrailingZeros && !strings.ContainsAny(s, ".eE") {
		return s
	}
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	m := mantissa(s)
	exponent := 0
	if len(m) < len(s) {
		exponent, _ = strconv.Atoi(s[len(m)+1:]) // past the range of an int is zero only
	}
	whole, fraction, _ := strings.Cut(m, ".")
	digits := strings.TrimLeft(whole+fraction, "0")
	point := len(whole) + exponent - (len(whole) + len(fraction) - len(digits))
	digits = strings.TrimRight(digits, "0")
	switch {
	case digits == "":
		return "0"
	case point-len(digits) > maxTrailingZeros || point <= -maxLeadingZeros:
		text := sign + digits[:1]
		if len(digits) > 1 {
			text += "." + digits[1:]
		}
		return text + "e" + strconv.Itoa(point-1)
	case point <= 0:
		return sign + "0." + strings.Repeat("0", -point) + digits
	case point >= len(digits):
		return sign + digits + strings.Repeat("0", point-len(digits))
	}
	return sign + digits[:point] + "." + digits[point:]
}

// mantissa returns a number without its exponent.
func mantissa(s string) string {
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		return s[:i]
	}
	return s
}
