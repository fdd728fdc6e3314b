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
	case "moneypatterns":
		l.moneyPatterns = rest
	case "systems", "grouping", "digits", "symbols", "patterns", "compact":
		return l.setNumbers(kind, detail, strings.Split(rest, "\t"))
	case "months", "days", "periods", "era", "dates", "times", "joined", "dayperiods":
		return l.calendar.set(kind, detail, strings.Split(rest, "\t"))
	case "relative", "unit":
		unit, form, _ := strings.Cut(detail, ".")
		return l.setUnit(kind, unit, form, rest)
	case "list":
		between := &l.lists[And]
		if detail == "or" {
			between = &l.lists[Or]
		}
		return expect(assign(strings.Split(rest, "\t"), &between.start, &between.middle, &between.end, &between.two))
	default:
		return errors.New("this is not known")
	}
	return err
}

// setNumbers takes a line about numbers. Those about digits are for a system of digits.
func (l *Locale) setNumbers(kind, detail string, values []string) error {
	switch kind {
	case "systems":
		return l.setSystems(values)
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
	i := slices.IndexFunc(l.systems, func(sys system) bool { return sys.name == detail })
	if i < 0 {
		return fmt.Errorf("there are no digits %s", quote(detail))
	}
	sys := &l.systems[i]
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
		ok = assign(values, &sys.decimal, &sys.group, &sys.minus, &sys.percent, &sys.moneyDecimal, &sys.moneyGroup)
	case "patterns":
		ok = assign(values, &sys.decimalPattern, &sys.percentPattern, &sys.currencyPattern, &sys.alphaPattern)
	}
	return expect(ok)
}

// setSystems takes the names of the systems of digits that the language has, of which the
// first is the one that it is usually written with.
func (l *Locale) setSystems(names []string) error {
	l.systems = make([]system, len(names))
	l.system = nil
	for i, name := range names {
		sys := &l.systems[i]
		sys.name = name
		for digit := range sys.digits {
			sys.digits[digit] = "0123456789"[digit : digit+1]
		}
		if name == l.numbers || l.numbers == "" && i == 0 {
			l.system = sys
		}
	}
	return nil
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
		if i := slices.Index([]string{"abbreviated", "wide", "narrow"}, detail); i >= 0 && len(values) == 2 {
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

// setUnit takes a line about a unit or a relative time.
func (l *Locale) setUnit(kind, name, form, rest string) error {
	unit, ok := parseUnit(name)
	if !ok || kind == "relative" && unit < Second {
		return fmt.Errorf("there is no unit %s", quote(name))
	}
	values := strings.Split(rest, "\t")
	switch kind + " " + form {
	case "unit long":
		return l.setForms(&l.longUnits[unit], values)
	case "unit short":
		return l.setForms(&l.shortUnits[unit], values)
	case "relative past":
		return l.setForms(&l.relative[unit-Second].past, values)
	case "relative future":
		return l.setForms(&l.relative[unit-Second].future, values)
	}
	l.relative[unit-Second].words = rest
	return nil
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

// assign sets fields to values, if there are as many.
func assign(values []string, fields ...*string) bool {
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
