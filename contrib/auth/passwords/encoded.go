package passwords

import (
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
)

// The limits of a stored hash. What is above them was not stored by a site, or makes it slow on
// purpose.
const (
	maxEncoded    = 512
	maxMemory     = 256 << 20 // bytes
	maxTime       = 20
	maxThreads    = 64
	maxIterations = 10_000_000
	maxBcrypt     = 16
	maxSalt       = 64
	maxSum        = 64
)

const alphanumeric = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

// stored is a hash that was read, or is to be written.
type stored struct {
	algorithm string
	memory    int64 // bytes
	fast      bool  // needs no slot
	salt, sum []byte
	params    argon2Params
	cost      int    // iterations
	key       string // ID of the pepper
	phc       bool   // in our own format

	compute func(password []byte) []byte
	compare func(password []byte) bool // instead of compute, when a library does both
	write   func(*stored) string
}

func (s *stored) equals(password []byte) bool {
	if s.compare != nil {
		return s.compare(password)
	}
	return subtle.ConstantTimeCompare(s.compute(password), s.sum) == 1
}

// argon2Params is the cost of argon2.
type argon2Params struct {
	memory  uint32 // KiB
	time    uint32
	threads uint8
}

func (p argon2Params) String() string {
	return fmt.Sprintf("m=%d,t=%d,p=%d", p.memory, p.time, p.threads)
}

func (p argon2Params) check() error {
	switch {
	case p.threads < 1 || p.threads > maxThreads:
		return fmt.Errorf("argon2 with %d lanes; there can be 1 to %d", p.threads, maxThreads)
	case p.time < 1 || p.time > maxTime:
		return fmt.Errorf("argon2 with %d passes; there can be 1 to %d", p.time, maxTime)
	case p.memory < 8*uint32(p.threads) || p.memory > maxMemory>>10: // RFC 9106, section 3.1
		return fmt.Errorf("argon2 with %d KiB; with %d lanes there can be %d to %d", p.memory, p.threads, 8*p.threads, maxMemory>>10)
	}
	return nil
}

// newArgon2 returns a hash of argon2id or argon2i, without its sum of this size.
func newArgon2(algorithm string, p argon2Params, salt, key []byte, size int) *stored {
	s := &stored{algorithm: algorithm, params: p, salt: salt, memory: int64(p.memory) << 10}
	s.compute = func(password []byte) []byte {
		if key != nil {
			password = pepper(key, password)
		}
		if algorithm == "argon2i" {
			return argon2.Key(password, salt, p.time, p.memory, p.threads, uint32(size))
		}
		return argon2.IDKey(password, salt, p.time, p.memory, p.threads, uint32(size))
	}
	return s
}

// parse reads a stored hash.
func (h *Hasher) parse(encoded string) (*stored, error) {
	if len(encoded) > maxEncoded {
		return nil, fmt.Errorf("%d bytes of text are more than %d", len(encoded), maxEncoded)
	}
	if rest, ok := strings.CutPrefix(encoded, "$"); ok {
		s, err := h.parseArgon2(rest)
		if err == nil {
			s.phc = true
		}
		return s, err
	}
	return h.parseDjango(encoded)
}

// parseArgon2 reads what follows the first dollar sign of the PHC format.
func (h *Hasher) parseArgon2(text string) (*stored, error) {
	parts := strings.Split(text, "$")
	if len(parts) != 5 {
		return nil, fmt.Errorf("argon2 with %d parts instead of 5", len(parts))
	}
	if parts[0] != "argon2id" && parts[0] != "argon2i" {
		return nil, errors.New("its algorithm is not argon2id or argon2i")
	}
	if parts[1] != "v=19" {
		return nil, errors.New("argon2 of another version than 19")
	}
	params, keyID, err := parseParams(parts[2])
	if err != nil {
		return nil, err
	}
	salt, err := decode64(base64.RawStdEncoding, parts[3], 8, maxSalt)
	if err != nil {
		return nil, fmt.Errorf("salt: %w", err)
	}
	sum, err := decode64(base64.RawStdEncoding, parts[4], 16, maxSum)
	if err != nil {
		return nil, fmt.Errorf("hash: %w", err)
	}
	var key []byte
	if keyID != "" {
		if key = h.pepperKey(keyID); key == nil {
			return nil, fmt.Errorf("its pepper %q is not in Config.Peppers", keyID)
		}
	}
	s := newArgon2(parts[0], params, salt, key, len(sum))
	s.sum, s.key = sum, keyID
	return s, nil
}

func (h *Hasher) pepperKey(id string) []byte {
	for _, p := range h.cfg.Peppers {
		if p.ID == id {
			return p.Key
		}
	}
	return nil
}

// parseParams reads m=...,t=...,p=... and, optionally, keyid=...
func parseParams(text string) (p argon2Params, keyID string, err error) {
	parts := strings.Split(text, ",")
	if len(parts) == 4 {
		id, ok := strings.CutPrefix(parts[3], "keyid=")
		if !ok || !isKeyID(id) {
			return p, "", errors.New("argon2 with a parameter that is not known")
		}
		keyID, parts = id, parts[:3]
	}
	if len(parts) != 3 {
		return p, "", errors.New("argon2 without the parameters m, t and p")
	}
	var values [3]uint64
	for i, name := range [...]string{"m=", "t=", "p="} {
		digits, ok := strings.CutPrefix(parts[i], name)
		if !ok {
			return p, "", errors.New("argon2 without the parameters m, t and p, in this order")
		}
		if values[i], err = number(digits, 1<<31); err != nil {
			return p, "", fmt.Errorf("argon2, %s: %w", name[:1], err)
		}
	}
	if values[2] > maxThreads {
		return p, "", fmt.Errorf("argon2 with %d lanes; there can be 1 to %d", values[2], maxThreads)
	}
	p = argon2Params{uint32(values[0]), uint32(values[1]), uint8(values[2])}
	return p, keyID, p.check()
}

// number reads a decimal number as it is written by programs: digits, and no zero in front.
func number(digits string, most uint64) (uint64, error) {
	if digits == "" || len(digits) > 1 && digits[0] == '0' || strings.Trim(digits, "0123456789") != "" {
		return 0, errors.New("not a decimal number")
	}
	n, err := strconv.ParseUint(digits, 10, 64)
	if err != nil || n > most {
		return 0, fmt.Errorf("a number above %d", most)
	}
	return n, nil
}

// decode64 reads base64 of a number of bytes, in its one spelling.
func decode64(enc *base64.Encoding, text string, least, most int) ([]byte, error) {
	if strings.ContainsAny(text, "\r\n") { // which the decoder skips
		return nil, errors.New("not base64")
	}
	b, err := enc.Strict().DecodeString(text)
	if err != nil {
		return nil, errors.New("not base64")
	}
	if len(b) < least || len(b) > most {
		return nil, fmt.Errorf("%d bytes; there can be %d to %d", len(b), least, most)
	}
	return b, nil
}
