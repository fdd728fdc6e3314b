package passwords

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
)

// How long salts and hashes are that we make, in bytes. A salt of Django has characters of 62
// kinds, of which it wants 128 bits.
const (
	saltSize, djangoSalt      = 16, 22
	sumSize, djangoArgon2Size = 32, 16
)

// fresh returns a hash of today, with a salt and without its sum.
func (h *Hasher) fresh() (*stored, error) {
	salt := make([]byte, saltSize)
	var err error
	if h.cfg.Format == PHC {
		_, err = io.ReadFull(h.cfg.Random, salt)
	} else {
		salt, err = randomText(h.cfg.Random, djangoSalt)
	}
	if err != nil {
		return nil, fmt.Errorf("passwords: read a random salt: %w", err)
	}
	return h.today(salt), nil
}

// dummy returns a hash of today that no password has.
func (h *Hasher) dummy() *stored {
	if h.cfg.Format == PHC {
		return h.today(make([]byte, saltSize))
	}
	return h.today(bytes.Repeat([]byte("x"), djangoSalt))
}

func (h *Hasher) today(salt []byte) *stored {
	params := argon2Params{h.cfg.Memory, h.cfg.Time, h.cfg.Threads}
	switch h.cfg.Format {
	case DjangoPBKDF2:
		return newPBKDF2("pbkdf2_sha256", h.cfg.Iterations, string(salt))
	case DjangoArgon2:
		s := newArgon2("argon2id", params, salt, nil, djangoArgon2Size)
		s.write = func(s *stored) string { return "argon2" + writeArgon2(s) }
		return s
	}
	var p Pepper
	if len(h.cfg.Peppers) > 0 {
		p = h.cfg.Peppers[0]
	}
	s := newArgon2("argon2id", params, salt, p.Key, sumSize)
	s.phc, s.key, s.write = true, p.ID, writeArgon2
	return s
}

func writeArgon2(s *stored) string {
	enc, params := base64.RawStdEncoding, s.params.String()
	if s.key != "" {
		params += ",keyid=" + s.key
	}
	return "$" + s.algorithm + "$v=19$" + params + "$" + enc.EncodeToString(s.salt) + "$" + enc.EncodeToString(s.sum)
}

// outdated says whether a hash is not what is made today.
func (h *Hasher) outdated(s *stored) bool {
	params := argon2Params{h.cfg.Memory, h.cfg.Time, h.cfg.Threads}
	switch h.cfg.Format {
	case DjangoPBKDF2:
		return s.algorithm != "pbkdf2_sha256" || s.cost < h.cfg.Iterations || len(s.salt) < djangoSalt
	case DjangoArgon2:
		return s.phc || s.algorithm != "argon2id" || s.params.memory < params.memory || s.params.time < params.time || len(s.salt) < djangoSalt
	}
	today := ""
	if len(h.cfg.Peppers) > 0 {
		today = h.cfg.Peppers[0].ID
	}
	return !s.phc || s.algorithm != "argon2id" || s.params != params || s.key != today || len(s.salt) < saltSize || len(s.sum) < sumSize
}

// randomText returns n letters and digits, each as likely.
func randomText(random io.Reader, n int) ([]byte, error) {
	out, b := make([]byte, 0, n), make([]byte, 64)
	for len(out) < n {
		if _, err := io.ReadFull(random, b); err != nil {
			return nil, err
		}
		for _, c := range b {
			if c &= 63; int(c) < len(alphanumeric) && len(out) < n {
				out = append(out, alphanumeric[c])
			}
		}
	}
	return out, nil
}
