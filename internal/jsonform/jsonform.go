// Package jsonform writes JSON documents in the one form that Vola stores them
// in (docs/storage.md): members sorted by name, the last of those with one name,
// no spaces, each number in one way. Documents that mean the same are the same
// text, whatever database they were read from.
package jsonform

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Why a document of JSON has no such form: it holds what no text of Vola may.
var (
	ErrUTF8 = errors.New("the JSON document holds text that is not valid UTF-8")
	ErrNUL  = errors.New("the JSON document holds a NUL character")
)

// Canonical is [Check] of a document that may have escapes of its own, and [Form]
// with numbers of any size.
func Canonical(text []byte) (string, error) {
	if err := Check(text, true); err != nil {
		return "", err
	}
	return Form(text, nil)
}

// Form returns the document in the one form. It calls refuse, if that is not nil,
// with each number, and returns its error.
func Form(text []byte, refuse func(number string) error) (string, error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return "", fmt.Errorf("the document is not JSON: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return "", errors.New("the document is not JSON: something follows its end")
	}
	v, err := numbers(v, refuse)
	if err != nil {
		return "", err
	}
	out, err := Marshal(v)
	return strings.TrimSuffix(string(out), "\n"), err
}

// Marshal encodes v without the escapes that are for HTML only.
func Marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return b.Bytes(), err
}

// Check refuses what PostgreSQL's jsonb cannot hold. In place of bytes that are
// not UTF-8 encoding/json writes the escape \ufffd, which it writes for nothing
// else: the character itself is not escaped. Only raw documents may have escapes
// of their own.
func Check(text []byte, raw bool) error {
	if !utf8.Valid(text) {
		return ErrUTF8
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
		r, ok := unit(text[1:])
		text = text[min(5, len(text)):]
		switch {
		case !ok:
			return errors.New("the JSON document holds an escape that is not one")
		case r == 0:
			return ErrNUL
		case r == utf8.RuneError && !raw:
			return ErrUTF8
		case utf16.IsSurrogate(r):
			if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
				return ErrUTF8
			}
			if low, ok := unit(text[2:]); !ok || utf16.DecodeRune(r, low) == utf8.RuneError {
				return ErrUTF8
			}
			text = text[6:]
		}
	}
}

// unit reads the four digits of an escape.
func unit(b []byte) (rune, bool) {
	if len(b) < 4 {
		return 0, false
	}
	n, err := strconv.ParseUint(string(b[:4]), 16, 16)
	return rune(n), err == nil
}

// numbers changes the numbers in v to the form they are stored in.
func numbers(v any, refuse func(string) error) (any, error) {
	var err error
	switch v := v.(type) {
	case json.Number:
		if refuse != nil {
			if err := refuse(string(v)); err != nil {
				return nil, err
			}
		}
		text, err := number(string(v))
		return json.Number(text), err
	case []any:
		for i, x := range v {
			if v[i], err = numbers(x, refuse); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		for name, x := range v {
			if v[name], err = numbers(x, refuse); err != nil {
				return nil, err
			}
		}
	}
	return v, nil
}

// Numbers that end or begin with more zeros than this are written with an
// exponent.
const (
	maxTrailingZeros = 21
	maxLeadingZeros  = 6
)

// maxExponent is the greatest that a number may be written with.
const maxExponent = 1 << 20

// number writes a JSON number (RFC 8259, section 6) so that equal numbers are
// equal texts: 1, 1.0 and 10e-1 are 1, and minus zero is 0. No digit that counts
// is lost. An exponent of more than 1048576 is an error.
func number(s string) (string, error) {
	if s != "-0" && len(s) <= maxTrailingZeros && !strings.ContainsAny(s, ".eE") {
		return s, nil
	}
	sign, m := "", s
	if strings.HasPrefix(m, "-") {
		sign, m = "-", m[1:]
	}
	exponent := 0
	var far bool
	if i := strings.IndexAny(m, "eE"); i >= 0 {
		var err error
		exponent, err = strconv.Atoi(m[i+1:])
		far = err != nil || exponent > maxExponent || exponent < -maxExponent
		m = m[:i]
	}
	whole, fraction, _ := strings.Cut(m, ".")
	digits := strings.TrimLeft(whole+fraction, "0")
	point := len(whole) + exponent - (len(whole) + len(fraction) - len(digits))
	digits = strings.TrimRight(digits, "0")
	switch {
	case digits == "":
		return "0", nil
	case far:
		return "", fmt.Errorf("the JSON document holds the number %.40s, which is out of range", s)
	case point-len(digits) > maxTrailingZeros || point <= -maxLeadingZeros:
		text := sign + digits[:1]
		if len(digits) > 1 {
			text += "." + digits[1:]
		}
		return text + "e" + strconv.Itoa(point-1), nil
	case point <= 0:
		return sign + "0." + strings.Repeat("0", -point) + digits, nil
	case point >= len(digits):
		return sign + digits + strings.Repeat("0", point-len(digits)), nil
	}
	return sign + digits[:point] + "." + digits[point:], nil
}
