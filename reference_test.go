package vola_test

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/internal/snippets"
)

// TestSettingsDocument compares the table of docs/settings.md with the settings
// that a program has.
func TestSettingsDocument(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	if status := vola.Run(t.Context(), vola.Config{}, []string{"settings"}, nil, strings.NewReader(""), &stdout, &stderr); status != 0 {
		t.Fatalf("exit status %d: %s", status, &stderr)
	}
	rows := [][]string{{"setting", "default", "meaning"}}
	columns := regexp.MustCompile(` {2,}`)
	for line := range strings.Lines(stdout.String()) {
		cells := columns.Split(strings.TrimSpace(line), 4)
		if len(cells) != 4 || cells[2] != "default" {
			t.Fatalf("the command settings prints %q, want: name, value, default, meaning", line)
		}
		if cells[1] != "(empty)" {
			cells[1] = "`" + cells[1] + "`"
		}
		rows = append(rows, []string{"`" + cells[0] + "`", cells[1], cells[3]})
	}
	wantGenerated(t, "docs/settings.md", "settings", snippets.Table(rows))
}

// wantGenerated compares a generated part of a document with what it should
// be, or writes it with the flag -update.
func wantGenerated(t *testing.T, document, part, body string) {
	t.Helper()
	text, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	want, err := snippets.Generated(text, part, body)
	switch {
	case err != nil:
		t.Errorf("%s: %v", document, err)
	case string(want) == string(text):
	case *updateSnippets:
		if err := os.WriteFile(document, want, 0o666); err != nil {
			t.Error(err)
		}
	default:
		t.Errorf("%s is not what the program says; run: go test . -run %s -update", document, t.Name())
	}
}
