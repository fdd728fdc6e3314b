package storage

import (
	"crypto/rand"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/volaweb/vola/fault"
)

// Name names a stored file: words of lower-case letters, digits, hyphens, underscores and
// dots with slashes between them, at most [MaxName] bytes. No word begins or ends with a
// dot. "" is no file.
//
// It is also the type of a field of a model that refers to a file; that is how the files
// that no row refers to are found.
type Name string

// MaxName is how long a name may be, in bytes. Columns of names are of this size.
const MaxName = 200

// NewName returns a name that nobody else has and nobody can guess, with the day as folder
// and what can be kept of the file's name at the sender, in ASCII. ext is the extension of
// the kind of file that it is, with its dot, which counts in place of the sender's:
//
//	2026/11/30/4wxq3c6h7yfmzsm5kqnd3x2a5e/summer-photo.jpg
func NewName(now time.Time, sent, ext string) Name {
	sent = path.Base(strings.ReplaceAll(sent, `\`, "/"))
	word := slug(strings.TrimSuffix(sent, path.Ext(sent)))
	switch {
	case word == "":
		word = "file"
	case isDevice(word):
		word = "file-" + word
	}
	return Name(now.UTC().Format("2006/01/02/") + strings.ToLower(rand.Text()) + "/" + word + ext)
}

// isDevice reports whether Windows takes a word for a device, whatever its extension: a file of
// that name cannot be stored there, and not be saved by who downloads it.
func isDevice(word string) bool {
	switch word {
	case "con", "prn", "aux", "nul":
		return true
	}
	return len(word) == 4 && (word[:3] == "com" || word[:3] == "lpt") && word[3] >= '0' && word[3] <= '9'
}

// maxSlug is how much is kept of the name that a file had, in bytes.
const maxSlug = 80

func slug(text string) string {
	var out []byte
	for _, c := range []byte(strings.ToLower(text)) {
		switch {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
			out = append(out, c)
		case len(out) > 0 && out[len(out)-1] != '-':
			out = append(out, '-')
		}
		if len(out) == maxSlug {
			break
		}
	}
	return strings.Trim(string(out), "-")
}

// Check returns an error of kind fault.NotFound if this is not a name that a file can have,
// such as one with "..": no file has it.
func (n Name) Check() error {
	if len(n) == 0 || len(n) > MaxName {
		return fault.Wrap(fault.NotFound, fmt.Errorf("storage: a name has 1 to %d bytes, this one %d", MaxName, len(n)), "There is no such file.")
	}
	for word := range strings.SplitSeq(string(n), "/") {
		good := word != "" && word[0] != '.' && word[len(word)-1] != '.' // Windows drops a dot at the end
		for _, c := range []byte(word) {
			good = good && (c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.')
		}
		if !good {
			return fault.Wrap(fault.NotFound, fmt.Errorf("storage: %q is not a name of a file", string(n)), "There is no such file.")
		}
	}
	return nil
}

// Base returns the last word of the name, such as "summer-photo.jpg".
func (n Name) Base() string { return path.Base(string(n)) }
