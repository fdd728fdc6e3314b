package main

import "strings"

// relative adds the words for times before and after now: for each unit those like
// "yesterday", as "-1=yesterday", and the patterns for numbers of units.
func (s *source) relative(l *lines, tag string) {
	fields := at(s.file(tag, "dateFields"), "dates", "fields")
	for _, unit := range [...]string{"second", "minute", "hour", "day", "week", "month", "year"} {
		var words []string
		for _, n := range [...]string{"-2", "-1", "0", "1", "2"} {
			if word, ok := at(fields, unit, "relative-type-"+n).(string); ok {
				words = append(words, n+"="+word)
			}
		}
		l.add("relative."+unit, words...)
		for _, when := range [...]string{"past", "future"} {
			l.addForms("relative."+unit+"."+when, s.forms(l, tag, at(fields, unit, "relativeTime-type-"+when), "relativeTimePattern-count-"))
		}
	}
}

// lists adds what is between the items of lists: at the start, in the middle, at the end,
// and between only two.
func (s *source) lists(l *lines, tag string) {
	patterns := at(s.file(tag, "listPatterns"), "listPatterns")
	for _, kind := range [...][2]string{{"and", "standard"}, {"or", "or"}} {
		between := s.texts(at(patterns, "listPattern-type-"+kind[1]), "start", "middle", "end", "2")
		for i, pattern := range between {
			if !strings.HasPrefix(pattern, "{0}") || !strings.HasSuffix(pattern, "{1}") {
				s.fail("%s: the pattern %q of lists has text outside", tag, pattern)
			}
			between[i] = strings.TrimSuffix(strings.TrimPrefix(pattern, "{0}"), "{1}")
		}
		l.add("list."+kind[0], between...)
	}
}

// units adds the patterns of units of measurement.
func (s *source) units(l *lines, tag string) {
	for _, key := range [...]string{
		"digital-byte", "digital-kilobyte", "digital-megabyte", "digital-gigabyte", "digital-terabyte",
		"length-meter", "length-kilometer", "temperature-celsius", "concentr-percent",
		"duration-second", "duration-minute", "duration-hour", "duration-day", "duration-week", "duration-month", "duration-year",
	} {
		_, unit, _ := strings.Cut(key, "-")
		for _, length := range [...]string{"long", "short"} {
			if key == "concentr-percent" && length == "short" {
				continue // which is written as any number in percent
			}
			l.addForms("unit."+unit+"."+length, s.forms(l, tag, at(s.file(tag, "units"), "units", length, key), "unitPattern-count-"))
		}
	}
}
