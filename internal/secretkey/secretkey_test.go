package secretkey_test

import (
	"encoding/hex"
	"testing"

	"github.com/volaweb/vola/internal/secretkey"
)

func TestNew(t *testing.T) {
	t.Parallel()
	key := secretkey.New()
	if b, err := hex.DecodeString(key); err != nil || len(b) != 32 {
		t.Errorf("%q: %d bytes, %v", key, len(b), err)
	}
	if other := secretkey.New(); other == key {
		t.Errorf("two keys are both %q", key)
	}
}
