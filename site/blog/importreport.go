package blog

import (
	"fmt"
	"io"
	"strings"
)

// maxListed is how many files of one kind a summary names.
const maxListed = 20

// report says what became of the files of an import.
type report struct {
	Total     int    // of posts and pages
	Done      [3]int // of those, by outcome
	Copied    int    // pictures and other files
	Failed    []failure
	Warnings  []string
	Skipped   []string // files among the posts that are none
	Gone      []string // files that posts came from and that are not there
	Elsewhere int      // posts that came from other folders
	Pruned    bool     // their posts were removed
}

// failure is a file that could not be imported.
type failure struct {
	Path   string
	Reason string // may begin with a line number
}

// print writes the summary. The error is that of the command, when files
// failed.
func (r report) print(w io.Writer, dryRun bool) error {
	if dryRun {
		fmt.Fprintln(w, "nothing was changed; an import would do this:")
	}
	fmt.Fprintf(w, "%d posts: %d imported, %d updated, %d unchanged, %d failed; %d files copied\n",
		r.Total, r.Done[imported], r.Done[updated], r.Done[unchanged], len(r.Failed), r.Copied)
	for _, warning := range r.Warnings {
		fmt.Fprintf(w, "note: %s\n", printable(warning))
	}
	for _, f := range r.Failed {
		separator := ": "
		if strings.IndexFunc(f.Reason, func(r rune) bool { return r < '0' || r > '9' }) > 0 {
			separator = ":" // it begins with the line
		}
		fmt.Fprintf(w, "failed: %s%s%s\n", printable(f.Path), separator, printable(f.Reason))
	}
	r.printSkipped(w)
	r.printGone(w, dryRun)
	if len(r.Failed) > 0 {
		return fmt.Errorf("%d of the files could not be imported; what is in the database already was left as it is", len(r.Failed))
	}
	return nil
}

// printable returns text from a file without what would move the cursor of a
// terminal or colour it.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return '?'
		}
		return r
	}, s)
}

// printGone tells of the posts whose files are gone.
func (r report) printGone(w io.Writer, dryRun bool) {
	if r.Elsewhere > 0 && r.Pruned {
		fmt.Fprintf(w, "%s from other folders; nothing was done with them\n", came(r.Elsewhere))
	}
	switch n := len(r.Gone); {
	case n == 0:
		return
	case !r.Pruned:
		fmt.Fprintf(w, "%s from files that are not in this folder; --prune removes them, --prune --dry-run names them\n", came(n))
		return
	case dryRun:
		fmt.Fprintf(w, "%s from files that are not in this folder and would be removed\n", came(n))
	default:
		fmt.Fprintf(w, "%s from files that are not in this folder and were removed\n", came(n))
	}
	printSome(w, "gone", r.Gone)
}

func came(n int) string {
	if n == 1 {
		return "1 post came"
	}
	return fmt.Sprintf("%d posts came", n)
}

// printSkipped tells of the files among the posts that are none.
func (r report) printSkipped(w io.Writer) {
	if len(r.Skipped) > 0 {
		fmt.Fprintf(w, "%d files left out: a post is named YYYY-MM-DD-slug and ends in .md, .markdown or .html\n", len(r.Skipped))
		printSome(w, "left out", r.Skipped)
	}
}

// printSome prints the first of some names, each on a line.
func printSome(w io.Writer, what string, names []string) {
	for _, name := range names[:min(len(names), maxListed)] {
		fmt.Fprintf(w, "%s: %s\n", what, printable(name))
	}
	if more := len(names) - maxListed; more > 0 {
		fmt.Fprintf(w, "and %d more\n", more)
	}
}
