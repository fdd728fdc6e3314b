package cldr

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// read reads a file, after the one that it is based on.
func (l *Locale) read(name string) error {
	data, err := files.ReadFile("data/" + name + ".txt")
	if err != nil {
		return err
	}
	for text := string(data); text != ""; {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		key, rest, _ := strings.Cut(line, "\t")
		if strings.HasPrefix(key, "#") {
			continue
		}
		if err := l.set(key, rest); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	return nil
}

// set takes a line: a key, and values with tabs between them.
func (l *Locale) set(key, rest string) error {
	kind, detail, _ := strings.Cut(key, ".")
	var err error
	switch kind {
	case "parent":
		return l.read(rest)
	case "dir":
		l.dir = rest
	case "plural":
		l.cardinal, err = parseRules(rest)
	case "ordinal":
		l.ordinal, err = parseRules(rest)
	case "names":
		l.names = append([]string{rest}, l.names...)
	case "currencies":
		l.currencies = append([]string{rest}, l.currencies...)
	case "systems", "grouping", "digits", "symbols", "patterns", "compact":
		return l.setNumbers(kind, detail, strings.Split(rest, "\t"))
	case "months", "days", "periods", "era", "dates", "times", "joined", "dayperiods":
		return l.calendar.set(kind, detail, strings.Split(rest, "\t"))
	default:
		return errors.New("this is not known")
	}
	return err
}

// setNumbers takes a line about numbers. Those about digits are for a system of digits.
func (l *Locale) setNumbers(kind, detail string, values []string) error {
	sys := &l.system
	switch kind {
	case "systems":
		name := l.numbers
		if name == "" {
			name = values[0]
		}
		*sys = system{name: name}
		for i := range sys.digits {
			sys.digits[i] = "0123456789"[i : i+1]
		}
		return nil
	case "grouping":
		l.grouping = int(values[0][0] - '0')
		return nil
	case "compact":
		i := len(detail) - firstCompact
		if i == len(l.compact) {
			l.compact = append(l.compact, forms{})
		}
		return l.setForms(&l.compact[i], values)
	}
	if detail != sys.name {
		return nil
	}
	ok := true
	switch kind {
	case "digits":
		runes := []rune(values[0])
		if ok = len(runes) == len(sys.digits); ok {
			for i, r := range runes {
				sys.digits[i] = string(r)
			}
		}
	case "symbols":
		ok = fill(values, &sys.decimal, &sys.group, &sys.minus, &sys.percent, &sys.moneyDecimal, &sys.moneyGroup)
	case "patterns":
		ok = fill(values, &sys.decimalPattern, &sys.percentPattern, &sys.currencyPattern, &sys.alphaPattern)
	}
	return expect(ok)
}

// set takes a line about dates.
func (c *calendar) set(kind, detail string, values []string) error {
	context, width, _ := strings.Cut(detail, ".")
	form := nameForm(width == "wide", context == "stand-alone")
	ok := true
	switch kind {
	case "months":
		c.months[form], ok = values, len(values) == 12
	case "days":
		c.days[form], ok = values, len(values) == 7
	case "periods":
		if i := slices.Index([]string{"wide", "abbreviated", "narrow"}, detail); i >= 0 && len(values) == 2 {
			c.periods[i] = values
		} else {
			ok = false
		}
	case "era":
		c.era = values[0]
	case "dates":
		ok = copy(c.dates[:], values) == len(c.dates)
	case "times":
		ok = copy(c.times[:], values) == len(c.times)
	case "joined":
		ok = copy(c.joinedWith[:], values) == len(c.joinedWith)
	case "dayperiods":
		c.parts = values
	}
	return expect(ok)
}

// setForms takes a text for each category, or one for all.
func (l *Locale) setForms(f *forms, values []string) error {
	if len(values) != 1 && len(values) != len(l.cardinal)+1 {
		return expect(false)
	}
	for i := range f {
		f[i] = values[len(values)-1]
	}
	if len(values) > 1 {
		for i, r := range l.cardinal {
			f[r.category] = values[i]
		}
	}
	return nil
}

// fill sets fields to values, if there are as many.
func fill(values []string, fields ...*string) bool {
	if len(values) != len(fields) {
		return false
	}
	for i, field := range fields {
		*field = values[i]
	}
	return true
}

func expect(ok bool) error {
	if !ok {
		return errors.New("there are more or fewer values than expected")
	}
	return nil
}
