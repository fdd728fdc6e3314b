package main

import (
	"bytes"
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/internal/snippets"
)

var updateCommands = flag.Bool("update", false, "write the help in docs/commands.md")

// TestCommandsDocument compares docs/commands.md with the help of a site and of
// the program vola.
func TestCommandsDocument(t *testing.T) {
	t.Parallel()
	const name = "../../docs/commands.md"
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	want, err := snippets.Generated(text, "site", helpDocument(t, "go run . ", func(args ...string) (string, int) {
		var out bytes.Buffer
		status := vola.Run(t.Context(), vola.Config{}, args, nil, strings.NewReader(""), &out, &out)
		return out.String(), status
	}))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	want, err = snippets.Generated(want, "vola", helpDocument(t, "vola ", func(args ...string) (string, int) {
		var out bytes.Buffer
		status := run(t.Context(), args, env{stdout: &out, stderr: &out, dir: t.TempDir()})
		return out.String(), status
	}))
	switch {
	case err != nil:
		t.Fatalf("%s: %v", name, err)
	case string(want) == string(text):
	case *updateCommands:
		if err := os.WriteFile(name, want, 0o666); err != nil {
			t.Error(err)
		}
	default:
		t.Errorf("%s is not what the programs' help says; run: go test ./cmd/vola -run CommandsDocument -update", name)
	}
}

// helpDocument is the help of a program as Markdown: a table of the commands,
// and the help of each.
func helpDocument(t *testing.T, prefix string, run func(args ...string) (string, int)) string {
	t.Helper()
	help, status := run("help")
	_, list, _ := strings.Cut(help, "\nCommands")
	lines := regexp.MustCompile(`(?m)^  (([a-z][\w-]*(?: [a-z][\w-]*)*).*?)  +(.+)$`).FindAllStringSubmatch(list, -1)
	if status != 0 || len(lines) == 0 {
		t.Fatalf("exit status %d and no commands:\n%s", status, help)
	}
	rows := [][]string{{"command", "what it does"}}
	var each strings.Builder
	for _, line := range lines {
		rows = append(rows, []string{"`" + prefix + line[1] + "`", line[3]})
		text, status := run(append(strings.Fields(line[2]), "--help")...)
		if status != 0 {
			t.Errorf("%s --help: exit status %d: %s", line[2], status, text)
		}
		_, text, _ = strings.Cut(text, "\n\n") // the first line is in the table
		each.WriteString("\n### " + line[2] + "\n\n```\n" + strings.TrimRight(text, "\n") + "\n```\n")
	}
	return snippets.Table(rows) + each.String()
}
