package main

import (
	"bytes"
	"crypto/sha256"
	"flag"
	"os"
	"slices"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/common.bin")

// TestPack: long passwords come first, then the lists in order; each is there once, in lower
// case, sorted by its hash. contrib/auth/passwords reads the same file.
func TestPack(t *testing.T) {
	t.Parallel()
	var lists []string
	for _, name := range []string{"first.txt", "second.txt"} {
		text, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		lists = append(lists, string(text))
	}
	got, n := pack(6, lists...)
	if want := (counts{entries: 6, long: 3, left: 1}); n != want {
		t.Errorf("%+v, want %+v", n, want)
	}
	var want [][]byte
	for _, password := range []string{"sunflower-seeds", "trustno1-trustno1", "one-too-many", "password", "swordfish", "mixedcase"} {
		sum := sha256.Sum256([]byte(password))
		want = append(want, sum[:5])
	}
	slices.SortFunc(want, bytes.Compare)
	if !bytes.Equal(got, bytes.Join(want, nil)) {
		t.Errorf("% x\nwant % x", got, bytes.Join(want, nil))
	}
	if *update {
		if err := os.WriteFile("testdata/common.bin", got, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if file, err := os.ReadFile("testdata/common.bin"); err != nil || !bytes.Equal(file, got) {
		t.Errorf("testdata/common.bin is another file (%v); run: go test ./scripts/commonpasswords -update", err)
	}
}
