package vola

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/volaweb/vola/module"
)

// fileSuffix ends the name of a variable that names a file with the value of a setting, as
// systems for secrets offer them.
const fileSuffix = "_FILE"

// maxSettingFile is how long such a file may be, in bytes.
const maxSettingFile = 64 << 10

// variables are the values that settings are read from.
type variables struct {
	values map[string]string
	// origins are where values come from that are not of the environment: the path of a
	// file, with the variable that names it, or an option.
	origins map[string]string
	// readable are the files with secrets, or with URLs that may have a password, that everybody
	// on the machine can read.
	readable []string
}

// origin says where the value of a setting comes from.
func (v variables) origin(name string) string {
	if origin := v.origins[name]; origin != "" {
		return origin
	}
	if v.values[name] != "" {
		return "environment"
	}
	return "default"
}

// with returns the variables with one that an option of the command line has set.
func (v variables) with(name, value, origin string) variables {
	v.values, v.origins = cloneMap(v.values), cloneMap(v.origins)
	v.values[name], v.origins[name] = value, origin
	return v
}

// withFlags returns the variables with what the flags of a command say in place of settings.
func (v variables) withFlags(f siteFlags) variables {
	for _, flag := range []struct{ value, name, option string }{
		{f.database, "DATABASE_URL", "option --database"}, {f.addr, "ADDR", "option --addr"},
	} {
		if flag.value != "" {
			v = v.with(flag.name, flag.value, flag.option)
			delete(v.values, flag.name+fileSuffix)
		}
	}
	return v
}

// options returns options with the variables alone.
func (v variables) options() Options { return Options{Environ: v.values, origins: v.origins} }

func cloneMap(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return maps.Clone(m)
}

// settingNames returns the names of all settings, and of those whether they are secret.
func settingNames(modules []module.Module) map[string]bool {
	names := map[string]bool{}
	for _, st := range allSettings(modules, new(settings)) {
		names[st.Name] = st.Secret
	}
	return names
}

// resolve reads the files that variables name: SECRET_KEY_FILE=/run/secrets/key has the value of
// SECRET_KEY. The error names each that cannot be read.
func (v variables) resolve(names map[string]bool) (variables, error) {
	values, origins := cloneMap(v.values), cloneMap(v.origins)
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(names)) {
		variable := name + fileSuffix
		path := v.values[variable]
		if _, setting := names[variable]; setting || path == "" {
			continue
		}
		if v.values[name] != "" { // an empty one is not set
			// One of .env does not count beside one of the environment.
			switch fromFile := v.origins[name] != ""; {
			case fromFile == (v.origins[variable] != ""):
				errs = append(errs, fmt.Errorf("setting %s: %s and %s are both set; remove one", name, name, variable))
				continue
			case !fromFile:
				continue
			}
		}
		value, open, err := readSettingFile(path)
		if err != nil {
			errs = append(errs, fmt.Errorf("setting %s: the file %s of %s cannot be read: %w", name, path, variable, withoutPath(err)))
			continue
		}
		values[name], origins[name] = value, absolute(path)+" ("+variable+")"
		if open && hasSecret(name, names[name]) {
			v.readable = append(v.readable, path)
		}
	}
	v.values, v.origins = values, origins
	v.readable = append(v.readable, v.openFiles(names)...)
	return v, errors.Join(errs...)
}

// hasSecret reports whether the value of a setting is not for everybody: it is said to be secret, or
// is a URL, which may have a password.
func hasSecret(name string, secret bool) bool {
	return secret || strings.HasSuffix(name, "_URL") && name != "BASE_URL"
}

// openFiles returns which of .env and site.key has something secret and can be read by everybody.
func (v variables) openFiles(names map[string]bool) (open []string) {
	for _, file := range []string{dotEnv, keyFile} {
		path := absolute(file)
		for name, secret := range names {
			if v.values[name] == "" || v.origins[name] != path || !hasSecret(name, secret) {
				continue
			}
			if info, err := os.Stat(path); err == nil && isOpen(path, info) {
				open = append(open, path)
			}
			break
		}
	}
	return open
}

// readSettingFile returns the text of a file without the end of its last line, and whether everybody can
// read it. Files of /run/secrets, where containers have theirs, are not seen by others.
func readSettingFile(path string) (value string, open bool, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", false, err
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return "", false, err
	case info.IsDir():
		return "", false, errors.New("it is a folder")
	}
	text, err := io.ReadAll(io.LimitReader(f, maxSettingFile+1))
	switch {
	case err != nil:
		return "", false, err
	case len(text) > maxSettingFile:
		return "", false, fmt.Errorf("it has more than %d bytes", maxSettingFile)
	}
	value = strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r")
	return value, isOpen(path, info), nil
}

// isOpen reports whether everybody on the machine can read a file.
func isOpen(path string, info fs.FileInfo) bool {
	return runtime.GOOS != "windows" && info.Mode().Perm()&0o004 != 0 && !strings.HasPrefix(absolute(path), "/run/secrets/")
}

// withoutPath takes the path off an error that is told with it.
func withoutPath(err error) error {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}

func absolute(path string) string {
	if whole, err := filepath.Abs(path); err == nil {
		return whole
	}
	return path
}
