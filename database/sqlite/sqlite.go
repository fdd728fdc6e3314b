// Package sqlite opens SQLite databases for package database, with
// modernc.org/sqlite: SQLite in Go, without cgo.
//
// A database is one file. It has one writer at a time, whose transactions take
// the write lock when they begin, so that they never fail half way for another
// writer; readers see the state before the writer's commit and never wait
// (WAL). Foreign keys are enforced.
package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
)

// Driver opens "sqlite:FILE" URLs. FILE is relative to the working directory
// or absolute; a question mark or percent sign in it is written percent-encoded
// (%3F, %25). Databases in memory are not offered: what they would be used for,
// tests, package databasetest does with files of its own.
//
// The URL may have the parameters readers (how many statements read at a time, 1
// to 1000; defaults to MaxConns of the configuration), cache_mb (the memory for
// pages of each connection, 1 to 65536; defaults to SQLite's own 2 MB) and
// busy_timeout (how long a statement waits for another process that writes, 0s to
// 1h; defaults to 10s): "sqlite:site.db?readers=4&cache_mb=64&busy_timeout=5s".
var Driver database.Driver = opener{}

type opener struct{}

func (opener) Schemes() []string         { return []string{"sqlite"} }
func (opener) Dialect() database.Dialect { return dialect{} }

// heldTimeout is how long a statement waits for a transaction of this process
// that does nothing.
const heldTimeout = 10 * time.Second

// CheckURL returns the error of a URL that names no file, or something that is
// certainly not a database.
func (opener) CheckURL(raw string) error {
	at, err := parseURL(raw)
	if err != nil {
		return err
	}
	path := at.path
	if err := checkFile(path, true); err != nil {
		return err
	}
	if err := checkHeader(path); err != nil {
		return err
	}
	return checkEncoding(path)
}

func (opener) Open(ctx context.Context, cfg database.Config) (database.Backend, error) {
	at, err := parseURL(cfg.URL)
	if err != nil {
		return nil, err
	}
	path := at.path
	if err := checkFile(path, cfg.Create); err != nil {
		return nil, err
	}
	if err := checkEncoding(path); err != nil {
		return nil, err
	}
	b := &backend{
		path: path,
		// The file is made and switched to WAL by the first write, so that
		// opening a database that turns out to be someone else's leaves it as
		// it was.
		writers: newPool(1, at.busy, openSQL(path, "rwc", at.pragmas("journal_mode(WAL)", "synchronous(NORMAL)", "foreign_keys(1)")...)),
		readers: newPool(cmp.Or(at.readers, cfg.MaxConns), at.busy, openSQL(path, "rw", at.pragmas("query_only(1)")...)),
	}
	b.writers.patience = heldTimeout
	b.alone = newPool(1, at.busy, b.readers.open)
	err = b.check(ctx, cfg.Create)
	if err == nil {
		b.file, err = os.Stat(path)
	}
	if err != nil {
		b.Close()
		return nil, fmt.Errorf("open database %q: %w", path, err)
	}
	return b, nil
}

// checkFile refuses what is certainly no database of ours before anything is
// opened.
func checkFile(path string, create bool) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && create:
		if _, err := os.Stat(filepath.Dir(path)); err != nil {
			return fault.Wrap(fault.NotFound, err, fmt.Sprintf("database file %q: its folder does not exist", path))
		}
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return &missingFile{path}
	case err != nil:
		return fmt.Errorf("open database %q: %w", path, err)
	case info.IsDir():
		return fault.Newf(fault.Invalid, "database file %q is a folder", path)
	}
	return nil
}

// checkHeader refuses a file that does not begin as SQLite's do
// (https://www.sqlite.org/fileformat.html). One that is empty or missing will
// be a database.
func checkHeader(path string) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil && !info.Mode().IsRegular() {
		return fault.Newf(fault.Invalid, "database file %q is not a file", path)
	}
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("open database %q: %w", path, err)
	}
	defer file.Close()
	const magic = "SQLite format 3\x00"
	head := make([]byte, len(magic))
	n, err := io.ReadFull(file, head)
	if err == io.EOF || string(head[:n]) == magic {
		return nil
	}
	return fault.Newf(fault.Invalid, "open database %q: the file is not an SQLite database", path)
}

// checkEncoding refuses a database of which the header says that its texts are
// UTF-16: SQLite puts those into another order than that of code points.
func checkEncoding(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return nil // opening the database says more
	}
	defer file.Close()
	const encodingAt = 56 // four bytes, of which the last is 1 for UTF-8, 2 and 3 for UTF-16, 0 for an empty file
	head := make([]byte, encodingAt+4)
	if n, _ := io.ReadFull(file, head); n == len(head) && head[n-1] > 1 && head[n-1] < 4 {
		return fault.Newf(fault.Invalid, "open database %q: its texts are UTF-16 and must be UTF-8; copy it into a new file with the sqlite3 shell's .dump", path)
	}
	return nil
}

// missingFile is the error of a database file that is not there.
type missingFile struct{ path string }

func (e *missingFile) Error() string         { return fmt.Sprintf("database file %q does not exist", e.path) }
func (e *missingFile) Unwrap() error         { return fs.ErrNotExist }
func (e *missingFile) FaultKind() fault.Kind { return fault.NotFound }

// openSQL returns a function that opens the file through database/sql.
func openSQL(path, mode string, pragmas ...string) func() (*sql.DB, error) {
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() + "?mode=" + mode + "&_txlock=immediate"
	if !filepath.IsAbs(path) {
		dsn = "file:" + strings.TrimPrefix((&url.URL{Path: "/" + path}).EscapedPath(), "/") + "?mode=" + mode + "&_txlock=immediate"
	}
	for _, p := range pragmas {
		dsn += "&_pragma=" + url.QueryEscape(p)
	}
	return func() (*sql.DB, error) { return openEngine(dsn) }
}

// Raw returns the transaction as database/sql knows it, for libraries that
// take one. It must not be committed or rolled back.
func Raw(tx *database.Tx) *sql.Tx {
	raw, _ := tx.Backend().Raw().(*sql.Tx)
	return raw
}
