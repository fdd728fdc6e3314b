// Command commonpasswords writes the list of common passwords that package
// contrib/auth/passwords refuses. scripts/commonpasswords.sh fetches the lists that it is made
// of, and runs it.
//
//	commonpasswords [-n ENTRIES] LIST... > FILE
//
// A list has one password on a line, the most common first; the first list counts most. The
// file has the first five bytes of the SHA-256 of each password in lower case, sorted. Passwords
// that have fewer than 8 characters or others than ASCII are left out. If there are more than
// fit, those of 12 characters and more come first, since most sites ask for that many.
package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
)

const (
	shortest = 8
	long     = 12
	prefix   = 5 // bytes
)

func main() {
	n := flag.Int("n", 100_000, "how many `entries` the file has at most")
	flag.Parse()
	if err := run(*n, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "commonpasswords:", err)
		os.Exit(1)
	}
}

func run(n int, files []string) error {
	var lists []string
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		lists = append(lists, string(text))
	}
	out, counts := pack(n, lists...)
	fmt.Fprintf(os.Stderr, "%d entries, %d of them with %d characters or more, %d left out\n", counts.entries, counts.long, long, counts.left)
	_, err := os.Stdout.Write(out)
	return err
}

// counts says what is in the file.
type counts struct{ entries, long, left int }

// pack returns the file with the first n entries of lists.
func pack(n int, lists ...string) ([]byte, counts) {
	var count counts
	seen := map[[prefix]byte]bool{}
	for _, least := range [...]int{long, shortest} {
		for _, list := range lists {
			lines := bufio.NewScanner(strings.NewReader(list))
			for lines.Scan() {
				password := strings.ToLower(lines.Text())
				if len(password) < least || !ascii(password) {
					continue
				}
				sum := sha256.Sum256([]byte(password))
				if start := [prefix]byte(sum[:]); seen[start] {
					continue
				} else if len(seen) < n {
					seen[start] = true
				} else {
					count.left++
					continue
				}
				if len(password) >= long {
					count.long++
				}
			}
		}
	}
	count.entries = len(seen)
	all := make([][prefix]byte, 0, len(seen))
	for start := range seen {
		all = append(all, start)
	}
	slices.SortFunc(all, func(a, b [prefix]byte) int { return bytes.Compare(a[:], b[:]) })
	out := make([]byte, 0, prefix*len(all))
	for _, start := range all {
		out = append(out, start[:]...)
	}
	return out, count
}

func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}
