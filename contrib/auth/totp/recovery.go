package totp

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
)

// Recovery codes: how many a user gets, and how many letters each has. With 5 bits a letter it
// has 115 bits, enough for a plain hash at rest (OWASP ASVS 5.0, 6.5.2, asks for 112).
const (
	RecoveryCodes   = 10
	RecoveryLetters = 23
)

// letters are those of codes: no I, L, O and U, which look like 1, 0 and V (Douglas Crockford's
// base32).
const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// NewRecoveryCodes returns [RecoveryCodes] codes, in groups such as 3VQ9K2-XB7M0D-T41ZHC-N8RPW.
// They are shown once; what is stored is their [RecoveryHash]. random is as for [NewSecret].
func NewRecoveryCodes(random io.Reader) ([]string, error) {
	if random == nil {
		random = rand.Reader
	}
	var codes []string
	for range RecoveryCodes {
		b := make([]byte, RecoveryLetters)
		if _, err := io.ReadFull(random, b); err != nil {
			return nil, fmt.Errorf("totp: read random recovery codes: %w", err)
		}
		var code strings.Builder
		for i, c := range b {
			if i > 0 && i%6 == 0 {
				code.WriteByte('-')
			}
			code.WriteByte(letters[c&31])
		}
		codes = append(codes, code.String())
	}
	return codes, nil
}

// RecoveryHash returns what is stored of a recovery code, and what a typed one is looked up by: the
// SHA-256 of its letters, in 64 hexadecimal digits. Small letters, spaces and hyphens do not
// matter, and I and L are read as 1, O as 0, U as V. ok is false for what is not a code at all.
// Each code is good for one use: delete it on condition that it is there.
func RecoveryHash(code string) (hash string, ok bool) {
	if len(code) > 200 {
		return "", false
	}
	code = strings.NewReplacer("I", "1", "L", "1", "O", "0", "U", "V").Replace(strings.ToUpper(compact(code)))
	if len(code) != RecoveryLetters || strings.Trim(code, letters) != "" {
		return "", false
	}
	sum := sha256.Sum256([]byte(code))
	return hex.EncodeToString(sum[:]), true
}
