package main

import (
	"slices"
	"strconv"
	"strings"
)

// dates adds the names and patterns of the Gregorian calendar.
func (s *source) dates(l *lines, tag string) {
	calendar := at(s.file(tag, "ca-gregorian"), "dates", "calendars", "gregorian")
	months := make([]string, 12)
	for i := range months {
		months[i] = strconv.Itoa(i + 1)
	}
	days := []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
	for _, context := range [...]string{"format", "stand-alone"} {
		for _, width := range [...]string{"wide", "abbreviated"} {
			l.add("months."+context+"."+width, s.texts(at(calendar, "months", context, width), months...)...)
			l.add("days."+context+"."+width, s.texts(at(calendar, "days", context, width), days...)...)
		}
	}
	for _, width := range [...]string{"abbreviated", "wide", "narrow"} {
		l.add("periods."+width, s.texts(at(calendar, "dayPeriods", "format", width), "am", "pm")...)
	}
	l.add("era", s.text(calendar, "eras", "eraAbbr", "1"))

	styles := []string{"full", "long", "medium", "short"}
	available := at(calendar, "dateTimeFormats", "availableFormats")
	dates := append(s.texts(at(calendar, "dateFormats"), styles...), s.texts(available, "yMMMM", "MMMMd")...)
	times := s.texts(at(calendar, "timeFormats"), "medium", "short")
	joined := s.texts(at(calendar, "dateTimeFormats-atTime", "standard"), styles...)
	l.add("dates", dates...)
	l.add("times", times...)
	l.add("joined", joined...)
	for _, pattern := range slices.Concat(dates, times) {
		s.checkPattern(tag, pattern)
	}
	p := s.parent(tag)
	if strings.Contains(times[1], "B") || p != "" && s.locale(p).values["dayperiods"] != nil {
		s.dayPeriods(l, tag, at(calendar, "dayPeriods", "format", "abbreviated"))
	}
}

// checkPattern fails for fields that package cldr does not have in its code.
func (s *source) checkPattern(tag, pattern string) {
	quoted := false
	for _, c := range pattern {
		switch {
		case c == '\'':
			quoted = !quoted
		case !quoted && ('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z') && !strings.ContainsRune("GyMLdEchHmsaB", c):
			s.fail("%s: the pattern %q has the field %c", tag, pattern, c)
		}
	}
}

// dayPeriods adds the periods that a day has in the language, as "HH:MM=name", with the
// time when each begins.
func (s *source) dayPeriods(l *lines, tag string, names any) {
	rules := at(s.core["dayPeriods"], "dayPeriodRuleSet", language(tag))
	var entries []string
	for _, period := range keys(rules) {
		if from, ok := at(rules, period, "_from").(string); ok {
			entries = append(entries, from+"="+s.text(names, period))
			if before := s.text(rules, period, "_before"); before < from {
				entries = append(entries, "00:00="+s.text(names, period))
			}
		}
	}
	slices.Sort(entries)
	l.add("dayperiods", entries...)
}
