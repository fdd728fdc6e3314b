package nearest_test

import (
	"fmt"
	"testing"

	"github.com/volaweb/vola/internal/nearest"
)

func TestName(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		known []string
		want  string
	}{
		{"migrte", []string{"serve", "migrate", "makemigrations"}, "migrate"},
		{"MIGRATE", []string{"serve", "migrate"}, "migrate"},
		{"nonsense", []string{"serve", "migrate"}, ""},
		{"hom", []string{"rom", "home", "dome"}, "home"}, // as near as rom, and before it
		{"grüße", []string{"grüsse", "gruss"}, "grüsse"},
		{"", []string{"a", "bb"}, "a"},
		{"x", nil, ""},
	}
	for _, tt := range tests {
		if got := nearest.Name(tt.name, tt.known); got != tt.want {
			t.Errorf("Name(%q, %q) = %q, want %q", tt.name, tt.known, got, tt.want)
		}
	}
	known := []string{"b", "a"}
	if nearest.Name("c", known); known[0] != "b" {
		t.Error("the caller's list was sorted")
	}
}

func ExampleHint() {
	fmt.Println("there is no command migrte" + nearest.Hint("migrte", []string{"serve", "migrate"}))
	// Output: there is no command migrte; did you mean migrate?
}
