package main

import (
	"encoding/json"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
)

// source is all of CLDR that is used here. Methods that do not find what they
// look for add to errs.
type source struct {
	tags    []string
	main    map[string]map[string]any // by tag: the files of a locale, by name
	core    map[string]any            // the files of supplemental, by name
	license []byte
	errs    []error
}

func open(tags []string) (*source, error) {
	s := &source{tags: tags, main: map[string]map[string]any{}, core: map[string]any{}}
	for _, tag := range tags {
		s.main[tag] = map[string]any{}
	}
	for _, a := range archives() {
		err := files(a, func(name string, r io.Reader) error {
			dir, file := path.Split(name)
			dir, file = strings.TrimSuffix(dir, "/"), strings.TrimSuffix(file, ".json")
			locale, isMain := strings.CutPrefix(dir, "main/")
			switch {
			case isMain && s.main[locale] != nil:
				v, err := decode(r)
				s.main[locale][file] = at(v, "main", locale)
				return err
			case dir == "supplemental":
				v, err := decode(r)
				s.core[file] = at(v, "supplemental")
				return err
			case a.name == "cldr-core" && name == "LICENSE":
				text, err := io.ReadAll(r)
				s.license = []byte(strings.TrimLeft(string(text), "\n"))
				return err
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	for _, tag := range tags {
		if len(s.main[tag]) == 0 {
			return nil, fmt.Errorf("CLDR has no locale %s", tag)
		}
	}
	return s, nil
}

func decode(r io.Reader) (any, error) {
	var v any
	err := json.NewDecoder(r).Decode(&v)
	return v, err
}

// at walks into objects; nil if there is nothing.
func at(v any, keys ...string) any {
	for _, key := range keys {
		object, _ := v.(map[string]any)
		v = object[key]
	}
	return v
}

// text is at for what must be a string.
func (s *source) text(v any, keys ...string) string {
	text, ok := at(v, keys...).(string)
	if !ok {
		s.fail("CLDR has no text at %s", strings.Join(keys, " / "))
	}
	if strings.ContainsAny(text, "\t\n") {
		s.fail("the text at %s has a tab or a line break", strings.Join(keys, " / "))
	}
	return text
}

// texts is text for several keys of one object.
func (s *source) texts(v any, keys ...string) []string {
	var all []string
	for _, key := range keys {
		all = append(all, s.text(v, key))
	}
	return all
}

func (s *source) fail(format string, values ...any) {
	s.errs = append(s.errs, fmt.Errorf(format, values...))
}

func keys(v any) []string {
	object, _ := v.(map[string]any)
	var all []string
	for key := range object {
		all = append(all, key)
	}
	slices.Sort(all)
	return all
}

// parent returns the locale whose data a dialect is written on top of, or "".
func (s *source) parent(tag string) string {
	for {
		if p, ok := at(s.core["parentLocales"], "parentLocales", "parentLocale", tag).(string); ok {
			tag = p
		} else if i := strings.LastIndexByte(tag, '-'); i > 0 {
			tag = tag[:i]
		} else {
			return ""
		}
		if tag == "und" {
			return ""
		}
		if slices.Contains(s.tags, tag) {
			return tag
		}
	}
}

// language is the tag without script and region.
func language(tag string) string {
	lang, _, _ := strings.Cut(tag, "-")
	return lang
}
