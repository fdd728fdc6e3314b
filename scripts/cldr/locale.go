package main

import (
	"slices"
	"strings"
)

// lines are those of a data file: a key, and values with a tab before each. A
// table is a line whose values are "key=value".
type lines struct {
	order  []string
	values map[string][]string
	tables map[string]bool
	forms  map[string]bool
	digits map[string]bool // lines about one system of digits
}

func (l *lines) add(key string, values ...string) {
	if _, ok := l.values[key]; !ok {
		l.order = append(l.order, key)
	}
	l.values[key] = values
}

// addForms adds a line with a value for each category of plurals, or one value if
// all are the same.
func (l *lines) addForms(key string, forms []string) {
	l.forms[key] = true
	if len(slices.Compact(slices.Clone(forms))) == 1 {
		forms = forms[:1]
	}
	l.add(key, forms...)
}

// addDigits adds a line about a system of digits.
func (l *lines) addDigits(key string, values ...string) {
	l.digits[key] = true
	l.add(key, values...)
}

func (l *lines) addTable(key string, entries []string) {
	l.tables[key] = true
	l.add(key, entries...)
}

const header = "# CLDR " + version + ", written by scripts/cldr; see data/LICENSE.\n"

func (s *source) localeFile(tag string) string {
	own := s.locale(tag)
	var b strings.Builder
	b.WriteString(header)
	if p := s.parent(tag); p != "" {
		b.WriteString("parent\t" + p + "\n")
		own = s.without(tag, own, s.locale(p))
	}
	for _, key := range own.order {
		b.WriteString(strings.Join(append([]string{key}, own.values[key]...), "\t") + "\n")
	}
	return b.String()
}

// without leaves what differs from the parent.
func (s *source) without(tag string, own, parent *lines) *lines {
	diff := &lines{values: map[string][]string{}}
	others := !slices.Equal(categories(own), categories(parent))
	digits := !slices.Equal(own.values["systems"], parent.values["systems"])
	for _, key := range own.order {
		values, theirs := own.values[key], parent.values[key]
		switch {
		case own.tables[key]:
			values = slices.DeleteFunc(slices.Clone(values), func(entry string) bool { return slices.Contains(theirs, entry) })
			for _, entry := range theirs { // what a currency is called by its code only here
				name, _, _ := strings.Cut(entry, "=")
				if !slices.ContainsFunc(own.values[key], func(e string) bool { return strings.HasPrefix(e, name+"=") }) {
					values = append(values, name+"="+name)
				}
			}
			if len(values) > 0 {
				diff.add(key, values...)
			}
		case !slices.Equal(values, theirs), others && own.forms[key] && len(values) > 1, digits && own.digits[key]:
			diff.add(key, values...)
		}
	}
	for _, key := range parent.order {
		if _, ok := own.values[key]; !ok {
			s.fail("%s has no %s, and the language that it is a dialect of has", tag, key)
		}
	}
	return diff
}

// categories returns those of the line "plural" in their order.
func categories(l *lines) []string {
	var all []string
	for _, rule := range l.values["plural"] {
		name, _, _ := strings.Cut(rule, ":")
		all = append(all, name)
	}
	return append(all, "other")
}

// locale returns all lines of a locale.
func (s *source) locale(tag string) *lines {
	if l := s.lines[tag]; l != nil {
		return l
	}
	l := &lines{values: map[string][]string{}, tables: map[string]bool{}, forms: map[string]bool{}, digits: map[string]bool{}}
	direction := s.text(s.file(tag, "layout"), "layout", "orientation", "characterOrder")
	l.add("dir", map[string]string{"left-to-right": "ltr", "right-to-left": "rtl"}[direction])
	l.add("plural", s.rules("plurals", "plurals-type-cardinal", tag)...)
	l.add("ordinal", s.rules("ordinals", "plurals-type-ordinal", tag)...)
	s.names(l, tag)
	s.numbers(l, tag)
	s.dates(l, tag)
	s.relative(l, tag)
	s.lists(l, tag)
	s.units(l, tag)
	s.correct(tag, l)
	s.lines[tag] = l
	return l
}

// rules returns the plural rules of a locale as "category:condition", in the order
// of CLDR, without the samples; "other" has no condition and is left out.
func (s *source) rules(file, kind, tag string) []string {
	var all []string
	set := s.ruleSet(file, kind, tag)
	for _, category := range [...]string{"zero", "one", "two", "few", "many"} {
		if rule, ok := set["pluralRule-count-"+category].(string); ok {
			condition, _, _ := strings.Cut(rule, "@")
			all = append(all, category+":"+strings.TrimSpace(condition))
		}
	}
	return all
}

// ruleSet finds the rules for a tag, which are those of its language if it has no
// others.
func (s *source) ruleSet(file, kind, tag string) map[string]any {
	for t := tag; ; t = t[:strings.LastIndexByte(t, '-')] {
		if set, ok := at(s.core[file], kind, t).(map[string]any); ok {
			return set
		}
		if !strings.Contains(t, "-") {
			if file == "plurals" { // without ordinals, all are "other"
				s.fail("%s has no rules in %s", tag, file)
			}
			return nil
		}
	}
}

// names adds what the locale calls each of the languages, itself, and what it is based on.
func (s *source) names(l *lines, tag string) {
	var entries []string
	for _, other := range s.named {
		entries = append(entries, other+"="+s.name(tag, other))
	}
	for own := tag; own != ""; own = s.parent(own) {
		if !slices.Contains(s.named, own) {
			entries = append(entries, own+"="+s.name(tag, own))
		}
	}
	l.addTable("names", entries)
}

// name is UTS 35, part 2, "Locale Display Name Algorithm".
func (s *source) name(tag, other string) string {
	display := at(s.file(tag, "localeDisplayNames"), "localeDisplayNames")
	languages := at(s.file(tag, "languages"), "localeDisplayNames", "languages")
	rest := []string{}
	for t := other; ; {
		if name, ok := at(languages, t).(string); ok {
			if len(rest) == 0 {
				return name
			}
			separator := s.text(display, "localeDisplayPattern", "localeSeparator")
			details := rest[0]
			for _, part := range rest[1:] {
				details = strings.NewReplacer("{0}", details, "{1}", part).Replace(separator)
			}
			return strings.NewReplacer("{0}", name, "{1}", details).Replace(s.text(display, "localeDisplayPattern", "localePattern"))
		}
		i := strings.LastIndexByte(t, '-')
		if i < 0 {
			s.fail("%s has no name for %s", tag, other)
			return ""
		}
		kind := "territories"
		if len(t)-i-1 == 4 {
			kind = "scripts"
		}
		rest = append([]string{s.text(s.file(tag, kind), "localeDisplayNames", kind, t[i+1:])}, rest...)
		t = t[:i]
	}
}
