package storage

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Disk keeps files in a folder, each in a file of its own with its name as path. Several
// processes may use one folder. No name and no symbolic link leads out of it.
//
// A file is written in the folder ".part", which no [Name] reaches, and gets its name by a
// hard link when it is whole and on the disk: a link, unlike a rename, never replaces what
// is there. So the file system must have hard links; FAT and some network file systems
// have none, and Create says so. What a crash leaves in ".part" is removed by the first Create
// of a later process, and then once a day, when nothing was written to it for a day.
//
// Folders get the permissions 0700, files 0600. A copy of the folder, made by any program
// that keeps the times of files, is a backup.
type Disk struct {
	dir string

	mu      sync.Mutex
	cleaned time.Time // when the leftovers of crashes were looked for
}

// NewDisk returns a Disk in a folder, which the first Create makes. A relative path is
// relative to the working directory.
func NewDisk(dir string) *Disk { return &Disk{dir: dir} }

const (
	partDir = ".part"
	// leftover is how old what a crash left must be to be removed.
	leftover = 24 * time.Hour
	// linkTries is how often a folder is made again that another process removed
	// because it was empty.
	linkTries = 100
)

// Create implements [Storage]. It needs memory for a part of 32 kB of the file.
func (d *Disk) Create(ctx context.Context, name Name, r io.Reader) (Info, error) {
	if err := name.Check(); err != nil {
		return Info{}, err
	}
	root, err := d.make()
	if err != nil {
		return Info{}, wrap("create", name, err)
	}
	defer root.Close()
	if _, err := root.Lstat(string(name)); err == nil {
		return Info{}, conflict(name) // before all of r is read
	}
	d.clean(root)
	part := partDir + "/" + rand.Text()
	defer root.Remove(part) // also after a panic of r
	if err := write(ctx, root, part, r); err != nil {
		return Info{}, wrap("create", name, err)
	}
	info, err := root.Lstat(part)
	if err != nil {
		return Info{}, wrap("create", name, err)
	}
	if err := link(root, part, name); err != nil {
		return Info{}, err
	}
	if err := syncDirs(root, name); err != nil {
		return Info{}, wrap("create", name, errors.Join(err, root.Remove(string(name))))
	}
	return infoOf(name, info), nil
}

// write writes a new file up to the disk.
func write(ctx context.Context, root *os.Root, part string, r io.Reader) error {
	f, err := root.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer f.Close() // after a panic of r; Close twice is harmless
	if _, err := copyAll(ctx, f, r); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	return f.Close()
}

// link gives a file that is whole its name.
func link(root *os.Root, part string, name Name) error {
	var err error
	for range linkTries {
		made := root.MkdirAll(path.Dir(string(name)), 0o700)
		if err = made; made == nil {
			err = root.Link(part, string(name))
		}
		// Others make and remove folders meanwhile: MkdirAll can then fail with either error.
		if !errors.Is(err, fs.ErrNotExist) && !errors.Is(made, fs.ErrExist) {
			break
		}
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrExist), isNotDir(err):
		return conflict(name) // a file, or a folder, or below a file
	case errors.Is(err, errors.ErrUnsupported), errors.Is(err, syscall.EPERM):
		return wrap("create", name, fmt.Errorf("%w; the file system must have hard links", err))
	}
	return wrap("create", name, err)
}

// isNotDir reports whether a path has a file where a folder must be.
func isNotDir(err error) bool { return errors.Is(err, syscall.ENOTDIR) }

// syncDirs writes the folders of a file to the disk, so that its name survives a crash.
func syncDirs(root *os.Root, name Name) error {
	if runtime.GOOS == "windows" {
		return nil // folders cannot be synced; NTFS has a journal of names
	}
	for dir := path.Dir(string(name)); ; dir = path.Dir(dir) {
		f, err := root.Open(dir)
		if errors.Is(err, fs.ErrNotExist) {
			return nil // the file was deleted meanwhile
		} else if err != nil {
			return err
		}
		err = f.Sync()
		f.Close()
		if err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, syscall.EINVAL) { // some network file systems cannot
			return err
		}
		if dir == "." {
			return nil
		}
	}
}

// make opens the folder, and makes it if it is not there.
func (d *Disk) make() (*os.Root, error) {
	if err := os.MkdirAll(d.dir, 0o700); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(d.dir)
	if err != nil {
		return nil, err
	}
	if err := root.MkdirAll(partDir, 0o700); err != nil {
		root.Close()
		return nil, err
	}
	return root, nil
}

// clean removes what crashes left behind. What goes wrong is left for the next time.
func (d *Disk) clean(root *os.Root) {
	now := time.Now()
	d.mu.Lock()
	due := now.Sub(d.cleaned) > leftover
	if due {
		d.cleaned = now
	}
	d.mu.Unlock()
	if !due {
		return
	}
	parts, err := root.Open(partDir)
	if err != nil {
		return
	}
	defer parts.Close()
	for {
		entries, err := parts.ReadDir(100)
		for _, e := range entries {
			if info, err := e.Info(); err == nil && now.Sub(info.ModTime()) > leftover {
				_ = root.Remove(partDir + "/" + e.Name())
			}
		}
		if err != nil {
			return
		}
	}
}

// Open implements [Storage].
func (d *Disk) Open(_ context.Context, name Name) (File, error) {
	if err := name.Check(); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(d.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, notFound(name)
	} else if err != nil {
		return nil, wrap("open", name, err)
	}
	defer root.Close()
	info, err := root.Lstat(string(name))
	if err == nil && !info.Mode().IsRegular() || errors.Is(err, fs.ErrNotExist) || isNotDir(err) {
		return nil, notFound(name)
	}
	var f *os.File
	if err == nil {
		f, err = root.Open(string(name))
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, notFound(name)
	} else if err != nil {
		return nil, wrap("open", name, err)
	}
	return &diskFile{f, infoOf(name, info)}, nil
}

// diskFile is an open file of a Disk.
type diskFile struct {
	f    *os.File
	info Info
}

func (f *diskFile) Read(p []byte) (int, error)               { return f.f.Read(p) }
func (f *diskFile) Seek(to int64, whence int) (int64, error) { return f.f.Seek(to, whence) }
func (f *diskFile) Close() error                             { return f.f.Close() }
func (f *diskFile) Info() Info                               { return f.info }
func (f *diskFile) SyscallConn() (syscall.RawConn, error)    { return f.f.SyscallConn() } // the kernel sends it

// Delete implements [Storage]. It removes folders that are empty then.
func (d *Disk) Delete(ctx context.Context, names ...Name) error {
	root, err := os.OpenRoot(d.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return fmt.Errorf("storage: delete %d files: %w", len(names), err)
	}
	defer root.Close()
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return err
		}
		if name.Check() != nil {
			continue // nothing has such a name
		}
		info, err := root.Lstat(string(name))
		if err == nil && !info.Mode().IsRegular() {
			continue
		}
		if err == nil {
			err = root.Remove(string(name))
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) && !isNotDir(err) {
			return wrap("delete", name, err)
		}
		for dir := path.Dir(string(name)); dir != "."; dir = path.Dir(dir) {
			if info, err := root.Lstat(dir); err != nil || !info.IsDir() || root.Remove(dir) != nil {
				break // not empty, most often
			}
		}
	}
	return nil
}

// List implements [Storage]. It holds the names of one folder of each level in memory.
func (d *Disk) List(ctx context.Context, prefix string) iter.Seq2[Info, error] {
	return func(yield func(Info, error) bool) {
		root, err := os.OpenRoot(d.dir)
		if errors.Is(err, fs.ErrNotExist) {
			return
		} else if err != nil {
			yield(Info{}, fmt.Errorf("storage: list %q: %w", prefix, err))
			return
		}
		defer root.Close()
		dir := "."
		if i := strings.LastIndexByte(prefix, '/'); i >= 0 {
			if dir = prefix[:i]; Name(dir).Check() != nil {
				return // no name begins so
			}
		}
		l := lister{ctx: ctx, root: root, prefix: prefix, yield: yield}
		l.walk(dir)
	}
}

func wrap(what string, name Name, err error) error {
	return fmt.Errorf("storage: %s %s: %w", what, name, err)
}

func infoOf(name Name, info fs.FileInfo) Info {
	return Info{Name: name, Size: info.Size(), Created: info.ModTime()}
}

// DiskDriver opens folders: "disk:files", relative to the working directory, or
// "disk:/var/lib/site/files".
var DiskDriver Driver = diskDriver{}

type diskDriver struct{}

func (diskDriver) Scheme() string { return "disk" }

func (diskDriver) Open(_ context.Context, url string, _ map[string]string) (Storage, error) {
	dir, ok := strings.CutPrefix(url, "disk:")
	if rest, found := strings.CutPrefix(dir, "//"); found {
		dir = rest
		ok = ok && strings.HasPrefix(dir, "/") // disk:///var/files; there is no host
	}
	if !ok || dir == "" || strings.ContainsAny(dir, "?#\x00") {
		return nil, fmt.Errorf("storage: %q does not name a folder; write disk:files, or disk:/var/lib/site/files", url)
	}
	return NewDisk(dir), nil
}
