package signing_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/signing"
)

var now = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

func TestCheck(t *testing.T) {
	t.Parallel()
	older, newer := []byte("older key of 16 bytes"), []byte("newer key of 16 bytes")
	s := signing.New(newer, older)
	signed := s.Sign("files", "a.pdf", now.Add(time.Hour))
	flipped := []byte(signed)
	flipped[len(flipped)-5] ^= 1
	tests := []struct {
		name                      string
		purpose, value, signature string
		at                        time.Time
		message                   string
	}{
		{"as signed", "files", "a.pdf", signed, now, ""},
		{"in its last second", "files", "a.pdf", signed, now.Add(time.Hour - time.Second), ""},
		{"by the older key", "files", "a.pdf", signing.New(older).Sign("files", "a.pdf", now.Add(time.Hour)), now, ""},
		{"expired", "files", "a.pdf", signed, now.Add(time.Hour), "This link or form has expired."},
		{"another value", "files", "b.pdf", signed, now, "This link or form is not one of this site."},
		{"another purpose", "reset", "a.pdf", signed, now, "This link or form is not one of this site."},
		{"another time", "files", "a.pdf", "z" + signed, now, "This link or form is not one of this site."},
		{"a byte changed", "files", "a.pdf", string(flipped), now, "This link or form is not one of this site."},
		{"cut", "files", "a.pdf", signed[:len(signed)-1], now, "This link or form is not one of this site."},
		{"no signature", "files", "a.pdf", strings.Split(signed, ".")[0] + ".", now, "This link or form is not one of this site."},
		{"nothing", "files", "a.pdf", "", now, "This link or form is not one of this site."},
		{"by another site", "files", "a.pdf", signing.New([]byte("the key of another site")).Sign("files", "a.pdf", now.Add(time.Hour)), now, "This link or form is not one of this site."},
		{"a zero before the time", "files", "a.pdf", "0" + signed, now, "This link or form is not one of this site."},
		{"a sign before the time", "files", "a.pdf", "+" + signed, now, "This link or form is not one of this site."},
		{"another case of the time", "files", "a.pdf", strings.ToUpper(signed[:2]) + signed[2:], now, "This link or form is not one of this site."},
		{"a line break", "files", "a.pdf", signed + "\n", now, "This link or form is not one of this site."},
		{"a line break inside", "files", "a.pdf", signed[:12] + "\r\n" + signed[12:], now, "This link or form is not one of this site."},
		{"padding", "files", "a.pdf", signed + "=", now, "This link or form is not one of this site."},
		{"very large", "files", "a.pdf", strings.Repeat("z", 1<<20), now, "This link or form is not one of this site."},
	}
	for _, tt := range tests {
		err := s.Check(tt.purpose, tt.value, tt.signature, tt.at)
		if tt.message == "" {
			if err != nil {
				t.Errorf("%s: %v", tt.name, err)
			}
			continue
		}
		if fault.KindOf(err) != fault.Forbidden || fault.Message(err) != tt.message {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.message)
		}
	}
}

// TestKeys: a key that is too short to be secret is a mistake of the program.
func TestKeys(t *testing.T) {
	t.Parallel()
	for _, keys := range [][][]byte{{}, {[]byte("short")}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("keys %q: no panic", keys)
				}
			}()
			signing.New(keys...)
		}()
	}
}

func BenchmarkSign(b *testing.B) {
	s := signing.New([]byte("a key of 16 bytes"))
	for b.Loop() {
		s.Sign("files", "2026/11/30/4wxq3c6h7yfmzsm5kqnd3x2a5e/summer-photo.jpg", now)
	}
}

// TestRandom: each has a key of its own, and says once that it is used.
func TestRandom(t *testing.T) {
	t.Parallel()
	uses := 0
	a, b := signing.Random(func() { uses++ }), signing.Random(func() {})
	if uses != 0 {
		t.Error("said before it was used")
	}
	signed := a.Sign("p", "v", now.Add(time.Hour))
	if err := a.Check("p", "v", signed, now); err != nil {
		t.Error(err)
	}
	if err := b.Check("p", "v", signed, now); fault.KindOf(err) != fault.Forbidden {
		t.Error(err)
	}
	if uses != 1 {
		t.Errorf("said %d times", uses)
	}
}

func TestSeal(t *testing.T) {
	t.Parallel()
	old, now := bytes.Repeat([]byte("o"), 32), bytes.Repeat([]byte("n"), 32)
	before, after := signing.New(old), signing.New(now, old)
	sealed := before.Seal("totp", "7", []byte("secret"))
	if again := before.Seal("totp", "7", []byte("secret")); again == sealed {
		t.Error("a value is sealed to the same text twice")
	}
	if strings.Contains(sealed, "secret") {
		t.Error("a sealed value can be read")
	}
	for _, s := range []*signing.Signer{before, after} {
		if got, err := s.Open("totp", "7", sealed); err != nil || string(got) != "secret" {
			t.Errorf("opened: %q, %v", got, err)
		}
	}
	if empty, err := after.Open("p", "", after.Seal("p", "", nil)); err != nil || len(empty) != 0 {
		t.Errorf("an empty value: %q, %v", empty, err)
	}
	refused := map[string][3]string{
		"another purpose": {"cookie", "7", sealed}, "another row": {"totp", "8", sealed}, "nothing": {"totp", "7", ""},
		"cut": {"totp", "7", sealed[:20]}, "longer": {"totp", "7", sealed + "AA"}, "no base64": {"totp", "7", "%"},
		"with a line break": {"totp", "7", sealed + "\n"}, "padded": {"totp", "7", sealed + "="},
	}
	for name, c := range refused {
		if got, err := before.Open(c[0], c[1], c[2]); fault.KindOf(err) != fault.Forbidden || got != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if _, err := signing.New(now).Open("totp", "7", sealed); err == nil {
		t.Error("a value opens without its key")
	}
	for i := range sealed {
		changed := []byte(sealed)
		changed[i] ^= 1
		if got, err := before.Open("totp", "7", string(changed)); err == nil {
			t.Errorf("with byte %d changed it is %q", i, got)
		}
	}
}

func FuzzOpen(f *testing.F) {
	s := signing.New(bytes.Repeat([]byte("k"), 32))
	f.Add(s.Seal("p", "a", []byte("value")))
	f.Add("")
	f.Fuzz(func(t *testing.T, sealed string) {
		if got, err := s.Open("p", "a", sealed); err == nil && (string(got) != "value" || len(sealed) != len(s.Seal("p", "a", got))) {
			t.Errorf("%q opens as %q", sealed, got)
		}
	})
}

func TestDerive(t *testing.T) {
	t.Parallel()
	a, b := signing.New(bytes.Repeat([]byte("a"), 32)), signing.New(bytes.Repeat([]byte("b"), 32))
	key := a.Derive("x")
	if len(key) != 32 || !bytes.Equal(key, a.Derive("x")) || bytes.Equal(key, a.Derive("y")) || bytes.Equal(key, b.Derive("x")) {
		t.Errorf("keys %x, %x, %x", key, a.Derive("y"), b.Derive("x"))
	}
}
