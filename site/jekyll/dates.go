package jekyll

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
)

// A date outside these years is a slip of the pen, or an attack.
const minYear, maxYear = 1900, 2999

// parseDate reads a date as people write it in front matter: a day, or a day
// and a time, or these with a zone. Without one it is in the zone given.
func parseDate(s string, zone *time.Location) (time.Time, string, error) {
	s = withoutMonth(strings.Join(strings.Fields(strings.Replace(s, "+/-", "+", 1)), " "))
	if day, clock, ok := strings.Cut(s, "T"); ok && len(day) == len(time.DateOnly) {
		s = day + " " + clock
	}
	day, rest, _ := strings.Cut(s, " ")
	clock, name := splitClock(rest)
	// Some wrote the year again, before or after the zone.
	if year, _, _ := strings.Cut(day, "-"); len(year) == 4 && name != year {
		name = strings.TrimSuffix(strings.TrimPrefix(name, year+" "), " "+year)
	}
	name, loc, err := parseZone(name, zone)
	if err != nil {
		return time.Time{}, "", err
	}
	if clock == "" {
		clock = "00:00"
	}
	for _, layout := range [...]string{"2006-1-2 15:04:05", "2006-1-2 15:04", "2006-1-2 3:04PM", "2006-1-2 3:04:05PM", "2006/1/2 15:04:05", "2006/1/2 15:04"} {
		date, err := time.ParseInLocation(layout, day+" "+clock, loc)
		if err != nil {
			continue
		}
		if year := date.Year(); year < minYear || year > maxYear {
			return time.Time{}, "", fmt.Errorf("year %d is outside %d to %d", year, minYear, maxYear)
		}
		return date, name, nil
	}
	return time.Time{}, "", errors.New("it is not a date; write it like 2013-10-17 09:30:00 +0530")
}

// withoutMonth writes a date that has the name of a month without it.
func withoutMonth(s string) string {
	if date, err := time.Parse(time.RFC1123Z, s); err == nil {
		return date.Format("2006-01-02 15:04:05 -07:00")
	}
	// What programs print: date, Ruby, C.
	if parts := strings.Fields(s); len(parts) > 3 && len(parts[0]) == 3 && len(parts[1]) == 3 {
		month, day, rest := parts[1], parts[2], parts[3:]
		year := rest[len(rest)-1]
		if zone := rest[:len(rest)-1]; len(zone) == 2 && strings.ContainsRune(zone[1], ':') {
			rest = []string{zone[1], zone[0]}
		} else {
			rest = zone
		}
		if date, err := time.Parse("Jan 2 2006", month+" "+day+" "+year); err == nil {
			return strings.TrimSpace(date.Format(time.DateOnly) + " " + strings.Join(rest, " "))
		}
	}
	// A day in words, and what follows it.
	words := strings.Fields(s)
	for _, layout := range [...]string{"January 2, 2006", "Jan 2, 2006", "January 2 2006", "Jan 2 2006", "2 January 2006", "2 Jan 2006", "2 January, 2006"} {
		for _, n := range [...]int{3, 4} {
			if len(words) < n {
				continue
			}
			day := strings.TrimRight(strings.Join(words[n-3:n], " "), ",")
			if n == 4 && strings.IndexFunc(strings.TrimRight(words[0], ",."), unicode.IsDigit) >= 0 {
				continue // the first word is the day of the week
			}
			if date, err := time.Parse(layout, strings.TrimSuffix(day, " at")); err == nil {
				rest := strings.TrimPrefix(strings.Join(words[n:], " "), "at ")
				return strings.TrimSpace(date.Format(time.DateOnly) + " " + rest)
			}
		}
	}
	return s
}

// splitClock parts "09:30:00 +0530", with or without the space, into the time
// of day and the zone.
func splitClock(s string) (clock, zone string) {
	at := strings.IndexFunc(s, func(r rune) bool { return (r < '0' || r > '9') && r != ':' && r != '.' })
	if at < 0 {
		return s, ""
	}
	clock, zone = s[:at], strings.TrimSpace(s[at:])
	if half, more, _ := strings.Cut(zone, " "); clock != "" && (strings.EqualFold(half, "AM") || strings.EqualFold(half, "PM")) {
		return clock + strings.ToUpper(half), more
	}
	return clock, zone
}

// parseZone finds the location that a date names, and the name to keep.
func parseZone(s string, missing *time.Location) (string, *time.Location, error) {
	switch s {
	case "":
		return missing.String(), missing, nil
	case "Z", "z", "UTC", "GMT", "utc", "gmt":
		return "UTC", time.UTC, nil
	}
	for _, layout := range [...]string{"-07:00", "-0700", "-07"} {
		if at, err := time.Parse(layout, s); err == nil {
			return fixedZone(at)
		}
	}
	if offset := northAmerican(s); offset != "" {
		at, err := time.Parse("-07:00", offset)
		if err == nil {
			return fixedZone(at)
		}
	}
	// Local is the zone of this machine, of which the writer knew nothing.
	if strings.Contains(s, "/") {
		if loc, err := time.LoadLocation(s); err == nil {
			return s, loc, nil
		}
	}
	if offset := oftenMeant(s); offset != "" {
		return "", nil, fmt.Errorf("time zone %q is not known; write an offset, %s if that is meant, or a name such as Asia/Kolkata", s, offset)
	}
	return "", nil, fmt.Errorf("time zone %q is not known; write an offset such as +05:30, or a name such as Asia/Kolkata", s)
}

// oftenMeant returns the offset that most who write an abbreviation mean, "" if
// there is more than one.
func oftenMeant(s string) string {
	switch strings.ToUpper(s) {
	case "JST", "KST":
		return "+09:00"
	case "WET":
		return "+00:00"
	case "CET", "MEZ", "WEST":
		return "+01:00"
	case "CEST", "MESZ", "EET", "SAST":
		return "+02:00"
	case "EEST", "MSK":
		return "+03:00"
	case "PKT":
		return "+05:00"
	case "ICT", "WIB":
		return "+07:00"
	case "HKT", "SGT", "AWST":
		return "+08:00"
	case "AEST":
		return "+10:00"
	case "AEDT":
		return "+11:00"
	case "NZST":
		return "+12:00"
	case "NZDT":
		return "+13:00"
	case "BRT", "ART":
		return "-03:00"
	case "HST":
		return "-10:00"
	}
	return ""
}

func fixedZone(at time.Time) (string, *time.Location, error) {
	name := at.Format("-07:00")
	_, offset := at.Zone()
	switch {
	case offset == 0:
		return "UTC", time.UTC, nil
	case offset < -14*3600 || offset > 14*3600:
		return "", nil, fmt.Errorf("time zone %q is further from UTC than any", name)
	}
	return name, time.FixedZone(name, offset), nil
}

// northAmerican knows the abbreviations of RFC 2822, section 4.3. Others mean
// different zones to different people.
func northAmerican(s string) string {
	switch s {
	case "EST", "CDT":
		return "-05:00"
	case "EDT":
		return "-04:00"
	case "CST", "MDT":
		return "-06:00"
	case "MST", "PDT":
		return "-07:00"
	case "PST":
		return "-08:00"
	}
	return ""
}
