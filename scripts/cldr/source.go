package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
)

// source is all of CLDR that is used here. Methods that do not find what they
// look for add to errs.
type source struct {
	named    []string                     // the locales that have names in all others
	tags     []string                     // those and their dialects that have data of their own
	dialects []string                     // all dialects that CLDR has, whether or not with data of their own
	raw      map[string]map[string][]byte // by tag: the files of a locale, by name
	core     map[string]any               // the files of supplemental, by name
	license  []byte
	lines    map[string]*lines // those that were made, by tag
	errs     []error

	current string         // the tag whose files are decoded, which need much memory
	decoded map[string]any // by name
}

// open reads CLDR. named are the locales to write, without their dialects.
func open(named []string) (*source, error) {
	s := &source{named: named, raw: map[string]map[string][]byte{}, core: map[string]any{}, lines: map[string]*lines{}}
	for _, a := range archives() {
		err := files(a, func(name string, r io.Reader) error {
			dir, file := path.Split(name)
			dir, file = strings.TrimSuffix(dir, "/"), strings.TrimSuffix(file, ".json")
			tag, isMain := strings.CutPrefix(dir, "main/")
			if !(isMain && s.wanted(tag)) && dir != "supplemental" && (a.name != "cldr-core" || name != "LICENSE") {
				return nil
			}
			data, err := io.ReadAll(r)
			switch {
			case err != nil:
				return err
			case isMain:
				if s.raw[tag] == nil {
					s.raw[tag] = map[string][]byte{}
				}
				s.raw[tag][file] = data
			case dir == "supplemental":
				v, err := decode(data)
				s.core[file] = at(v, "supplemental")
				return err
			default:
				s.license = bytes.TrimLeft(data, "\n")
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	for _, tag := range named {
		if s.raw[tag] == nil {
			return nil, fmt.Errorf("CLDR has no locale %s", tag)
		}
	}
	return s, s.findDialects()
}

// wanted reports whether a locale is one of those to write, or may be a dialect of one: it has
// a region more, and perhaps the script that the language is usually written with.
func (s *source) wanted(tag string) bool {
	if slices.Contains(s.named, tag) {
		return true
	}
	parts := strings.Split(tag, "-")
	last := len(parts) - 1
	if last == 2 && parts[1] == "Hans" {
		parts = []string{parts[0], parts[2]}
		last = 1
	}
	return last > 0 && isRegion(parts[last]) && slices.Contains(s.named, strings.Join(parts[:last], "-"))
}

// findDialects finds the dialects that differ from what they are based on. Dialects of whole
// continents are the first, as others are based on them.
func (s *source) findDialects() error {
	s.tags = slices.Clone(s.named)
	for tag := range s.raw {
		if !slices.Contains(s.named, tag) {
			s.dialects = append(s.dialects, tag)
		}
	}
	slices.SortFunc(s.dialects, func(a, b string) int {
		return cmp.Or(-cmp.Compare(len(region(a)), len(region(b))), cmp.Compare(a, b))
	})
	for _, tag := range s.dialects {
		diff := s.without(tag, s.locale(tag), s.locale(s.parent(tag)))
		if len(diff.order) > 1 || len(diff.order) == 1 && diff.order[0] != "names" { // more than its name
			s.tags = append(s.tags, tag)
		}
	}
	return errors.Join(s.errs...)
}

// region is the last part of the tag of a dialect.
func region(tag string) string { return tag[strings.LastIndexByte(tag, '-')+1:] }

// file returns what a file of a locale has.
func (s *source) file(tag, name string) any {
	if s.current != tag {
		s.current, s.decoded = tag, map[string]any{}
	}
	if _, ok := s.decoded[name]; !ok {
		v, err := decode(s.raw[tag][name])
		if err != nil {
			s.fail("%s of %s: %w", name, tag, err)
		}
		s.decoded[name] = at(v, "main", tag)
	}
	return s.decoded[name]
}

func decode(data []byte) (any, error) {
	var v any
	err := json.Unmarshal(data, &v)
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
