package placeholder

import (
	"errors"
	"fmt"
	"slices"
)

// Argument is what a source says of a name or value for a text.
type Argument struct {
	Text    string // the string, when Literal is true
	Literal bool   // it is a string that is written there
}

// ErrNotWritten is the error of a text in a template that is not a constant.
var ErrNotWritten = errors.New("the text is not written in the template, so nobody can translate it; write it in quotes, with values as {name}")

// Check compares names and values in turn with the values that a text has. A text for
// a number has the value {n} of itself.
func Check(text string, values []Argument, numbered bool) error {
	known := Names(text)
	var given []string
	for i := 0; i < len(values); i += 2 {
		name := values[i]
		switch {
		case !name.Literal:
			return fmt.Errorf("the name of value %d is not a text in quotes", i/2+1)
		case i+1 == len(values):
			return fmt.Errorf("the value of %q is missing: values are names and values in turn", name.Text)
		case !slices.Contains(known, name.Text):
			return fmt.Errorf("the text has no value {%s}", name.Text)
		case slices.Contains(given, name.Text):
			return fmt.Errorf("the value %q is given twice", name.Text)
		}
		given = append(given, name.Text)
	}
	for _, name := range known {
		if !slices.Contains(given, name) && !(numbered && name == "n") {
			return fmt.Errorf("the value {%s} of the text is not given", name)
		}
	}
	return nil
}
