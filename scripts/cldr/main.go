// Command cldr writes the data of package internal/cldr, from the Common Locale
// Data Repository as it is published on npm:
//
//	go run ./scripts/cldr
//
// "make cldr" does this. It needs npm, and a network the first time: archives are
// kept in the user's cache directory and checked with the hashes in fetch.go.
// What it writes depends on nothing else, so running it again changes nothing.
//
// The flag -oracle=no leaves out testdata/icu, which a Node of the same version of
// CLDR writes (Linux on amd64 only).
package main

import (
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"
)

// locales are the languages that package cldr knows, and dialects that have a name in all of
// them. The other dialects that CLDR has of these are written as well.
const locales = `en en-001 en-GB de de-AT de-CH fr fr-CA es es-419 es-MX pt pt-PT it nl pl cs sk ru uk
	ar ar-EG he fa hi bn ja ko zh zh-Hant tr sv da nb fi hu ro el bg hr sl lt lv et vi th id ms cy ga mt`

func main() {
	log.SetFlags(0)
	dir := flag.String("dir", "internal/cldr", "the directory of the package")
	oracle := flag.String("oracle", "yes", "write what ICU says, for the tests: yes or no")
	flag.Parse()
	if err := run(*dir, *oracle == "yes"); err != nil {
		log.Fatal(err)
	}
}

func run(dir string, oracle bool) error {
	if _, err := os.Stat(filepath.Join(dir, "doc.go")); err != nil {
		return fmt.Errorf("the directory of package cldr: %w; run this in the root of the repository", err)
	}
	s, err := open(strings.Fields(locales))
	if err != nil {
		return err
	}
	files := map[string]string{}
	for _, tag := range s.tags {
		files["data/"+tag+".txt"] = s.localeFile(tag)
	}
	files["data/tags.txt"] = s.tagsFile()
	files["data/shared.txt"] = s.sharedFile()
	files["data/LICENSE"] = string(s.license)
	files["testdata/plurals.txt"] = s.samplesFile()
	if s.errs != nil {
		return errors.Join(s.errs...)
	}
	if oracle {
		answers, err := askNode(s.named, s.dialects)
		if err != nil {
			return err
		}
		for tag, text := range answers {
			files["testdata/icu/"+tag+".txt"] = text
		}
	}
	if err := os.RemoveAll(filepath.Join(dir, "data")); err != nil { // of locales that CLDR has no more
		return err
	}
	for name, text := range files {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
