package templates

import "slices"

// didYouMean returns `; did you mean "x"?` for the candidate nearest to name,
// or "" when none is near.
func didYouMean(name string, candidates []string) string {
	best, bestDistance := "", 1+len(name)/3
	slices.Sort(candidates) // the same answer every time
	for _, c := range candidates {
		if d := editDistance(name, c); d < bestDistance || d == bestDistance && best == "" {
			best, bestDistance = c, d
		}
	}
	if best == "" || best == name {
		return ""
	}
	return `; did you mean "` + best + `"?`
}

// editDistance is the number of characters to insert, delete or replace to
// make b of a (Levenshtein).
func editDistance(a, b string) int {
	s, t := []rune(a), []rune(b)
	row := make([]int, len(t)+1)
	for j := range row {
		row[j] = j
	}
	for i := range s {
		diagonal := row[0]
		row[0] = i + 1
		for j := range t {
			cost := 1
			if s[i] == t[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(diagonal+cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(t)]
}
