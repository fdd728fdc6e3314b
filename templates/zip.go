package templates

import (
	"archive/zip"
	"fmt"
	"path/filepath"
)

// Zip returns a loader of the files in a zip archive, such as a theme that is
// one file. The archive is opened anew for every Load, so that Reload sees
// another one that was put in its place. An archive that does not exist has
// no files; one that cannot be read is an error.
func Zip(path string) Loader { return zipLoader(path) }

type zipLoader string

func (z zipLoader) label() string { return filepath.ToSlash(string(z)) }

func (z zipLoader) Load(name string) (Source, error) {
	if err := checkName(name); err != nil {
		return Source{}, err
	}
	origin := fmt.Sprintf("%s in %s", name, z.label())
	archive, err := zip.OpenReader(string(z))
	if err != nil {
		return Source{}, missing(origin, z.wrap(err))
	}
	defer archive.Close()
	return fsLoader{z.label(), archive}.Load(name)
}

// Names returns the names of the archive's files.
func (z zipLoader) Names() ([]string, error) {
	archive, err := zip.OpenReader(string(z))
	if err != nil {
		return nil, noFiles(z.wrap(err))
	}
	defer archive.Close()
	return fsNames(archive)
}

func (z zipLoader) wrap(err error) error { return fmt.Errorf("archive %s: %w", z.label(), err) }
