package cldr

import (
	"embed"
	"fmt"
	"strings"
	"time"
)

// files are the data: a file for each locale, see scripts/cldr. That of a dialect has
// what differs from the file that its first line names.
//
//go:embed data/*.txt data/LICENSE
var files embed.FS

// Locale is a language, or a dialect of one, as CLDR knows it. [Load] returns it. It
// does not change and is safe for concurrent use.
type Locale struct {
	tag      string
	firstDay time.Weekday
	dir      string
	names    []string // tables of tags and names; the first that has a tag holds
	cardinal []rule
	ordinal  []rule

	numbers       string   // the kind of digits that the tag asks for, "" for that of the language
	systems       []system // of digits
	system        *system  // the one of systems that numbers are written with
	grouping      int      // how many digits a number with groups has before the last group
	compact       []forms  // by the power of ten, from firstCompact up
	currencies    []string // tables of codes and symbols; the first that has a code holds
	moneyPatterns string   // a table of codes and the patterns that they have of their own
	calendar      calendar
	relative      [unitCount - int(Second)]relative
	longUnits     [unitCount]forms
	shortUnits    [unitCount]forms
	lists         [2]list // by ListKind
}

// forms are the texts for the categories of plurals.
type forms [categoryCount]string

// Load returns the locale for a tag (BCP 47), such as "de", "pt-PT" or "zh-Hant-HK".
// Case does not matter, and "_" may stand for "-".
//
// A dialect that has no data of its own gets those of the dialect that CLDR says it
// is based on, or of its language: "de-DE" leads to "de", "en-CY" to "en-001", and
// "zh-TW" to "zh-Hant", as this is the script of Taiwan. [Locale.Tag] tells where a tag
// led.
//
// Digits are those that the language has by default, such as Arabic ones in Egypt. With the
// extension "-u-nu-latn" they are those of ASCII.
//
// A tag that is malformed or longer than 100 bytes, and a language, script or kind of digits
// without data, is an error.
func Load(tag string) (*Locale, error) {
	t, err := parseTag(tag)
	if err != nil {
		return nil, err
	}
	name, region, ok := t.find()
	if !ok {
		return nil, fmt.Errorf("there are no data for the language %s", quote(tag))
	}
	l := &Locale{tag: name, numbers: t.numbers}
	if err := l.read(name); err != nil {
		return nil, fmt.Errorf("the data of the language %s: %w", name, err)
	}
	l.firstDay = firstDay(region)
	if l.system == nil {
		return nil, fmt.Errorf("the language %s has no digits %s", quote(tag), quote(t.numbers))
	}
	return l, nil
}

// Tag returns the tag of the data, such as "de" for what was loaded as "de-DE".
func (l *Locale) Tag() string { return l.tag }

// Dir returns the direction of the script, for the attribute "dir" of HTML: "ltr" or
// "rtl".
func (l *Locale) Dir() string { return l.dir }

// Name returns the name of the language in itself: "Deutsch", "français".
func (l *Locale) Name() string { return lookup(l.names, l.tag) }

// NameOf returns the name of another language in this one. A dialect may have the name
// of its language: those that have a name of their own in all languages are listed in
// scripts/cldr. The name of a language that [Load] does not know is "".
func (l *Locale) NameOf(tag string) string {
	if name := lookup(l.names, tag); name != "" {
		return name
	}
	t, err := parseTag(tag)
	if err != nil {
		return ""
	}
	name, _, _ := t.find()
	for name != "" {
		if found := lookup(l.names, name); found != "" {
			return found
		}
		name = name[:max(0, strings.LastIndexByte(name, '-'))]
	}
	return ""
}

// lookup finds a value in the first of some tables that has it.
func lookup(tables []string, key string) string {
	for _, table := range tables {
		if value := find(table, key); value != "" {
			return value
		}
	}
	return ""
}

// find finds a value in a table: entries of the form "key=value", with tabs between them.
func find(table, key string) string {
	for entry := range strings.SplitSeq(table, "\t") {
		if name, value, _ := strings.Cut(entry, "="); name == key && key != "" {
			return value
		}
	}
	return ""
}
