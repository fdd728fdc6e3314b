// Package totp has the mechanics of a second factor: codes of an authenticator app (RFC 6238),
// and recovery codes for who has lost it. It stores nothing: whoever has the users stores the
// secret, the last step that was used, and the hashes of recovery codes.
//
// To set it up:
//
//	secret, err := totp.NewSecret(nil)
//	url, err := totp.URL("Ferry Tickets", "ann@example.com", secret)
//	png, err := totp.QR(url)                // shown beside totp.Encode(secret)
//	step, ok := totp.Step(secret, typed, now, 0)
//
// To log in, in the transaction that makes the session:
//
//	step, ok := totp.Step(secret, typed, now, last)
//	// UPDATE ... SET last = step WHERE last < step, and one row was changed
//
// The codes have six digits, change each 30 seconds and are made with SHA-1, since apps ignore
// what a URL says otherwise. SHA-1 is safe in an HMAC.
package totp

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"
	"unicode"
)

// The numbers of RFC 6238 and RFC 4226.
const (
	SecretSize = 20               // bytes of a new secret
	MinSecret  = 16               // bytes that a secret has at least; with a shorter one no code is right
	Digits     = 6                // of a code
	Period     = 30 * time.Second // in which a code is the same: a step
	Window     = 1                // steps that the clock of the app may be early or late
)

// NewSecret returns the secret of a user, [SecretSize] bytes from random. If that is nil, they are
// of crypto/rand.
func NewSecret(random io.Reader) ([]byte, error) {
	secret := make([]byte, SecretSize)
	if random == nil {
		random = rand.Reader
	}
	if _, err := io.ReadFull(random, secret); err != nil {
		return nil, fmt.Errorf("totp: read a random secret: %w", err)
	}
	return secret, nil
}

// Encode returns a secret as people type it in an app: base32 without padding.
func Encode(secret []byte) string { return encoding().EncodeToString(secret) }

// Decode reads what [Encode] has written, also in small letters, with spaces, hyphens or padding.
func Decode(text string) ([]byte, error) {
	secret, err := encoding().DecodeString(strings.TrimRight(strings.ToUpper(compact(text)), "="))
	if err != nil {
		return nil, errors.New("totp: the secret is not base32") // the cause may show where it differs
	}
	return secret, nil
}

func encoding() *base32.Encoding { return base32.StdEncoding.WithPadding(base32.NoPadding) }

// URL returns the address by which an app learns the secret, as Google Authenticator defines it:
//
//	otpauth://totp/Ferry%20Tickets:ann%40example.com?secret=...&issuer=Ferry%20Tickets&...
//
// issuer is the name of the site, account that of the user; at most 200 bytes each. A colon, which
// the format has between them, becomes a hyphen. The URL is as secret as the secret: it must not
// be in a log or a page that is stored.
func URL(issuer, account string, secret []byte) (string, error) {
	if len(secret) < MinSecret {
		return "", fmt.Errorf("totp: a secret of %d bytes is too short; use at least %d", len(secret), MinSecret)
	}
	for _, name := range [...]string{issuer, account} {
		if len(name) > 200 {
			return "", fmt.Errorf("totp: the name that begins with %.40q has %d bytes; at most 200", name, len(name))
		}
		if strings.TrimSpace(name) == "" {
			return "", errors.New("totp: the issuer or the account is empty")
		}
	}
	return "otpauth://totp/" + escape(issuer) + ":" + escape(account) + "?secret=" + Encode(secret) +
		"&issuer=" + escape(issuer) + fmt.Sprintf("&algorithm=SHA1&digits=%d&period=%d", Digits, Period/time.Second), nil
}

// escape escapes all but letters, digits, hyphens, dots, underscores and tildes. A space is %20:
// some apps show a plus sign.
func escape(name string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	return strings.ReplaceAll(url.QueryEscape(strings.ReplaceAll(name, ":", "-")), "+", "%20")
}

// Code returns the code of a step: of the [Period] since 1970 with this number.
func Code(secret []byte, step int64) string {
	mac := hmac.New(sha1.New, secret)
	_ = binary.Write(mac, binary.BigEndian, step) // a hash never fails
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 15 // RFC 4226, section 5.3
	n := binary.BigEndian.Uint32(sum[at:]) & (1<<31 - 1)
	return fmt.Sprintf("%0*d", Digits, n%1_000_000)
}

// At returns the step of a time.
func At(now time.Time) int64 {
	const period = int64(Period / time.Second)
	seconds := now.Unix()
	step := seconds / period
	if seconds%period < 0 {
		step-- // before 1970
	}
	return step
}

// Step says whether a code is that of now, or of [Window] steps before or after, and returns the
// step that it is of. last is the step of the code that was accepted last, 0 if there was none: a
// code of that step or an earlier one was used already, or seen by others, and is refused. The
// caller stores step as the new last, in a way that of two requests at once only one succeeds.
//
// Spaces and hyphens in the code do not matter, and its digits may be Arabic, Persian or of full
// width. All comparisons are made in any case, in constant time.
func Step(secret []byte, code string, now time.Time, last int64) (step int64, ok bool) {
	typed := []byte(digits(code))
	if len(secret) < MinSecret || len(typed) != Digits {
		return 0, false
	}
	current := At(now)
	for at := current - Window; at <= current+Window; at++ {
		equal := subtle.ConstantTimeCompare([]byte(Code(secret, at)), typed) == 1
		if equal && at > last {
			step, ok = at, true // if two steps have the same code, the later one, so that both are used
		}
	}
	return step, ok
}

// digits returns what was typed, with the digits of ASCII.
func digits(typed string) string {
	if len(typed) > 100 {
		return ""
	}
	return strings.Map(func(r rune) rune {
		for _, zero := range [...]rune{'\u0660', '\u06f0', '\uff10'} {
			if r >= zero && r <= zero+9 {
				return '0' + r - zero
			}
		}
		return r
	}, compact(typed))
}

// compact drops spaces and hyphens, with which people group characters.
func compact(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) {
			return -1
		}
		return r
	}, s)
}
