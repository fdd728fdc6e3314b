package cli

import "strings"

// unlimited stands for any number of arguments.
const unlimited = 1 << 30

// bounds reads from the usage of arguments how many there may be: words in
// brackets may be left out, and one with dots after it may be repeated.
func bounds(usage string) (least, most int) {
	depth := 0
	for token := range strings.FieldsSeq(usage) {
		open := depth + strings.Count(token, "[")
		switch word := strings.Trim(token, "[]"); {
		case word == "--" || word == "":
		case strings.HasSuffix(word, "..."):
			most = unlimited
		case most < unlimited:
			most++
		}
		if open == 0 {
			least++
		}
		depth = open - strings.Count(token, "]")
	}
	return least, most
}

// checkArgs returns an error if there are too few or too many arguments.
func (c Command) checkArgs(args []string) error {
	least, most := bounds(c.Args)
	switch n := len(args); {
	case n < least:
		return Usagef("%s needs %s", c.Title(), c.Args)
	case n > most && most == 0:
		return Usagef("%s takes no arguments, but got %q", c.Title(), args[0])
	case n > most:
		return Usagef("%s takes %s, but got %q too", c.Title(), c.Args, args[most])
	}
	return nil
}
