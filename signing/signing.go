// Package signing signs values that leave the site and come back: links that expire, hidden
// fields. Whoever has a signed value can read it, but not change it or use it for something
// else.
//
//	signed := signer.Sign("files", "2026/11/30/report.pdf", time.Now().Add(time.Hour))
//	err := signer.Check("files", "2026/11/30/report.pdf", signed, time.Now())
//
// A signature is an HMAC-SHA-256 (RFC 2104) with a key that is made of the site's secret key
// for each purpose, so that a signature for one purpose is none for another.
//
// [Signer.Seal] encrypts as well, what a site stores at others' places or does not want to
// be read in a copy of its database.
package signing

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/volaweb/vola/fault"
)

// Signer signs values. It is safe for concurrent use.
type Signer struct {
	keys [][]byte
	used func() // called by each use
}

// MinKey is how long a key must be at least, in bytes.
const MinKey = 16

// New returns a Signer. It signs with the first key, and accepts what was signed with any of
// them, so that a key can be exchanged: the new one first, the old one until what it signed
// has expired. A key that is shorter than [MinKey] panics.
func New(keys ...[]byte) *Signer {
	s := &Signer{used: func() {}}
	for _, k := range keys {
		if len(k) < MinKey {
			panic("signing: a key of " + strconv.Itoa(len(k)) + " bytes is too short; use at least " + strconv.Itoa(MinKey))
		}
		s.keys = append(s.keys, append([]byte(nil), k...))
	}
	if len(s.keys) == 0 {
		panic("signing: no key")
	}
	return s
}

// Random returns a Signer with a key of its own, which nobody else has: what it signs ends with
// the process. first is called once, when it is used for the first time, to say so.
func Random(first func()) *Signer {
	key := make([]byte, sha256.Size)
	_, _ = rand.Read(key) // it never fails
	s := New(key)
	s.used = sync.OnceFunc(first)
	return s
}

// Sign returns the signature of a value for a purpose, which ends at a time, in whole
// seconds. It has letters, digits, hyphens, underscores and a dot, so that it fits in a URL.
func (s *Signer) Sign(purpose, value string, until time.Time) string {
	s.used()
	end := until.Unix()
	return strconv.FormatInt(end, 36) + "." + encoding().EncodeToString(mac(s.keys[0], purpose, value, end))
}

// Check returns nil if a signature is that of this value for this purpose and has not expired.
// There is one text for each signature: another that means the same is not accepted. Its
// errors are of kind fault.Forbidden; one that has expired says so.
func (s *Signer) Check(purpose, value, signature string, now time.Time) error {
	s.used()
	ends, sent, _ := strings.Cut(signature, ".")
	end, err := strconv.ParseInt(ends, 36, 64)
	good := false
	if err == nil && strconv.FormatInt(end, 36) == ends {
		for _, k := range s.keys {
			good = hmac.Equal([]byte(sent), []byte(encoding().EncodeToString(mac(k, purpose, value, end)))) || good
		}
	}
	switch {
	case !good:
		return fault.New(fault.Forbidden, "This link or form is not one of this site.")
	case now.Unix() >= end:
		return fault.New(fault.Forbidden, "This link or form has expired.")
	}
	return nil
}

func encoding() *base64.Encoding { return base64.RawURLEncoding }

// mac returns the signature of a value that ends at a time. The time has a fixed length, so that
// no two pairs of time and value are the same bytes.
func mac(key []byte, purpose, value string, end int64) []byte {
	h := hmac.New(sha256.New, derived(key, "vola signing "+purpose))
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(end))
	h.Write(n[:])
	h.Write([]byte(value))
	return h.Sum(nil)
}

// Ends returns when a signature that [Signer.Check] accepts expires.
func (s *Signer) Ends(signature string) time.Time {
	ends, _, _ := strings.Cut(signature, ".")
	end, _ := strconv.ParseInt(ends, 36, 64)
	return time.Unix(end, 0)
}
