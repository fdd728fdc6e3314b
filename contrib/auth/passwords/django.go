package passwords

import (
	"crypto/md5"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"strconv"
	"strings"

	"golang.org/x/crypto/bcrypt"
	"golang.org/x/crypto/scrypt"
)

// parseDjango reads the formats of Django 3.2 to 5.2: the name of an algorithm, and what it has,
// between dollar signs.
func (h *Hasher) parseDjango(encoded string) (*stored, error) {
	algorithm, rest, ok := strings.Cut(encoded, "$")
	if !ok {
		if len(encoded) == hex.EncodedLen(md5.Size) { // the oldest form has nothing but the sum
			return h.parseDigest("md5", "$"+encoded, md5.New)
		}
		return nil, errors.New("it has no algorithm")
	}
	switch algorithm {
	case "pbkdf2_sha256":
		return parsePBKDF2(algorithm, rest, sha256.Size)
	case "pbkdf2_sha1":
		return parsePBKDF2(algorithm, rest, sha1.Size)
	case "argon2":
		s, err := h.parseArgon2(rest)
		if err == nil && s.key != "" {
			return nil, errors.New("argon2 with a pepper, which Django does not have")
		}
		return s, err
	case "bcrypt", "bcrypt_sha256":
		return parseBcrypt(algorithm, rest)
	case "scrypt":
		return parseScrypt(rest)
	case "md5":
		return h.parseDigest(algorithm, rest, md5.New)
	case "sha1":
		return h.parseDigest(algorithm, rest, sha1.New)
	case "crypt":
		return nil, errors.New("its algorithm is crypt, which is not supported: give the user a new password")
	}
	return nil, errors.New("its algorithm is not known")
}

func newPBKDF2(algorithm string, iterations int, salt string) *stored {
	s := &stored{algorithm: algorithm, cost: iterations, salt: []byte(salt)}
	s.compute = func(password []byte) []byte {
		if algorithm == "pbkdf2_sha1" {
			return pbkdf2Key(sha1.New, password, salt, iterations, sha1.Size)
		}
		return pbkdf2Key(sha256.New, password, salt, iterations, sha256.Size)
	}
	s.write = func(s *stored) string {
		return s.algorithm + "$" + strconv.Itoa(s.cost) + "$" + string(s.salt) + "$" + base64.StdEncoding.EncodeToString(s.sum)
	}
	return s
}

// pbkdf2Key computes PBKDF2. Its only errors are those of a size that is out of range, and of a
// mode of Go that allows approved algorithms alone: no password matches then.
func pbkdf2Key[H hash.Hash](of func() H, password []byte, salt string, iterations, size int) []byte {
	key, err := pbkdf2.Key(of, string(password), []byte(salt), iterations, size)
	if err != nil {
		return nil
	}
	return key
}

func parsePBKDF2(algorithm, text string, size int) (*stored, error) {
	parts := strings.Split(text, "$")
	if len(parts) != 3 {
		return nil, fmt.Errorf("%s with %d parts instead of 3", algorithm, len(parts))
	}
	iterations, err := number(parts[0], maxIterations)
	if err != nil || iterations == 0 {
		return nil, fmt.Errorf("%s: the iterations are not a number from 1 to %d", algorithm, maxIterations)
	}
	if parts[1] == "" {
		return nil, fmt.Errorf("%s without a salt", algorithm)
	}
	sum, err := decode64(base64.StdEncoding, parts[2], size, size)
	if err != nil {
		return nil, fmt.Errorf("%s: hash: %w", algorithm, err)
	}
	s := newPBKDF2(algorithm, int(iterations), parts[1])
	s.sum = sum
	return s, nil
}

// parseScrypt reads N$SALT$r$p$HASH.
func parseScrypt(text string) (*stored, error) {
	parts := strings.Split(text, "$")
	if len(parts) != 5 {
		return nil, fmt.Errorf("scrypt with %d parts instead of 5", len(parts))
	}
	var values [3]uint64
	for i, at := range [...]int{0, 2, 3} {
		n, err := number(parts[at], maxMemory/128)
		if err != nil || n == 0 {
			return nil, fmt.Errorf("scrypt: %s is not a number from 1 to %d", [...]string{"N", "r", "p"}[i], maxMemory/128)
		}
		values[i] = n
	}
	n, r, p := values[0], values[1], values[2]
	switch {
	case n < 2 || n&(n-1) != 0:
		return nil, errors.New("scrypt: N is not a power of two above 1")
	case n*r > maxMemory/128 || n*r*p > maxMemory/128: // each factor is below 2^22: no overflow
		return nil, fmt.Errorf("scrypt: N*r*p is above %d", maxMemory/128)
	case parts[1] == "":
		return nil, errors.New("scrypt without a salt")
	}
	sum, err := decode64(base64.StdEncoding, parts[4], 64, 64)
	if err != nil {
		return nil, fmt.Errorf("scrypt: hash: %w", err)
	}
	s := &stored{algorithm: "scrypt", salt: []byte(parts[1]), sum: sum, memory: int64(128 * (n*r + r*p))}
	s.compute = func(password []byte) []byte {
		key, err := scrypt.Key(password, s.salt, int(n), int(r), int(p), len(sum))
		if err != nil {
			return nil // a cost that the library refuses: no password matches
		}
		return key
	}
	return s, nil
}

// parseBcrypt reads what bcrypt writes: $2b$12$, and 53 characters of salt and hash. Django's
// bcrypt cuts passwords at 72 bytes, its bcrypt_sha256 takes the hexadecimal SHA-256 of them.
func parseBcrypt(algorithm, text string) (*stored, error) {
	const alphabet = "./" + alphanumeric
	if len(text) != 60 || text[:2] != "$2" || strings.IndexByte("aby", text[2]) < 0 || text[3] != '$' || text[6] != '$' || strings.Trim(text[7:], alphabet) != "" {
		return nil, fmt.Errorf("%s: it is not $2b$, a cost and 53 characters", algorithm)
	}
	cost, err := strconv.Atoi(text[4:6])
	if err != nil || text[4] < '0' || text[4] > '9' || cost < bcrypt.MinCost || cost > maxBcrypt {
		return nil, fmt.Errorf("%s: the cost %q is not a number from %02d to %d", algorithm, text[4:6], bcrypt.MinCost, maxBcrypt)
	}
	s := &stored{algorithm: algorithm, cost: cost}
	s.compare = func(password []byte) bool {
		if algorithm == "bcrypt_sha256" {
			sum := sha256.Sum256(password)
			password = hex.AppendEncode(nil, sum[:])
		}
		return bcrypt.CompareHashAndPassword([]byte(text), password[:min(72, len(password))]) == nil
	}
	return s, nil
}

// parseDigest reads SALT$HEX of a hash of salt and password.
func (h *Hasher) parseDigest(algorithm, text string, of func() hash.Hash) (*stored, error) {
	salt, digits, _ := strings.Cut(text, "$")
	sum, err := hex.DecodeString(digits)
	if err != nil || len(sum) != of().Size() {
		return nil, fmt.Errorf("%s: the hash is not %d hexadecimal digits", algorithm, 2*of().Size())
	}
	if salt == "" && !h.cfg.Unsalted {
		return nil, fmt.Errorf("%s without a salt; set Config.Unsalted to accept it", algorithm)
	}
	s := &stored{algorithm: algorithm, fast: true, salt: []byte(salt), sum: sum}
	s.compute = func(password []byte) []byte {
		d := of()
		d.Write(s.salt)
		d.Write(password)
		return d.Sum(nil)
	}
	return s, nil
}
