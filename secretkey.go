package vola

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"

	"github.com/volaweb/vola/internal/cli"
)

// keyFile is where the key of a site is that was started without any setting: next to the default
// database.
const keyFile = "site.key"

// newKey makes a secret key of 256 random bits.
func newKey() string {
	var b [32]byte
	rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// withLocalKey adds the key of keyFile to the variables of a site that was told neither a key
// nor a database.
func (p *program) withLocalKey(vars variables, f siteFlags) (variables, error) {
	if p.named(f) || p.keyIsSet() {
		return vars, nil
	}
	key, _, err := readSettingFile(keyFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return vars, nil
	case err != nil:
		return vars, fmt.Errorf("the key in %s cannot be read: %w", keyFile, withoutPath(err))
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
	key := newKey()
	if err := writeKey(key); err != nil {
		return fmt.Errorf("the key %s cannot be written: %w; set SECRET_KEY", keyFile, withoutPath(err))
	}
	s.set.SecretKey = key
	s.set.vars = s.set.vars.with("SECRET_KEY", key, absolute(keyFile))
	s.host.Signer = s.signer()
	s.opts.Log.Info("made a secret key, as SECRET_KEY is not set", "file", keyFile)
	return nil
}

// writeKey writes a key where only this user can read it, and never over another.
func writeKey(key string) error {
	file, err := os.OpenFile(keyFile, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.WriteString(key + "\n")
	return errors.Join(err, file.Close())
}
