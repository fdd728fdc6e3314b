// Package po reads and writes catalogues of translations in the form of GNU
// gettext's PO files, which the tools of translators know
// (https://www.gnu.org/software/gettext/manual/html_node/PO-Files.html). What a
// file holds is kept: comments, places, flags, entries that are no longer used.
package po

import (
	"errors"
	"fmt"
	"strings"
)

// Limits of a file: it may come from a translator's tool.
const (
	MaxSize    = 16 << 20 // bytes
	MaxForms   = 10       // of a plural; six is the most that a language has
	maxEntries = 100_000
)

// File is a catalogue. The first entry with an empty ID is its header.
type File struct {
	Entries []Entry
	End     []string // comments of translators behind the last entry
}

// Entry is a message with its translation.
type Entry struct {
	// Context tells messages of the same text apart; HasContext says that it has
	// one, which may be empty.
	Context    string
	HasContext bool
	ID         string
	// Plural is the text for several, "" for a message without a plural.
	Plural string
	// Text is the translation: one, or one for each form of the plural. "" is
	// none.
	Text []string

	Comments  []string // of translators
	Extracted []string // of programmers, "#."
	Places    []string // in the source, "#:", one a line as they are written
	Flags     []string // "#,", such as "fuzzy"
	Previous  []string // "#|", as they are written
	Obsolete  bool     // "#~": no longer used
	Line      int      // of the file that the entry begins at, from 1
}

// Fuzzy reports whether the translation is a guess that a person has not looked
// at; it is not used.
func (e *Entry) Fuzzy() bool {
	for _, f := range e.Flags {
		if f == "fuzzy" {
			return true
		}
	}
	return false
}

// Translated reports whether the entry has a text for each of its forms, and a
// person stands for it.
func (e *Entry) Translated() bool {
	if e.Fuzzy() || len(e.Text) == 0 {
		return false
	}
	for _, t := range e.Text {
		if t == "" {
			return false
		}
	}
	return true
}

// Key identifies the message of an entry.
type Key struct {
	Context    string
	HasContext bool
	ID         string
}

// Key returns what identifies the message.
func (e *Entry) Key() Key { return Key{e.Context, e.HasContext, e.ID} }

// Header returns a field of the header, such as "Language"; "" if there is none.
func (f *File) Header(name string) string {
	for i := range f.Entries {
		e := &f.Entries[i]
		if e.ID != "" || e.HasContext || e.Obsolete || len(e.Text) == 0 {
			continue
		}
		for line := range strings.SplitSeq(e.Text[0], "\n") {
			key, value, ok := strings.Cut(line, ":")
			if ok && strings.EqualFold(strings.TrimSpace(key), name) {
				return strings.TrimSpace(value)
			}
		}
	}
	return ""
}

// Error is what is wrong with a line of a file.
type Error struct {
	Line int // from 1
	Err  error
}

// Error says what is wrong, and in which line.
func (e *Error) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }

// Unwrap returns what is wrong.
func (e *Error) Unwrap() error { return e.Err }

var (
	errSize    = fmt.Errorf("the file has more than %d MB", MaxSize>>20)
	errEntries = fmt.Errorf("the file has more than %d messages", maxEntries)
	errUTF8    = errors.New("the text is not UTF-8; save the file in UTF-8")
)
