package signing

import (
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"

	"github.com/volaweb/vola/fault"
)

// keyID is how many bytes of a sealed value say which key it was sealed with.
const keyID = 4

// Seal encrypts a value for a purpose, so that only [Signer.Open] with the same purpose can
// read it and nobody can change it. For values in a database there is [Sealed]. about is what the value belongs to, such as the id of a
// row: a value that is copied to another row does not open there. The text has letters,
// digits, hyphens and underscores, a third more than the value and 43 more.
//
// The cipher is AES-256-GCM (NIST SP 800-38D) with a random nonce and a key of its own for
// each purpose; seal fewer than 2^32 values for one. A value does not expire by itself.
func (s *Signer) Seal(purpose, about string, value []byte) string {
	s.used()
	out := append(idOf(s.keys[0]), make([]byte, 12)...)
	_, _ = rand.Read(out[keyID:]) // it never fails
	return encoding().EncodeToString(aead(s.keys[0], purpose).Seal(out, out[keyID:], value, []byte(about)))
}

// Open returns the value that was sealed for a purpose and about something, with any of the
// keys. Its error is of kind fault.Forbidden.
func (s *Signer) Open(purpose, about, sealed string) ([]byte, error) {
	s.used()
	raw, err := encoding().DecodeString(sealed)
	if err == nil && len(raw) > keyID+12 && encoding().EncodeToString(raw) == sealed { // not another text of the same bytes
		for _, k := range s.keys {
			if !hmac.Equal(idOf(k), raw[:keyID]) {
				continue
			}
			value, err := aead(k, purpose).Open(nil, raw[keyID:keyID+12], raw[keyID+12:], []byte(about))
			if err == nil {
				return value, nil
			}
		}
	}
	return nil, fault.New(fault.Forbidden, "This value was not stored by this site, or with a key that the site no longer has.")
}

// Derive returns a key of 256 bits for a purpose, of the first key alone: for a hash that need not
// be the same after the key was exchanged, such as that of a name that is counted.
func (s *Signer) Derive(purpose string) []byte {
	s.used()
	return derived(s.keys[0], "vola key "+purpose)
}

// aead returns the cipher for a purpose.
func aead(key []byte, purpose string) cipher.AEAD { return gcm(derived(key, "vola sealing "+purpose)) }

// idOf returns bytes that tell a key from others, but not what it is.
func idOf(key []byte) []byte { return derived(key, "vola key id")[:keyID:keyID] }

func derived(key []byte, use string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(use))
	return h.Sum(nil)
}
