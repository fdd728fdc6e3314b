// Package tokens has the form of tokens by which programs use a site in the name of a user.
//
// A token is a prefix, an underscore, 43 letters and digits of 256 random bits, and six of a
// checksum, as in shop_4fK...: so that those who search for secrets in source code find
// it by its form, and know one that is made up without asking the site. What a site stores
// is its [Hash].
package tokens

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"hash/crc32"
	"io"
	"math/big"
	"strings"
)

const (
	randomBytes   = 32
	randomLetters = 43 // of 62, for 256 bits
	checkLetters  = 6  // of 62, for 32 bits
	// MaxPrefix is how long a prefix may be.
	MaxPrefix = 20
)

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// CheckPrefix returns why a text cannot be the prefix of tokens: it has 1 to [MaxPrefix] lower-case
// letters and digits.
func CheckPrefix(prefix string) error {
	if prefix == "" || len(prefix) > MaxPrefix || strings.Trim(prefix, "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
		return fmt.Errorf("tokens: the prefix %q is not 1 to %d lower-case letters and digits", prefix, MaxPrefix)
	}
	return nil
}

// New returns a token. random is where its bits come from; nil is crypto/rand.
func New(prefix string, random io.Reader) (string, error) {
	if err := CheckPrefix(prefix); err != nil {
		return "", err
	}
	if random == nil {
		random = rand.Reader
	}
	var b [randomBytes]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("tokens: read a random token: %w", err)
	}
	text := prefix + "_" + base62(new(big.Int).SetBytes(b[:]), randomLetters)
	return text + checksum(text), nil
}

// Hash returns what is stored of a token: its SHA-256, in 43 characters. ok is false for a text
// that has not the form of a token with the prefix, or not the right checksum.
func Hash(prefix, token string) (hash string, ok bool) {
	body, found := strings.CutPrefix(token, prefix+"_")
	if !found || len(body) != randomLetters+checkLetters || strings.Trim(body, alphabet) != "" {
		return "", false
	}
	end := len(token) - checkLetters
	if checksum(token[:end]) != token[end:] {
		return "", false
	}
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:]), true
}

// checksum is a CRC-32 (IEEE 802.3) in six letters. It finds slips of the pen, and proves nothing.
func checksum(text string) string {
	return base62(new(big.Int).SetUint64(uint64(crc32.ChecksumIEEE([]byte(text)))), checkLetters)
}

// base62 writes a number with a number of letters.
func base62(n *big.Int, letters int) string {
	out := make([]byte, letters)
	base, rest := big.NewInt(int64(len(alphabet))), new(big.Int)
	for i := letters - 1; i >= 0; i-- {
		n.QuoRem(n, base, rest)
		out[i] = alphabet[rest.Int64()]
	}
	return string(out)
}
