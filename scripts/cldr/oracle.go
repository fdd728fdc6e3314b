package main

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// script asks ICU about the locales that are its arguments, and prints a JSON object
// with rows of strings for each.
//
//go:embed oracle.js
var script string

// askNode returns what ICU says, by tag: a line for each case, with what is asked
// and the answer. Those of all dialects are together, with the tag before each.
func askNode(tags, dialects []string) (map[string]string, error) {
	program, err := nodeProgram()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(program, "--input-type=module", "--eval", script, "--", strings.Join(tags, " "), strings.Join(dialects, " "))
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("node: %w\n%s", err, stderr.Bytes())
	}
	var answers map[string][][]string
	if err := json.Unmarshal(stdout.Bytes(), &answers); err != nil {
		return nil, fmt.Errorf("what node printed: %w", err)
	}
	text := map[string]string{}
	for tag, cases := range answers {
		var b strings.Builder
		b.WriteString("# What Intl of Node.js " + node().version + " (CLDR " + version + ") says; written by scripts/cldr.\n")
		for _, fields := range cases {
			b.WriteString(strings.Join(fields, "\t") + "\n")
		}
		text[tag] = b.String()
	}
	return text, nil
}

// nodeProgram returns the path of Node in the cache.
func nodeProgram() (string, error) {
	dir, err := cacheDir()
	if err != nil {
		return "", err
	}
	program := filepath.Join(dir, "node-"+node().version)
	err = files(node(), func(name string, r io.Reader) error {
		if name != "bin/node" {
			return nil
		}
		file, err := os.OpenFile(program, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o755)
		if err != nil {
			return err
		}
		if _, err := io.Copy(file, r); err != nil {
			return err
		}
		return file.Close()
	})
	return program, err
}
