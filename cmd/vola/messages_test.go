package main

import (
	"bytes"
	"testing"
)

// TestOwnMessages: the catalogues of this module are up to date and complete.
func TestOwnMessages(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if status := run(t.Context(), []string{"messages", "--check", "--missing"}, env{stdout: &out, stderr: &out, dir: "../.."}); status != 0 {
		t.Errorf("status %d:\n%s", status, &out)
	}
}
