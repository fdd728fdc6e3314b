package cldr

import "strings"

// firstCompact is the power of ten from which on there are patterns of short numbers. Numbers
// that are larger than those of the last have the last.
const firstCompact = 3

// AppendCompact appends a number in a short form: "1.2K", "15M". It is rounded to whole
// units, or to two digits if it has one before the point; halves to the even digit.
func (l *Locale) AppendCompact(dst []byte, n Number) []byte {
	power := n.n + n.exponent - 1
	unit := l.compactUnit(power)
	short := n
	short.roundCompact(unit)
	if short.n+short.exponent-1+unit > power { // 999,999 is 1 million
		power++
		short = n
		short.roundCompact(l.compactUnit(power))
	}
	pattern := l.system.decimalPattern
	if power >= firstCompact {
		if p := l.compactForms(power)[l.Plural(short)]; p != "0" {
			pattern = p
		}
	}
	return l.appendPattern(dst, pattern, &short, fill{compact: true})
}

// roundCompact divides by a power of ten and rounds.
func (x *Number) roundCompact(unit int) {
	x.scale(-unit)
	x.cut(min(0, x.n+x.exponent-2))
	x.round(0, maxFraction)
}

func (l *Locale) compactForms(power int) *forms {
	return &l.compact[min(power-firstCompact, len(l.compact)-1)]
}

// compactUnit returns the power of ten by which numbers with a leading digit of another power
// are divided: the pattern "00K" for tens of thousands has two digits.
func (l *Locale) compactUnit(power int) int {
	if power < firstCompact {
		return 0
	}
	pattern := l.compactForms(power)[Other]
	if pattern == "0" {
		return 0
	}
	return min(power, firstCompact+len(l.compact)-1) - strings.Count(pattern, "0") + 1
}
