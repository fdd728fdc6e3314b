package main

import "slices"

// correction replaces a value of a line that is wrong in the version of CLDR that is pinned.
type correction struct {
	tag, key  string
	from, to  string
	fixedWith string // the version of CLDR that has it right
}

// corrections are for errors that visitors would see. The tests compare with the ICU of
// Node.js, which has these values.
func corrections() []correction {
	return []correction{
		{"ko", "periods.abbreviated", "AM", "오전", "48.2"},
		{"ko", "periods.abbreviated", "PM", "오후", "48.2"},
		{"ko-KP", "periods.abbreviated", "AM", "오전", "48.2"},
		{"ko-KP", "periods.abbreviated", "PM", "오후", "48.2"},
		{"zh-Hant", "joined", "{1}{0}", "{1} {0}", "48.2"},
		{"zh-Hant-HK", "joined", "{1}{0}", "{1} {0}", "48.2"},
		{"zh-Hant-MO", "joined", "{1}{0}", "{1} {0}", "48.2"},
		{"zh-Hant-MY", "joined", "{1}{0}", "{1} {0}", "48.2"},
		{"fr-CH", "symbols.latn", "\u202f", "'", "48.2"},
	}
}

// correct corrects the lines of a locale. It fails when there is nothing to correct: then the
// correction must go.
func (s *source) correct(tag string, l *lines) {
	for _, c := range corrections() {
		if c.tag != tag {
			continue
		}
		values := slices.Clone(l.values[c.key])
		if !slices.Contains(values, c.from) {
			s.fail("%s of %s has no %q any more: remove its correction", c.key, tag, c.from)
		}
		for i, value := range values {
			if value == c.from {
				values[i] = c.to
			}
		}
		l.values[c.key] = values
	}
}
