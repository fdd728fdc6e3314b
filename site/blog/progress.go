package blog

import (
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// progressBar returns a function that shows on w how far a long work is: as a
// bar that is drawn over and over on a terminal, else as a line for every
// tenth.
func progressBar(w io.Writer) func(done, total int) {
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return terminalBar(w)
	}
	shown := 0
	return func(done, total int) {
		// Whatever is done at once needs no report of how far it is.
		if tenth := done * 10 / max(total, 1); total >= 100 && tenth > shown {
			shown = tenth
			fmt.Fprintf(w, "%d of %d\n", done, total)
		}
	}
}

func terminalBar(w io.Writer) func(done, total int) {
	const width = 40
	last := ""
	return func(done, total int) {
		full := width * done / max(total, 1)
		line := fmt.Sprintf("\r[%s%s] %d of %d", strings.Repeat("#", full), strings.Repeat(".", width-full), done, total)
		if done == total {
			line += "\n"
		}
		if line != last {
			last = line
			io.WriteString(w, line)
		}
	}
}
