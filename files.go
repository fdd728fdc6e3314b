package vola

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/volaweb/vola/internal/cli"
	"github.com/volaweb/vola/signing"
	"github.com/volaweb/vola/storage"
)

// openStorage finds where files that people send are kept. Nothing is made there yet.
func (s *Site) openStorage() error {
	s.host.Storage = s.opts.Storage
	if s.host.Storage != nil {
		return nil
	}
	var err error
	s.host.Storage, err = storage.Open(context.Background(), s.cfg.Storages, s.set.StorageURL, s.opts.Environ)
	if err != nil {
		return cli.ConfigError{Err: fmt.Errorf("setting STORAGE_URL: %w", err)}
	}
	return nil
}

// minKey is how long a secret key must be at least, in characters: 32 of base64 or letters
// have more than 128 random bits, and so have 32 hexadecimal digits.
const minKey = 32

// oldKeys returns the keys of SECRET_KEY_FALLBACKS.
func (s *settings) oldKeys() (keys []string) {
	for key := range strings.SplitSeq(s.OldKeys, ",") {
		if key = strings.TrimSpace(key); key != "" {
			keys = append(keys, key)
		}
	}
	return keys
}

// checkKeys returns what is wrong with the keys, without them.
func (s *settings) checkKeys() error {
	var errs []error
	if n := utf8.RuneCountInString(s.SecretKey); n > 0 && n < minKey {
		errs = append(errs, fmt.Errorf("setting SECRET_KEY: the value has %d characters, at least %d are needed; make one with: openssl rand -hex 32", n, minKey))
	}
	if strings.Contains(s.SecretKey, ",") || s.SecretKey != strings.TrimSpace(s.SecretKey) {
		errs = append(errs, errors.New("setting SECRET_KEY: the value has a comma, or a space at an end, with which it could not stand in SECRET_KEY_FALLBACKS later; make one with: openssl rand -hex 32"))
	}
	for i, key := range s.oldKeys() {
		if n := utf8.RuneCountInString(key); n < minKey {
			errs = append(errs, fmt.Errorf("setting SECRET_KEY_FALLBACKS: key %d has %d characters, at least %d are needed", i+1, n, minKey))
		}
	}
	return errors.Join(errs...)
}

// signer returns what signs links of the site.
func (s *Site) signer() *signing.Signer {
	if s.set.checkKeys() != nil || s.set.SecretKey == "" {
		return signing.Random(func() {
			s.opts.Log.Warn("signed links end when the program ends, and hold on this server only: set SECRET_KEY to a random text of at least 32 characters")
		})
	}
	keys := [][]byte{[]byte(s.set.SecretKey)}
	for _, key := range s.set.oldKeys() {
		keys = append(keys, []byte(key))
	}
	return signing.New(keys...)
}
