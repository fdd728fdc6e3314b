// Package secretkey makes secret keys of sites.
package secretkey

import (
	"crypto/rand"
	"encoding/hex"
)

// New returns a key of 256 random bits in hexadecimal digits.
func New() string {
	var b [32]byte
	rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}
