package totp_test

import (
	"bytes"
	"errors"
	"image/png"
	"net/url"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/volaweb/vola/contrib/auth/totp"
)

func rfc() []byte { return []byte("12345678901234567890") }

// TestVectors has the vectors for SHA-1 of RFC 6238, appendix B. They have eight digits, of which
// a code has the last six.
func TestVectors(t *testing.T) {
	t.Parallel()
	for at, want := range map[int64]string{
		59: "94287082", 1111111109: "07081804", 1111111111: "14050471",
		1234567890: "89005924", 2000000000: "69279037", 20000000000: "65353130",
	} {
		now := time.Unix(at, 0)
		if got := totp.Code(rfc(), totp.At(now)); got != want[2:] {
			t.Errorf("at %d: %s, want %s", at, got, want[2:])
		}
		if step, ok := totp.Step(rfc(), want[2:], now, 0); step != at/30 || !ok {
			t.Errorf("at %d: step %d, %v", at, step, ok)
		}
	}
	// RFC 4226, appendix D.
	for i, want := range []string{"755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"} {
		if got := totp.Code(rfc(), int64(i)); got != want {
			t.Errorf("step %d: %s, want %s", i, got, want)
		}
	}
}

func TestStep(t *testing.T) {
	t.Parallel()
	secret := rfc()
	now := time.Unix(1_800_000_015, 0)
	current := totp.At(now)
	code := func(by int64) string { return totp.Code(secret, current+by) }
	spaced := code(0)[:3] + " " + code(0)[3:]
	for _, tt := range []struct {
		name, code string
		now        time.Time
		last, want int64 // 0: refused
	}{
		{"now", code(0), now, 0, current},
		{"one step late", code(-1), now, 0, current - 1},
		{"one step early", code(1), now, 0, current + 1},
		{"two steps late", code(-2), now, 0, 0},
		{"two steps early", code(2), now, 0, 0},
		{"at the end of the step", code(0), now.Add(14 * time.Second), 0, current},
		{"31 seconds late", code(0), now.Add(31 * time.Second), 0, current},
		{"31 seconds early", code(0), now.Add(-31 * time.Second), 0, current + 0},
		{"a minute late", code(0), now.Add(time.Minute), 0, 0},
		{"used", code(0), now, current, 0},
		{"used, and the next", code(1), now, current, current + 1},
		{"older than what was used", code(-1), now, current, 0},
		{"older than one that was early", code(0), now, current + 1, 0},
		{"used in another year", code(0), now, current - 1_000_000, current},
		{"clock set back", code(0), now, current + 1_000_000, 0},
		{"spaces", spaced, now, 0, current},
		{"around it", "\t" + spaced + "\u00a0\n", now, 0, current},
		{"hyphen", strings.Replace(spaced, " ", "\u2011", 1), now, 0, current},
		{"Arabic", shift(code(0), '\u0660'), now, 0, current},
		{"Persian", shift(code(0), '\u06f0'), now, 0, current},
		{"full width", shift(code(0), '\uff10'), now, 0, current},
		{"empty", "", now, 0, 0},
		{"short", code(0)[1:], now, 0, 0},
		{"long", code(0) + "0", now, 0, 0},
		{"sign", "+" + code(0)[1:], now, 0, 0},
		{"letters", "abcdef", now, 0, 0},
		{"huge", strings.Repeat("0", 1<<20), now, 0, 0},
		{"huge with spaces", code(0) + strings.Repeat(" ", 1<<20), now, 0, 0},
		{"not UTF-8", "\xff" + code(0), now, 0, 0},
	} {
		step, ok := totp.Step(secret, tt.code, tt.now, tt.last)
		if step != tt.want || ok != (tt.want != 0) {
			t.Errorf("%s: step %d, %v, want %d", tt.name, step-current, ok, tt.want-current)
		}
	}
	for _, short := range [][]byte{nil, {}, []byte("123456789012345")} {
		if _, ok := totp.Step(short, totp.Code(short, current), now, 0); ok {
			t.Errorf("a secret of %d bytes is accepted", len(short))
		}
	}
}

// TestOnceEach: a code is good once, whatever is tried in the steps after.
func TestOnceEach(t *testing.T) {
	t.Parallel()
	secret, err := totp.NewSecret(nil)
	if err != nil || len(secret) != totp.SecretSize {
		t.Fatal(len(secret), err)
	}
	start := time.Unix(1_800_000_000, 0)
	code := totp.Code(secret, totp.At(start))
	last, n := int64(0), 0
	for at := -60 * time.Second; at <= 90*time.Second; at += time.Second {
		if step, ok := totp.Step(secret, code, start.Add(at), last); ok {
			last, n = step, n+1
		}
	}
	if n != 1 {
		t.Errorf("accepted %d times", n)
	}
}

// TestBefore1970: steps have the same length on both sides.
func TestBefore1970(t *testing.T) {
	t.Parallel()
	for seconds, want := range map[int64]int64{-31: -2, -30: -1, -1: -1, 0: 0, 29: 0, 30: 1} {
		if got := totp.At(time.Unix(seconds, 0)); got != want {
			t.Errorf("%d seconds: step %d, want %d", seconds, got, want)
		}
	}
}

func shift(s string, zero rune) string {
	return strings.Map(func(r rune) rune { return zero + r - '0' }, s)
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	if got := totp.Encode(rfc()); got != "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" {
		t.Error(got)
	}
	for _, text := range []string{"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "gezd gnbv-gy3t qojq gezd gnbv gy3t qojq", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ===="} {
		if got, err := totp.Decode(text); !bytes.Equal(got, rfc()) || err != nil {
			t.Errorf("%s: %q, %v", text, got, err)
		}
	}
	for _, text := range []string{"1", "GEZ!", "\xff"} {
		if got, err := totp.Decode(text); err == nil {
			t.Errorf("%q: %q", text, got)
		}
	}
	broken := iotest.ErrReader(errors.New("no entropy"))
	if secret, err := totp.NewSecret(broken); secret != nil || err == nil {
		t.Error(secret, err)
	}
	if codes, err := totp.NewRecoveryCodes(broken); codes != nil || err == nil {
		t.Error(codes, err)
	}
}

func TestURL(t *testing.T) {
	t.Parallel()
	const rest = "&algorithm=SHA1&digits=6&period=30"
	for _, tt := range []struct{ issuer, account, want string }{
		{"Ferry Tickets", "ann@example.com", "otpauth://totp/Ferry%20Tickets:ann%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Ferry%20Tickets" + rest},
		{"A:B+C/D?E&F#G%", "x y", "otpauth://totp/A-B%2BC%2FD%3FE%26F%23G%25:x%20y?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=A-B%2BC%2FD%3FE%26F%23G%25" + rest},
		{"M\u00fcller\x00\n", "\xffann", "otpauth://totp/M%C3%BCller:ann?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=M%C3%BCller" + rest},
	} {
		got, err := totp.URL(tt.issuer, tt.account, rfc())
		if got != tt.want || err != nil {
			t.Errorf("%q: %s, %v\nwant %s", tt.issuer, got, err, tt.want)
		}
		u, err := url.Parse(got)
		if err != nil || u.Scheme != "otpauth" || u.Host != "totp" || u.Query().Get("secret") != totp.Encode(rfc()) || strings.Count(u.Path, ":") != 1 {
			t.Errorf("%s: %+v, %v", got, u, err)
		}
	}
	for _, tt := range []struct {
		issuer, account string
		secret          []byte
	}{
		{"", "ann", rfc()}, {"A", " ", rfc()}, {"A", "ann", nil}, {"A", "ann", rfc()[:15]},
		{strings.Repeat("x", 201), "ann", rfc()}, {"A", strings.Repeat("x", 1<<20), rfc()},
	} {
		if got, err := totp.URL(tt.issuer, tt.account, tt.secret); got != "" || err == nil {
			t.Errorf("%.10q, %.10q: %.40s, %v", tt.issuer, tt.account, got, err)
		}
	}
}

func TestQR(t *testing.T) {
	t.Parallel()
	longest, err := totp.URL(strings.Repeat("\u00fc", 100), strings.Repeat("\u00fc", 100), rfc())
	if err != nil {
		t.Fatal(err)
	}
	usual, err := totp.URL("Ferry Tickets", "ann@example.com", rfc())
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{usual, longest, strings.Repeat("x", 2000)} {
		b, err := totp.QR(text)
		if err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		if size := img.Bounds().Size(); size.X != size.Y || size.X < 200 {
			t.Errorf("%d bytes of text: %v", len(text), size)
		}
		if r, _, _, _ := img.At(0, 0).RGBA(); r != 0xffff {
			t.Error("no white margin")
		}
	}
	if b, err := totp.QR(strings.Repeat("x", 2001)); b != nil || err == nil {
		t.Errorf("%d bytes, %v", len(b), err)
	}
}

func TestRecoveryCodes(t *testing.T) {
	t.Parallel()
	codes, err := totp.NewRecoveryCodes(nil)
	if err != nil || len(codes) != totp.RecoveryCodes {
		t.Fatal(codes, err)
	}
	seen := map[string]bool{}
	for _, code := range codes {
		hash, ok := totp.RecoveryHash(code)
		if len(hash) != 64 || !ok || seen[hash] || len(strings.Split(code, "-")) != 4 || len(code) != 26 {
			t.Errorf("%q: %q, %v", code, hash, ok)
		}
		seen[hash] = true
		for _, typed := range []string{strings.ToLower(code), strings.ReplaceAll(code, "-", ""), strings.ReplaceAll(code, "-", " \u2013 "), "  " + code + "\r\n"} {
			if got, ok := totp.RecoveryHash(typed); got != hash || !ok {
				t.Errorf("%q: %q, %v", typed, got, ok)
			}
		}
	}
	// What looks alike is the same.
	want, _ := totp.RecoveryHash("0011V-ABCDEF-GHJKMN-PQRSTV")
	for _, typed := range []string{"OoIl\u0076-abcdef-ghjkmn-pqrstu", "0O1LU-ABCDEF-GHJKMN-PQRSTV"} {
		if got, ok := totp.RecoveryHash(typed); got != want || !ok {
			t.Errorf("%q: %q, %v", typed, got, ok)
		}
	}
	const fixed = "00000000000000000000000"
	if hash, _ := totp.RecoveryHash(fixed); hash != "3e891cde4b780e4b6e787866ae9269d17770b541857a49e7174d3d1939260df9" {
		t.Error(hash) // as it is stored
	}
	for _, typed := range []string{"", fixed + "0", fixed[1:], fixed[1:] + "!", fixed[1:] + "\u00df", strings.Repeat("0", 1<<20), fixed + strings.Repeat(" ", 1<<20), "\xff"} {
		if got, ok := totp.RecoveryHash(typed); got != "" || ok {
			t.Errorf("%.40q: %q", typed, got)
		}
	}
}

// FuzzTyped: what people send never panics, and matches nothing by accident of its form.
func FuzzTyped(f *testing.F) {
	f.Add("287082", "3VQ9K2-XB7M0D-T41ZHC-N8RPW", int64(59), int64(0))
	f.Add("\xff 287-082", "\u0130\u0131\u017f", int64(-1), int64(-5))
	f.Add("\u0662\u0668\u0667\u0660\u0668\u0662", strings.Repeat("O", 23), int64(1)<<62, int64(1)<<62)
	f.Fuzz(func(t *testing.T, code, recovery string, seconds, last int64) {
		if step, ok := totp.Step(rfc(), code, time.Unix(seconds, 0), last); ok && step <= last {
			t.Errorf("step %d is not above %d", step, last)
		}
		hash, ok := totp.RecoveryHash(recovery)
		if again, _ := totp.RecoveryHash(strings.ToLower(recovery) + " "); ok && len(recovery) < 200 && again != hash {
			t.Errorf("%q in small letters is another code", recovery)
		}
		if secret, err := totp.Decode(recovery); err == nil {
			if again, err := totp.Decode(totp.Encode(secret)); err != nil || !bytes.Equal(again, secret) {
				t.Errorf("%q: %q, %v", recovery, again, err)
			}
		}
		if u, err := totp.URL(code, recovery, rfc()); err == nil {
			if _, err := url.Parse(u); err != nil {
				t.Error(err)
			}
			if _, err := totp.QR(u); err != nil {
				t.Error(err)
			}
		}
	})
}
