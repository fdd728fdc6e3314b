package web

import (
	"math"
	"strings"
)

// converter says which texts a parameter accepts. Their order is their rank:
// what accepts less is tried first.
type converter uint8

const (
	convInt converter = iota
	convUUID
	convSlug
	convStr
	convPath
)

const converterNames = "str, int, slug, uuid or path"

func converterNamed(name string) (converter, bool) {
	switch name {
	case "int":
		return convInt, true
	case "uuid":
		return convUUID, true
	case "slug":
		return convSlug, true
	case "str", "":
		return convStr, true
	case "path":
		return convPath, true
	}
	return convStr, false
}

func (c converter) String() string {
	switch c {
	case convInt:
		return "int"
	case convUUID:
		return "uuid"
	case convSlug:
		return "slug"
	case convPath:
		return "path"
	}
	return "str"
}

// accepts reports whether the decoded text s is a value of the converter. The
// caller has made sure that s is clean in the sense of cleanPath; a NUL in it
// stands for an encoded slash.
func (c converter) accepts(s string) bool {
	if s == "" {
		return false
	}
	switch c {
	case convInt:
		return isInt(s)
	case convUUID:
		return isUUID(s)
	case convSlug:
		return isSlug(s)
	case convPath:
		return s[0] != '/' && !strings.Contains(s, "//") && strings.IndexByte(s, 0) < 0
	}
	return strings.IndexByte(s, 0) < 0
}

func isInt(s string) bool {
	var n uint64
	for i := range len(s) {
		d := uint64(s[i]) - '0'
		if d > 9 || n > (math.MaxInt64-d)/10 {
			return false
		}
		n = n*10 + d
	}
	return true
}

func isSlug(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !isAlnum(c) && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if !('0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F') {
				return false
			}
		}
	}
	return true
}

func isAlnum(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
