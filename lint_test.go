//go:build lint

package vola_test

import "testing"

// TestVariables: package variables do not change. The rule loads the whole
// module with its types, which takes minutes with an empty build cache, so it is
// a part of "make lint".
func TestVariables(t *testing.T) {
	t.Parallel()
	found, err := loadModule(t).Variables()
	if err != nil {
		t.Fatal(err)
	}
	report(t, found)
}
