package cldr

import (
	"bytes"
	"strings"
)

// Canonical returns a tag as it is usually written: "pt-BR" for "PT_br", "zh-Hant" for
// "zh-hant". Of what is not a tag it changes letters and "_" alike.
func Canonical(tag string) string {
	parts := strings.Split(lower(tag), "-")
	for i, part := range parts {
		switch {
		case i == 0:
		case len(part) == 1: // extensions and private use are in lower case
			return strings.Join(parts, "-")
		case len(part) == 2:
			parts[i] = strings.ToUpper(part)
		case len(part) == 4 && isLetter(part[0]):
			parts[i] = strings.ToUpper(part[:1]) + part[1:]
		}
	}
	return strings.Join(parts, "-")
}

// Script returns the code of the script that a language is written in, such as "Latn" for
// "de" and "Hant" for "zh-TW"; "" if it is not known.
func Script(tag string) string {
	t, err := parseTag(tag)
	if err != nil || t.script != "" {
		return t.script
	}
	language := replaced(t.language)
	if fields := tagLine("script", language); len(fields) > 1 && contains(fields[1:], t.region) {
		return fields[0]
	}
	if fields := tagLine("locale", language); len(fields) > 0 {
		return fields[0]
	}
	return ""
}

// Parents returns the tags whose texts may stand for those in a language, the nearest first:
// "de" for "de-AT", "zh-Hant" for "zh-TW". A language in another script is none.
func Parents(tag string) []string {
	var out []string
	tag = Canonical(tag)
	script := Script(tag)
	for at := tag; ; {
		cut := strings.LastIndexByte(at, '-')
		if cut < 0 {
			return out
		}
		at = at[:cut]
		if strings.HasSuffix(at, "-") || len(at) > 1 && at[len(at)-2] == '-' {
			continue // the letter of an extension alone
		}
		if Script(at) == script {
			out = append(out, at)
		} else if with := at + "-" + script; script != "" && !strings.Contains(at, "-") && with != tag && !contains(out, with) {
			out = append(out, with)
		}
	}
}

// lower returns a tag in lower case with "-" for "_". It is not strings.ToLower, which has
// ASCII letters for others, such as the sign of Kelvin.
func lower(tag string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'A' <= r && r <= 'Z':
			return r - 'A' + 'a'
		case r == '_':
			return '-'
		}
		return r
	}, tag)
}

// Codes returns the codes of the language of a tag: its own, and others for the same one, such
// as "he" and the old "iw".
func Codes(tag string) []string {
	language, _, _ := strings.Cut(lower(tag), "-")
	codes := []string{language}
	now := replaced(language)
	if now != language {
		codes = append(codes, now)
	}
	for line := range strings.Lines(tags) {
		if fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t"); len(fields) == 3 && fields[0] == "alias" && fields[2] == now && fields[1] != language {
			codes = append(codes, fields[1])
		}
	}
	return codes
}

// Bases returns the tags of the data that those of a language are based on, its own first:
// "en-AU", "en-001" and "en" for "en-AU". It is empty for a language without data.
func Bases(tag string) []string {
	t, err := parseTag(tag)
	if err != nil {
		return nil
	}
	var bases []string
	for name, _, ok := t.find(); ok; {
		bases = append(bases, name)
		data, err := files.ReadFile("data/" + name + ".txt")
		if err != nil {
			break
		}
		_, rest, _ := bytes.Cut(data, []byte("\nparent\t"))
		parent, _, _ := bytes.Cut(rest, []byte("\n"))
		name, ok = string(parent), len(parent) > 0
	}
	return bases
}
