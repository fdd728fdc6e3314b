package passwords

import "slices"

// keyRows returns what is beside each other on keyboards: rows, and columns downwards, of
// English, German and French ones.
func keyRows() []string {
	return []string{
		"`1234567890-=", "~!@#$%^&*()_+", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./",
		"qwertzuiopü", "asdfghjklöä", "yxcvbnm,.-", "azertyuiop", "qsdfghjklm", "wxcvbn,;:!",
		"1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "8ik,", "9ol.", "0p;/",
	}
}

// isPattern says whether a folded password has less in it than its length promises.
func isPattern(password []rune, least int) bool {
	if p := period(password); p < least && 2*p <= len(password) {
		return true
	}
	// What is typed twice says nothing new.
	return substance(slices.Compact(slices.Clone(password))) <= least/2
}

// period returns the length of the shortest text that repeats itself to give s, the last time
// perhaps in part.
func period(s []rune) int {
	// border[i] is the length of the longest proper prefix of s[:i+1] that also ends it.
	border := make([]int, len(s))
	for i := 1; i < len(s); i++ {
		k := border[i-1]
		for k > 0 && s[i] != s[k] {
			k = border[k-1]
		}
		if s[i] == s[k] {
			k++
		}
		border[i] = k
	}
	if len(s) == 0 {
		return 0
	}
	return len(s) - border[len(s)-1]
}

// substance counts the characters of a text; a sequence of three or more counts as two.
func substance(s []rune) (n int) {
	rows := keyRows()
	for len(s) > 0 {
		run := min(2, len(s)) // two beside each other are no sequence
		for _, step := range [...]rune{1, -1} {
			run = max(run, steps(s, step))
		}
		for _, row := range rows {
			run = max(run, along(s, row))
		}
		if run < 3 {
			n, s = n+1, s[1:]
			continue
		}
		n, s = n+2, s[run:]
	}
	return n
}

// steps returns how many characters at the start of s follow each other by code points.
func steps(s []rune, step rune) int {
	n := 1
	for n < len(s) && s[n] == s[n-1]+step {
		n++
	}
	return n
}

// along returns how many characters at the start of s follow a row of keys, in either direction.
func along(s []rune, row string) int {
	keys := []rune(row)
	at := slices.Index(keys, s[0])
	if at < 0 {
		return 0
	}
	best := 1
	for _, step := range [...]int{1, -1} {
		n := 1
		for n < len(s) && at+n*step >= 0 && at+n*step < len(keys) && s[n] == keys[at+n*step] {
			n++
		}
		best = max(best, n)
	}
	return best
}
