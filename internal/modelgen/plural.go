package modelgen

import "strings"

// plural returns the English plural of a type's name: of its last word, as far
// as rules and a few common exceptions go. Others are said in the model's
// comment, by //vola:plural.
func plural(name string) string {
	for _, w := range [...][2]string{
		{"Person", "People"}, {"Child", "Children"}, {"Man", "Men"}, {"Woman", "Women"}, {"Foot", "Feet"}, {"Mouse", "Mice"},
		{"Analysis", "Analyses"}, {"Basis", "Bases"}, {"Crisis", "Crises"}, {"Index", "Indexes"}, {"Criterion", "Criteria"},
		{"Leaf", "Leaves"}, {"Shelf", "Shelves"}, {"Half", "Halves"}, {"Life", "Lives"}, {"Hero", "Heroes"}, {"Potato", "Potatoes"},
		{"Tomato", "Tomatoes"}, {"Quiz", "Quizzes"},
	} {
		if stem, ok := strings.CutSuffix(name, w[0]); ok && endsWord(stem) {
			return stem + w[1]
		}
	}
	n := len(name)
	lower := strings.ToLower(name)
	switch last := lower[n-1]; {
	case last == 'y' && n > 1 && !strings.ContainsRune("aeiouAEIOU", rune(name[n-2])):
		return name[:n-1] + "ies"
	case last == 's', last == 'x', last == 'z', strings.HasSuffix(lower, "ch"), strings.HasSuffix(lower, "sh"):
		return name + "es"
	}
	return name + "s"
}

// endsWord reports whether a capital letter after stem begins a new word: Man is
// a word in SalesMan, and not in MANMan.
func endsWord(stem string) bool {
	if stem == "" {
		return true
	}
	c := stem[len(stem)-1]
	return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_'
}
