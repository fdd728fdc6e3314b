package main

import (
	"maps"
	"slices"
	"strings"
)

// tagsFile says which tags lead to which data:
//
//	locale  TAG SCRIPT REGION   a locale, and the script and region that its speakers have
//	alias   OLD NEW             a language with another code
//	script  LANG SCRIPT REGION...  regions where a language is written in a script of its own
//	parent  TAG REGION...       regions whose dialect has no data, and is based on one that has
func (s *source) tagsFile() string {
	var b strings.Builder
	b.WriteString(header)
	likely := at(s.core["likelySubtags"], "likelySubtags").(map[string]any)
	line := func(values ...string) { b.WriteString(strings.Join(values, "\t") + "\n") }
	languages := map[string]bool{}
	for _, tag := range s.tags {
		script, region := s.maximize(likely, tag)
		line("locale", tag, script, region)
		languages[language(tag)] = true
	}
	// Norwegian is Bokmål unless it says that it is Nynorsk, and its data is named "no".
	line("alias", "no", "nb")
	aliases := at(s.core["aliases"], "metadata", "alias", "languageAlias").(map[string]any)
	for _, old := range slices.Sorted(maps.Keys(aliases)) {
		replacement := s.text(aliases, old, "_replacement")
		if len(old) == 2 && slices.Contains(s.tags, replacement) {
			line("alias", old, replacement)
		}
	}
	scripts, parents := map[string][]string{}, map[string][]string{}
	for _, key := range slices.Sorted(maps.Keys(likely)) {
		lang, region, _ := strings.Cut(key, "-")
		if !languages[lang] || !isRegion(region) {
			continue
		}
		subtags := strings.Split(s.text(likely, key), "-")
		if language, _ := s.maximize(likely, lang); subtags[1] != language {
			scripts[lang+"\t"+subtags[1]] = append(scripts[lang+"\t"+subtags[1]], region)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(at(s.core["parentLocales"], "parentLocales", "parentLocale").(map[string]any))) {
		lang, region, _ := strings.Cut(key, "-")
		if p := s.parent(key); languages[lang] && isRegion(region) && p != lang && p != "" && !slices.Contains(s.tags, key) {
			parents[p] = append(parents[p], region)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(scripts)) {
		line(append([]string{"script", key}, scripts[key]...)...)
	}
	for _, key := range slices.Sorted(maps.Keys(parents)) {
		line(append([]string{"parent", key}, parents[key]...)...)
	}
	return b.String()
}

// maximize is UTS 35, "Likely Subtags", for the tags here.
func (s *source) maximize(likely map[string]any, tag string) (script, region string) {
	parts := strings.Split(tag, "-")
	key := tag
	if _, ok := likely[key]; !ok {
		key = parts[0]
	}
	subtags := strings.Split(s.text(likely, key), "-")
	script, region = subtags[1], subtags[2]
	for _, part := range parts[1:] {
		if len(part) == 4 {
			script = part
		} else {
			region = part
		}
	}
	return script, region
}

// sharedFile has what does not depend on the language: the first days of the week
// by region, but for Monday, and how many fraction digits currencies have that have
// not two.
func (s *source) sharedFile() string {
	var b strings.Builder
	b.WriteString(header)
	regions := map[string][]string{}
	first := at(s.core["weekData"], "weekData", "firstDay")
	for _, region := range keys(first) {
		if day := s.text(first, region); len(region) == 2 && day != "mon" {
			regions[day] = append(regions[day], region)
		}
	}
	if s.text(first, "001") != "mon" {
		s.fail("the week of the world does not begin on Monday any more")
	}
	for _, day := range slices.Sorted(maps.Keys(regions)) {
		b.WriteString("week\t" + day + "\t" + strings.Join(regions[day], "\t") + "\n")
	}
	currencies := map[string][]string{}
	fractions := at(s.core["currencyData"], "currencyData", "fractions")
	for _, code := range keys(fractions) {
		if digits := s.text(fractions, code, "_digits"); digits != "2" {
			currencies[digits] = append(currencies[digits], code)
		}
	}
	for _, digits := range slices.Sorted(maps.Keys(currencies)) {
		b.WriteString("currency\t" + digits + "\t" + strings.Join(currencies[digits], "\t") + "\n")
	}
	return b.String()
}

// samplesFile has the samples of all plural rules, for the tests: locale, kind,
// category, samples.
func (s *source) samplesFile() string {
	var b strings.Builder
	b.WriteString(header)
	for _, tag := range s.named {
		for _, kind := range [...][3]string{{"plurals", "plurals-type-cardinal", "cardinal"}, {"ordinals", "plurals-type-ordinal", "ordinal"}} {
			set := s.ruleSet(kind[0], kind[1], tag)
			for _, key := range keys(set) {
				_, samples, _ := strings.Cut(s.text(set, key), "@")
				if samples == "" {
					continue
				}
				b.WriteString(strings.Join([]string{tag, kind[2], strings.TrimPrefix(key, "pluralRule-count-"), "@" + samples}, "\t") + "\n")
			}
		}
	}
	return b.String()
}

// isRegion reports whether a subtag is one of a region: scripts have four letters.
func isRegion(subtag string) bool { return len(subtag) == 2 || len(subtag) == 3 }
