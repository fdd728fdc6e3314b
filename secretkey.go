package vola

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"

	"github.com/volaweb/vola/internal/cli"
	"github.com/volaweb/vola/internal/secretkey"
)

// keyFile is where the key of a site is that was started without any setting: next to the default
// database.
const keyFile = "site.key"

// withLocalKey adds the key of keyFile to the variables of a site that was told neither a key
// nor a database.
func (p *program) withLocalKey(vars variables, f siteFlags) (variables, error) {
	if p.named(f) || p.keyIsSet() {
		return vars, nil
	}
	key, err := readKey(keyFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return vars, nil
	case err != nil:
		return vars, err
	}
	return vars.with("SECRET_KEY", key, absolute(keyFile)), nil
}

// keyIsSet reports whether somebody gave the program a key.
func (p *program) keyIsSet() bool {
	return p.vars.values["SECRET_KEY"] != "" || p.vars.values["SECRET_KEY"+fileSuffix] != ""
}

// needKey makes sure that a site has a key before it answers requests outside of
// development. One that was told nothing, and that only this machine reaches, gets a key of its
// own, which later starts find; all others are refused.
func (p *program) needKey(s *Site, f siteFlags, addr net.Addr) error {
	if s.set.SecretKey != "" || f.dev {
		return nil
	}
	if p.named(f) || !isLoopback(addr) {
		return cli.ConfigError{Err: errors.New("setting SECRET_KEY is not set; make one with: openssl rand -hex 32, and put it into the environment, " +
			"into .env, or into a file that SECRET_KEY_FILE names (with --dev none is needed)")}
	}
	key, made, err := makeKey(keyFile)
	if err != nil {
		return err
	}
	s.set.SecretKey = key
	s.set.vars = s.set.vars.with("SECRET_KEY", key, absolute(keyFile))
	s.host.Signer = s.signer()
	if made {
		s.opts.Log.Info("made a secret key, as SECRET_KEY is not set", "file", keyFile)
	}
	return nil
}

// readKey returns the key in a file.
func readKey(path string) (string, error) {
	key, _, err := readSettingFile(path)
	switch {
	case err != nil:
		return "", fmt.Errorf("the key in %s cannot be read: %w", path, withoutPath(err))
	case len(key) < minKey:
		return "", fmt.Errorf("the key in %s has %d characters, at least %d are needed; remove the file, and the next start makes another, or set SECRET_KEY", path, len(key), minKey)
	}
	return key, nil
}

// makeKey makes a key in a file that only this user can read, and returns it. If another process is
// faster, its key is returned. The file is there with the whole key or not at all.
func makeKey(path string) (key string, made bool, err error) {
	key = secretkey.New()
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // with mode 0600
	if err == nil {
		defer os.Remove(file.Name())
		_, err = file.WriteString(key + "\n")
		err = errors.Join(err, file.Sync(), file.Close())
	}
	if err == nil {
		err = os.Link(file.Name(), path) // never over another
	}
	switch {
	case errors.Is(err, fs.ErrExist):
		key, err = readKey(path)
		return key, false, err
	case err != nil:
		return "", false, fmt.Errorf("the key %s cannot be written: %w; set SECRET_KEY", path, withoutPath(err))
	}
	return key, true, nil
}
