package signing

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"encoding/binary"
	"log/slog"

	"github.com/volaweb/vola/fault"
)

// Sealed is an encrypted value as a column of a model has it: a text in the database that says
// nothing without the key of the site. "" is no value.
//
//	type Member struct {
//		ID   int64
//		IBAN signing.Sealed
//	}
//
// It is written by [Purpose.Seal] and read by [Purpose.Open]. Templates, logs and JSON show
// "(sealed)" in its place. The command "reseal" seals all such columns of a site again with the
// first key, so that an old key can be forgotten. As two texts for one value differ, a column
// cannot be searched; store a hash with a key of [Signer.Derive] beside it if it must be.
//
// A text takes 110 characters and 4/3 of the bytes of the value.
type Sealed string

// String returns "(sealed)", and "" for no value.
func (s Sealed) String() string {
	if s == "" {
		return ""
	}
	return "(sealed)"
}

// GoString is as String.
func (s Sealed) GoString() string { return `signing.Sealed("` + s.String() + `")` }

// LogValue is as String.
func (s Sealed) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalJSON is as String.
func (s Sealed) MarshalJSON() ([]byte, error) { return []byte(`"` + s.String() + `"`), nil }

// Purpose says what sealed values are for, such as "club iban". A value that was sealed for one
// purpose does not open for another. Make it a constant, and never change it.
type Purpose string

// Seal encrypts a value. about is what it belongs to, such as the id of a user: a text that is
// copied to another row does not open there. It may be "".
//
// Each value has a random key of its own, by which AES-256-GCM (NIST SP 800-38D) encrypts it once,
// and which is itself encrypted by a key made of the site's: so [Signer.Reseal] need not know
// what a value is about.
func (p Purpose) Seal(s *Signer, about, value string) Sealed {
	s.used()
	key := make([]byte, 32)
	_, _ = rand.Read(key) // it never fails
	wrapped := wrap(s.keys[0], key)
	return Sealed(encoding().EncodeToString(gcm(key).Seal(wrapped, onlyNonce(), []byte(value), p.data(about))))
}

// Open returns the value that was sealed for the purpose and about something, with any of the keys
// of the site, and "" for "". Its error is of kind fault.Internal: the text is not one of this
// site, was sealed with a key that the site no longer has, or was copied from another row.
func (p Purpose) Open(s *Signer, about string, sealed Sealed) (string, error) {
	s.used()
	if sealed == "" {
		return "", nil
	}
	raw, ok := decodeSealed(sealed)
	if ok {
		if key, ok := s.unwrap(raw); ok {
			if value, err := gcm(key).Open(nil, onlyNonce(), raw[wrappedSize:], p.data(about)); err == nil {
				return string(value), nil
			}
		}
	}
	return "", fault.Newf(fault.Internal, "the value sealed for %q cannot be opened: it was sealed with a key that is not among SECRET_KEY and SECRET_KEY_FALLBACKS, or is of another row", string(p))
}

// Reseal returns the same value sealed with the first key, for a text that was sealed with any of
// the keys; ok is false if it was with none. It does not open the value.
func (s *Signer) Reseal(sealed Sealed) (again Sealed, ok bool) {
	s.used()
	raw, ok := decodeSealed(sealed)
	if !ok {
		return "", false
	}
	key, ok := s.unwrap(raw)
	if !ok {
		return "", false
	}
	return Sealed(encoding().EncodeToString(append(wrap(s.keys[0], key), raw[wrappedSize:]...))), true
}

// SealedPrefix is what all texts begin with that were sealed with the first key, so that others
// can be found in a database.
func (s *Signer) SealedPrefix() string {
	s.used()
	return encoding().EncodeToString(head(s.keys[0]))
}

// The bytes of a text: a head of six bytes, which say the form and the key of the site; the key of
// the value, encrypted, with its nonce and tag; the value, encrypted, with its tag.
const (
	headSize    = 6
	wrappedSize = headSize + 12 + 32 + 16
)

// head is a multiple of three bytes, so that it is the same characters in each text.
func head(key []byte) []byte {
	return append(append([]byte{1}, idOf(key)...), 0)
}

// wrap encrypts the key of a value.
func wrap(site, key []byte) []byte {
	out := append(head(site), make([]byte, 12)...)
	_, _ = rand.Read(out[headSize:]) // it never fails
	return gcm(derived(site, "vola wrapping")).Seal(out, out[headSize:], key, nil)
}

// unwrap returns the key of a value.
func (s *Signer) unwrap(raw []byte) ([]byte, bool) {
	for _, site := range s.keys {
		if !hmac.Equal(head(site), raw[:headSize]) {
			continue
		}
		nonce := raw[headSize : headSize+12]
		if key, err := gcm(derived(site, "vola wrapping")).Open(nil, nonce, raw[headSize+12:wrappedSize], nil); err == nil {
			return key, true
		}
	}
	return nil, false
}

func decodeSealed(sealed Sealed) ([]byte, bool) {
	raw, err := encoding().DecodeString(string(sealed))
	return raw, err == nil && len(raw) >= wrappedSize+16 && encoding().EncodeToString(raw) == string(sealed)
}

// onlyNonce is that of a value: its key encrypts nothing else.
func onlyNonce() []byte { return make([]byte, 12) }

// data is what is authenticated with a value.
func (p Purpose) data(about string) []byte {
	b := binary.AppendUvarint(nil, uint64(len(p)))
	return append(append(b, p...), about...)
}

// gcm returns the cipher with a key of 32 bytes.
func gcm(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // the key has 32 bytes
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		panic(err) // the block has 16
	}
	return gcm
}
