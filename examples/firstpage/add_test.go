package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/volaweb/vola"
)

// TestAdd runs the program itself, as people do.
func TestAdd(t *testing.T) {
	t.Parallel()
	environ := []string{"DATABASE_URL=sqlite:" + filepath.Join(t.TempDir(), "site.db")}
	tests := []struct {
		args   []string
		status int
		output string
	}{
		{[]string{"migrate"}, 0, "home"},
		{[]string{"add", "Bread", "It needs time."}, 0, "note 1 is written\n"},
		{[]string{"home", "add", "Salt", "Less than you think."}, 0, "note 2 is written\n"},
		{[]string{"add", "Bread"}, 2, "add needs TITLE TEXT\n"},
		{[]string{"add", strings.Repeat("x", 101), "Too long."}, 1, "100"},
	}
	for _, test := range tests { // in this order, on one database
		var out bytes.Buffer
		status := vola.Run(t.Context(), site(), test.args, environ, strings.NewReader(""), &out, &out)
		if status != test.status || !strings.Contains(out.String(), test.output) {
			t.Errorf("%q: status %d, want %d; output %q", test.args, status, test.status, out.String())
		}
	}
}
