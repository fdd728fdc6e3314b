package signing_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/signing"
)

const iban = signing.Purpose("club iban")

func TestSealed(t *testing.T) {
	t.Parallel()
	old, now := bytes.Repeat([]byte("o"), 32), bytes.Repeat([]byte("n"), 32)
	before, after := signing.New(old), signing.New(now, old)
	sealed := iban.Seal(before, "7", "DE02")
	if again := iban.Seal(before, "7", "DE02"); again == sealed {
		t.Error("a value is sealed to the same text twice")
	}
	if n := len(sealed); n != (82+4)*4/3+1 {
		t.Errorf("%d characters", n)
	}
	for _, s := range []*signing.Signer{before, after} {
		if got, err := iban.Open(s, "7", sealed); err != nil || got != "DE02" {
			t.Errorf("opened: %q, %v", got, err)
		}
	}
	if got, err := iban.Open(before, "7", iban.Seal(before, "7", "")); got != "" || err != nil {
		t.Errorf("the empty text: %q, %v", got, err)
	}
	if got, err := iban.Open(before, "7", ""); got != "" || err != nil {
		t.Errorf("no value: %q, %v", got, err)
	}
	for name, err := range map[string]error{
		"another purpose": opens(before, "club", "7", sealed), "another row": opens(before, iban, "8", sealed),
		"a purpose that is longer": opens(before, iban+"7", "", sealed), "cut": opens(before, iban, "7", sealed[:100]),
		"longer": opens(before, iban, "7", sealed+"AA"), "no base64": opens(before, iban, "7", "%"),
		"a line break": opens(before, iban, "7", sealed+"\n"), "another key": opens(signing.New(now), iban, "7", sealed),
		"as a cookie": opens(before, iban, "7", signing.Sealed(before.Seal(string(iban), "7", []byte(strings.Repeat("x", 100))))),
	} {
		if fault.KindOf(err) != fault.Internal {
			t.Errorf("%s: %v", name, err)
		}
	}
	for i := range sealed {
		changed := []byte(sealed)
		changed[i] ^= 1
		if opens(before, iban, "7", signing.Sealed(changed)) == nil {
			t.Errorf("with byte %d changed it opens", i)
		}
	}
}

func opens(s *signing.Signer, p signing.Purpose, about string, sealed signing.Sealed) error {
	_, err := p.Open(s, about, sealed)
	return err
}

// TestReseal: with a new key the value is the same, and the old key is not needed any more.
func TestReseal(t *testing.T) {
	t.Parallel()
	old, now := bytes.Repeat([]byte("o"), 32), bytes.Repeat([]byte("n"), 32)
	sealed := iban.Seal(signing.New(old), "7", "DE02")
	both, only := signing.New(now, old), signing.New(now)
	if strings.HasPrefix(string(sealed), both.SealedPrefix()) {
		t.Error("a value of the old key has the prefix of the new one")
	}
	again, ok := both.Reseal(sealed)
	if !ok || !strings.HasPrefix(string(again), only.SealedPrefix()) || len(only.SealedPrefix()) != 8 {
		t.Fatalf("%s %v", string(again), ok)
	}
	if got, err := iban.Open(only, "7", again); got != "DE02" || err != nil {
		t.Errorf("opened with the new key alone: %q, %v", got, err)
	}
	if opens(only, iban, "8", again) == nil {
		t.Error("it opens for another row")
	}
	for _, bad := range []signing.Sealed{"", "x", sealed[:50]} {
		if _, ok := both.Reseal(bad); ok {
			t.Errorf("%q is sealed again", string(bad))
		}
	}
	if _, ok := only.Reseal(sealed); ok {
		t.Error("a value of an unknown key is sealed again")
	}
}

// TestSealedIsNotShown: nothing that prints a row shows the text.
func TestSealedIsNotShown(t *testing.T) {
	t.Parallel()
	row := struct {
		IBAN signing.Sealed
		None signing.Sealed
	}{IBAN: iban.Seal(signing.New(bytes.Repeat([]byte("k"), 32)), "", "DE02")}
	raw, err := json.Marshal(row)
	if err != nil || string(raw) != `{"IBAN":"(sealed)","None":""}` {
		t.Errorf("%s, %v", raw, err)
	}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "iban", row.IBAN)
	for _, text := range []string{fmt.Sprint(row), fmt.Sprintf("%v %s %#v %+v", row, row.IBAN, row, row), log.String()} {
		if strings.Contains(text, string(row.IBAN)[:20]) || !strings.Contains(text, "(sealed)") {
			t.Errorf("%s", text)
		}
	}
}

func FuzzSealed(f *testing.F) {
	s := signing.New(bytes.Repeat([]byte("k"), 32))
	f.Add(string(iban.Seal(s, "a", "value")))
	f.Add("")
	f.Fuzz(func(t *testing.T, sealed string) {
		if got, err := iban.Open(s, "a", signing.Sealed(sealed)); err == nil && sealed != "" && (got != "value" || len(sealed) != len(iban.Seal(s, "a", got))) {
			t.Errorf("%q opens as %q", sealed, got)
		}
		if again, ok := s.Reseal(signing.Sealed(sealed)); ok && len(again) != len(sealed) {
			t.Errorf("%q sealed again is %q", sealed, string(again))
		}
	})
}
