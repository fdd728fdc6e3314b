package cldr

import (
	"fmt"
	"strconv"
	"strings"
)

// Category is the form of a word that a number asks for. The names are those of CLDR
// and say little: in Russian, 21 is One.
type Category uint8

// The categories, in the order of CLDR. All languages have Other.
const (
	Zero Category = iota
	One
	Two
	Few
	Many
	Other
)

// categoryCount is how many there are.
const categoryCount = int(Other) + 1

// String returns the name of the category in CLDR, such as "few".
func (c Category) String() string {
	names := [categoryCount]string{"zero", "one", "two", "few", "many", "other"}
	return names[min(c, Other)]
}

func parseCategory(name string) (Category, bool) {
	for c := Zero; c <= Other; c++ {
		if c.String() == name {
			return c, true
		}
	}
	return Other, false
}

// Plural returns the category of a number of things: "1 book", "2 books".
func (l *Locale) Plural(n Number) Category { return category(l.cardinal, &n) }

// Ordinal returns the category of a number in an order: "1st book", "2nd book".
func (l *Locale) Ordinal(n Number) Category { return category(l.ordinal, &n) }

// Categories returns the categories that Plural returns, in the order of CLDR.
func (l *Locale) Categories() []Category { return categories(l.cardinal) }

// OrdinalCategories returns the categories that Ordinal returns, in the order of CLDR.
func (l *Locale) OrdinalCategories() []Category { return categories(l.ordinal) }

func categories(rules []rule) []Category {
	var all []Category
	for _, r := range rules {
		all = append(all, r.category)
	}
	return append(all, Other)
}

func category(rules []rule, n *Number) Category {
	for i := range rules {
		if rules[i].holds(n) {
			return rules[i].category
		}
	}
	return Other
}

// rule says which numbers are of a category (UTS 35, part 3, "Plural rules syntax"): if
// all relations of one of the lists hold.
type rule struct {
	category Category
	any      [][]relation
}

// relation is a relation of a rule, such as "i % 100 != 12..14".
type relation struct {
	operand byte // n, i, v, w, f, t, c or e
	modulus uint64
	not     bool
	ranges  [][2]uint64
}

// parseRules reads rules of the form "one:i = 1 and v = 0", with tabs between them.
func parseRules(text string) ([]rule, error) {
	var rules []rule
	if text == "" {
		return nil, nil
	}
	for part := range strings.SplitSeq(text, "\t") {
		name, condition, _ := strings.Cut(part, ":")
		c, ok := parseCategory(name)
		if !ok {
			return nil, fmt.Errorf("there is no category %s", quote(name))
		}
		r := rule{category: c}
		for list := range strings.SplitSeq(condition, " or ") {
			var all []relation
			for text := range strings.SplitSeq(list, " and ") {
				relation, err := parseRelation(strings.TrimSpace(text))
				if err != nil {
					return nil, err
				}
				all = append(all, relation)
			}
			r.any = append(r.any, all)
		}
		rules = append(rules, r)
	}
	return rules, nil
}

func parseRelation(text string) (relation, error) {
	left, right, ok := strings.Cut(text, "=")
	left = strings.TrimSpace(left)
	var r relation
	left, r.not = strings.CutSuffix(left, "!")
	operand, modulus, hasModulus := strings.Cut(strings.TrimSpace(left), "%")
	operand = strings.TrimSpace(operand)
	if !ok || len(operand) != 1 || !strings.Contains("nivwftce", operand) {
		return r, fmt.Errorf("%s is not a relation", quote(text))
	}
	r.operand = operand[0]
	var err error
	if hasModulus {
		if r.modulus, err = strconv.ParseUint(strings.TrimSpace(modulus), 10, 32); err != nil || r.modulus == 0 {
			return r, fmt.Errorf("%s is not a relation", quote(text))
		}
	}
	for part := range strings.SplitSeq(right, ",") {
		low, high, isRange := strings.Cut(strings.TrimSpace(part), "..")
		if !isRange {
			high = low
		}
		var bounds [2]uint64
		for i, bound := range [...]string{low, high} {
			if bounds[i], err = strconv.ParseUint(bound, 10, 32); err != nil {
				return r, fmt.Errorf("%s is not a relation", quote(text))
			}
		}
		r.ranges = append(r.ranges, bounds)
	}
	return r, nil
}

func (r *rule) holds(n *Number) bool {
	for _, all := range r.any {
		holds := true
		for i := range all {
			holds = holds && all[i].holds(n)
		}
		if holds {
			return true
		}
	}
	return false
}

func (r *relation) holds(n *Number) bool {
	if r.operand == 'n' && n.trimmed() > 0 { // no whole number, and so in no range
		return r.not
	}
	v := n.operand(r.operand, r.modulus)
	for _, bounds := range r.ranges {
		if bounds[0] <= v && v <= bounds[1] {
			return !r.not
		}
	}
	return r.not
}

// operand returns an operand of UTS 35, part 3, "Operands", or what remains of it after a
// division. What is larger than all numbers in rules may be returned as less.
func (x *Number) operand(name byte, modulus uint64) uint64 {
	first, last := max(0, x.n+x.exponent-1), 0 // powers of ten
	switch name {
	case 'v':
		return uint64(x.fractions())
	case 'w':
		return uint64(x.trimmed())
	case 'c', 'e':
		return uint64(x.compact)
	case 'f':
		first, last = -1, -x.fractions()
	case 't':
		first, last = -1, -x.trimmed()
	}
	const most = 1 << 40
	v := uint64(0)
	for power := first; power >= last; power-- {
		v = v*10 + uint64(x.digit(power))
		if modulus > 0 {
			v %= modulus
		}
		v = min(v, most)
	}
	return v
}

// trimmed returns how many digits there are after the decimal point without the zeros
// at the end.
func (x *Number) trimmed() int {
	w := x.fractions()
	for w > 0 && x.digit(-w) == 0 {
		w--
	}
	return w
}
