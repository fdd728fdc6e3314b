package cldr

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// PluralForms returns what catalogues of GNU gettext say about the plurals of the
// language: how many forms there are, and the field Plural-Forms of a header, such as
// "nplurals=2; plural=(n==1 ? 0 : 1);". The forms are those of the categories that whole
// numbers have, in the order of CLDR: Polish has four categories, and "other" is only for
// fractions, so there are three forms.
func (l *Locale) PluralForms() (count int, header string) {
	used := l.wholeCategories()
	var b strings.Builder
	for i, c := range used[:len(used)-1] {
		for _, r := range l.cardinal {
			if r.category == c {
				fmt.Fprintf(&b, "%s ? %d : ", r.expression(), i)
			}
		}
	}
	expression := b.String() + strconv.Itoa(len(used)-1)
	if len(used) > 1 {
		expression = "(" + expression + ")"
	}
	return len(used), fmt.Sprintf("nplurals=%d; plural=%s;", len(used), expression)
}

// wholeCategories returns the categories of whole numbers. Rules look at the last two
// digits, or whether a number is one of thousands or millions.
func (l *Locale) wholeCategories() []Category {
	var seen [categoryCount]bool
	for n := range int64(1000) {
		for _, by := range [...]int64{1, 1000, 1_000_000} {
			seen[l.Plural(Int(n*by))] = true
		}
	}
	return slices.DeleteFunc(l.Categories(), func(c Category) bool { return !seen[c] })
}

// expression writes a rule in C for a whole number n.
func (r *rule) expression() string {
	var lists []string
	for _, all := range r.any {
		var relations []string
		holds := true
		for i := range all {
			if all[i].operand == 'n' || all[i].operand == 'i' {
				relations = append(relations, all[i].expression())
			} else { // which is 0 for a whole number
				holds = holds && all[i].holds(new(Number))
			}
		}
		if !holds {
			continue
		}
		if len(relations) == 0 {
			return "1"
		}
		lists = append(lists, strings.Join(relations, " && "))
	}
	return strings.Join(lists, " || ")
}

// expression writes a relation in C.
func (r *relation) expression() string {
	n := "n"
	if r.modulus > 0 {
		n = fmt.Sprintf("n%%%d", r.modulus)
	}
	var parts []string
	for _, bounds := range r.ranges {
		low, high := bounds[0], bounds[1]
		switch {
		case low == high && r.not:
			parts = append(parts, fmt.Sprintf("%s!=%d", n, low))
		case low == high:
			parts = append(parts, fmt.Sprintf("%s==%d", n, low))
		case low == 0 && r.not:
			parts = append(parts, fmt.Sprintf("%s>%d", n, high))
		case low == 0:
			parts = append(parts, fmt.Sprintf("%s<=%d", n, high))
		case r.not:
			parts = append(parts, fmt.Sprintf("(%s<%d || %s>%d)", n, low, n, high))
		default:
			parts = append(parts, fmt.Sprintf("%s>=%d && %s<=%d", n, low, n, high))
		}
	}
	if r.not || len(parts) == 1 {
		return strings.Join(parts, " && ")
	}
	return "(" + strings.Join(parts, " || ") + ")"
}
