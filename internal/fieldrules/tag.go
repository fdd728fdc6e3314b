package fieldrules

import (
	"strconv"
	"strings"
)

// The most characters of a text whose tag names no size: of one line, and of several.
const (
	LineSize = 200
	AreaSize = 10_000
)

// EachWord calls read for the words of a tag of the form, such as "min=2,max=4,optional"; has
// says that a word has a value. It ends with the first error.
func EachWord(tag string, read func(key, value string, has bool) error) error {
	for word := range strings.SplitSeq(tag, ",") {
		if word = strings.TrimSpace(word); word == "" {
			continue
		}
		key, value, has := strings.Cut(word, "=")
		if err := read(key, value, has); err != nil {
			return err
		}
	}
	return nil
}

// Decimal reads the value of the word decimal, such as 8.2: how many digits a number has in
// all, and how many of them after the point.
func Decimal(value string) (digits, scale int, ok bool) {
	all, after, _ := strings.Cut(value, ".")
	digits, err := strconv.Atoi(all)
	scale, err2 := strconv.Atoi(after)
	return digits, scale, err == nil && err2 == nil && scale >= 0 && scale <= digits
}
