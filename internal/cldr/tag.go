package cldr

import (
	_ "embed"
	"fmt"
	"strings"
)

// maxTag is the longest tag of a language, in bytes.
const maxTag = 100

// tags says which tags lead to which data: see tagsFile in scripts/cldr.
//
//go:embed data/tags.txt
var tags string

// tag is a tag of a language by its parts.
type tag struct {
	language string // lower case
	script   string // title case, "" if there is none
	region   string // upper case, "" if there is none
	numbers  string // of the extension "u", key "nu"; "" if there is none
}

// parseTag reads a tag of BCP 47, section 2.1 of RFC 5646. Case does not matter, and
// "_" is taken for "-". Variants, private use and extensions other than "nu" are
// read and forgotten.
func parseTag(text string) (tag, error) {
	if len(text) > maxTag {
		return tag{}, fmt.Errorf("the language %s has %d bytes, and %d is the limit", quote(text), len(text), maxTag)
	}
	subtags := strings.Split(lower(text), "-")
	for _, subtag := range subtags {
		if len(subtag) < 1 || len(subtag) > 8 || !only(subtag, isAlphanumeric) {
			return tag{}, malformed(text)
		}
	}
	t := tag{language: subtags[0]}
	if len(t.language) < 2 || !only(t.language, isLetter) {
		return tag{}, malformed(text)
	}
	rest := subtags[1:]
	if len(rest) > 0 && len(rest[0]) == 4 && only(rest[0], isLetter) {
		t.script, rest = strings.ToUpper(rest[0][:1])+rest[0][1:], rest[1:]
	}
	if len(rest) > 0 && (len(rest[0]) == 2 && only(rest[0], isLetter) || len(rest[0]) == 3 && only(rest[0], isDigit)) {
		t.region, rest = strings.ToUpper(rest[0]), rest[1:]
	}
	for len(rest) > 0 && (len(rest[0]) >= 5 || len(rest[0]) == 4 && isDigit(rest[0][0])) {
		rest = rest[1:] // a variant
	}
	return t, t.extensions(text, rest)
}

// extensions reads what follows the variants.
func (t *tag) extensions(text string, rest []string) error {
	for seen := ""; len(rest) > 0 && rest[0] != "x"; {
		if len(rest[0]) != 1 || strings.Contains(seen, rest[0]) {
			return malformed(text)
		}
		seen += rest[0]
		n := 1
		for n < len(rest) && len(rest[n]) > 1 {
			n++
		}
		if n == 1 {
			return malformed(text)
		}
		if rest[0] == "u" {
			t.keywords(rest[1:n])
		}
		rest = rest[n:]
	}
	if len(rest) == 1 { // "x" with nothing behind it
		return malformed(text)
	}
	return nil
}

// keywords reads the extension "u": keys of two letters, each with its values.
func (t *tag) keywords(words []string) {
	for i, word := range words {
		if word == "nu" && i+1 < len(words) && len(words[i+1]) > 2 {
			t.numbers = words[i+1]
			return
		}
	}
}

// find returns the locale with data that a tag leads to: its own, that of its parent,
// or that of its language if it has the same script. It also returns the region whose
// customs hold.
func (t tag) find() (locale, region string, ok bool) {
	t.language = replaced(t.language)
	script, best := t.script, 0
	if fields := tagLine("script", t.language); script == "" && len(fields) > 1 && contains(fields[1:], t.region) {
		script = fields[0]
	}
	for line := range strings.Lines(tags) {
		kind, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if !strings.HasPrefix(rest, t.language) {
			continue
		}
		name, rest, _ := strings.Cut(rest, "\t")
		parts := strings.Split(name, "-")
		if parts[0] != t.language || kind != "locale" && kind != "parent" {
			continue
		}
		fields := strings.Split(rest, "\t")
		last := parts[len(parts)-1] // a region, or a script of four letters, or the language
		rank := 0
		switch {
		case kind == "parent":
			if contains(fields, t.region) && tagLine("locale", name)[0] == script {
				rank = 2
			}
		case script == "": // the first locale of a language is the one without a script
			script, rank = fields[0], 1
		case fields[0] != script:
		case len(parts) == 1 || len(last) == 4:
			rank = 1
		case last == t.region:
			rank = 3
		}
		if rank > best {
			best, locale = rank, name
		}
	}
	region = t.region
	if region == "" && locale != "" {
		region = tagLine("locale", locale)[1]
	}
	return locale, region, locale != ""
}

// replaced returns the code of a language that an old code is for.
func replaced(language string) string {
	if fields := tagLine("alias", language); fields != nil {
		return fields[0]
	}
	return language
}

// tagLine returns the values behind a kind and a name in tags.
func tagLine(kind, name string) []string {
	_, rest, ok := strings.Cut(tags, "\n"+kind+"\t"+name+"\t") // the first line is a comment
	if !ok {
		return nil
	}
	rest, _, _ = strings.Cut(rest, "\n")
	return strings.Split(rest, "\t")
}

func contains(values []string, value string) bool {
	for _, v := range values {
		if v == value {
			return true
		}
	}
	return false
}

func malformed(text string) error {
	return fmt.Errorf("%s is not the tag of a language, such as \"de\" or \"pt-BR\" (BCP 47)", quote(text))
}

func only(text string, is func(byte) bool) bool {
	for i := range len(text) {
		if !is(text[i]) {
			return false
		}
	}
	return true
}

func isAlphanumeric(c byte) bool { return isLetter(c) || isDigit(c) }
func isLetter(c byte) bool       { return 'a' <= c && c <= 'z' }
func isDigit(c byte) bool        { return '0' <= c && c <= '9' }

// quote quotes what an error is about, and shortens it.
func quote(text string) string {
	const most = 40
	if len(text) > most {
		return fmt.Sprintf("%q...", strings.ToValidUTF8(text[:most], ""))
	}
	return fmt.Sprintf("%q", text)
}
