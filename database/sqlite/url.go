package sqlite

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/volaweb/vola/fault"
)

// location is what a URL says: where the file is, and how it is opened.
type location struct {
	path    string
	readers int           // connections that read; 0 for what database.Config says
	cacheMB int           // of pages, for each connection; 0 for SQLite's own 2 MB
	busy    time.Duration // how long a statement waits for another process's lock
}

// The limits of the parameters.
const (
	maxReaders = 1000
	maxCacheMB = 1 << 16
	maxBusy    = time.Hour
)

// busyTimeout is how long a statement waits for another process's lock unless the
// URL says otherwise.
const busyTimeout = 10 * time.Second

// parseURL takes a URL apart.
func parseURL(raw string) (location, error) {
	path := strings.TrimPrefix(raw, "sqlite:")
	path, query, _ := strings.Cut(path, "?")
	if rest, ok := strings.CutPrefix(path, "//"); ok && !strings.HasPrefix(path, "///") {
		path = rest // sqlite://site.db, as some write it
	} else if ok {
		path = "/" + strings.TrimLeft(path, "/") // sqlite:///srv/site.db, or with four slashes
	}
	path, err := url.PathUnescape(path)
	switch {
	case err != nil:
		return location{}, fault.Newf(fault.Invalid, "database URL %q: %v", raw, err)
	case path == "":
		return location{}, fault.Newf(fault.Invalid, "database URL %q names no file; write sqlite:FILE", raw)
	case strings.HasPrefix(path, ":memory:"):
		return location{}, fault.Newf(fault.Invalid, "database URL %q: databases in memory are not offered; write sqlite:FILE", raw)
	case strings.ContainsRune(path, 0):
		return location{}, fault.Newf(fault.Invalid, "database URL %q: a file name cannot hold NUL", raw)
	}
	at := location{path: path, busy: busyTimeout}
	if err := at.parameters(query); err != nil {
		return location{}, fault.Newf(fault.Invalid, "database URL %q: %v", raw, err)
	}
	return at, nil
}

// parameters reads what is after the question mark.
func (at *location) parameters(query string) error {
	values, err := url.ParseQuery(query)
	if err != nil {
		return err
	}
	var names []string
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if len(values[name]) > 1 {
			return fmt.Errorf("the parameter %s is given twice", name)
		}
		var err error
		switch value := values.Get(name); name {
		case "readers":
			at.readers, err = numberIn(value, maxReaders)
		case "cache_mb":
			at.cacheMB, err = numberIn(value, maxCacheMB)
		case "busy_timeout":
			if at.busy, err = time.ParseDuration(value); err != nil || at.busy < 0 || at.busy > maxBusy {
				err = fmt.Errorf("%q is not a time from 0s to 1h, such as 5s", value)
			}
		default:
			return fmt.Errorf("sqlite has no parameter %q; it has readers, cache_mb and busy_timeout", name)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// numberIn reads a number from 1 to most.
func numberIn(text string, most int) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		return 0, fmt.Errorf("%q is not a number from 1 to %d", text, most)
	}
	return n, nil
}

// pragmas returns what is set on each connection. The busy timeout is for the
// first lock; see [watch] for then on.
func (at location) pragmas(more ...string) []string {
	out := append([]string{fmt.Sprintf("busy_timeout(%d)", at.busy.Milliseconds())}, more...)
	if at.cacheMB > 0 {
		out = append(out, fmt.Sprintf("cache_size(-%d)", at.cacheMB<<10))
	}
	return out
}
