package main

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// replaceFile writes a catalogue that was read as old, nil for a new one. The file is the old
// or the new one as a whole at all times, also on a full disk; what another program has
// written since it was read stays, and is an error. A link stays one.
func replaceFile(path string, old, now []byte) error {
	target, err := filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) && old == nil {
		target, err = path, nil
	}
	if err != nil {
		return err
	}
	info, err := os.Stat(target)
	switch {
	case err == nil:
		f, err := os.OpenFile(target, os.O_WRONLY, 0) // a file that is for reading stays
		if err != nil {
			return err
		}
		if err := f.Close(); err != nil {
			return err
		}
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	temp := filepath.Join(filepath.Dir(target), ".vola-messages-"+rand.Text())
	if err := writeNew(temp, now, info); err != nil {
		return errors.Join(err, removed(temp))
	}
	if current, err := os.ReadFile(target); !errors.Is(err, fs.ErrNotExist) || old != nil {
		switch {
		case err != nil:
			return errors.Join(err, removed(temp))
		case bytes.Equal(current, now) && old != nil:
			return removed(temp) // by another run
		case !bytes.Equal(current, old) || old == nil:
			return errors.Join(fmt.Errorf("%s was changed by another program while its texts were read; run vola messages again", path), removed(temp))
		}
	}
	if err := os.Rename(temp, target); err != nil {
		return errors.Join(err, removed(temp))
	}
	return nil
}

// writeNew writes a file that is not there yet, with the permissions of another one if that
// is given.
func writeNew(path string, data []byte, like fs.FileInfo) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if like != nil && err == nil {
		err = f.Chmod(like.Mode().Perm())
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// removed removes a file, if it is there.
func removed(path string) error {
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// withLineEndsOf returns a text with the ends of lines that another one has: those of Windows
// if its first line ends so.
func withLineEndsOf(old, text []byte) []byte {
	if i := bytes.IndexByte(old, '\n'); i > 0 && old[i-1] == '\r' {
		return bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))
	}
	return text
}
