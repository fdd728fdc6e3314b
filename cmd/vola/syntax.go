package main

import (
	"errors"
	"go/parser"
	"go/scanner"
	"go/token"
	"os"
	"path/filepath"
	"strings"

	"github.com/volaweb/vola/internal/modelgen"
)

// checkSyntax returns the first error of each file of a package with models
// that is not Go. A package that does not compile is no obstacle to gen, but
// after a syntax error the parser may miss a model, and its descriptors
// would be lost without a word.
func checkSyntax(dir string) error {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return err
	}
	var errs []error
	models := false
	for _, name := range names {
		if filepath.Base(name) == modelgen.FileName {
			models = true
			continue
		}
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		src, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		models = models || strings.Contains(string(src), "orm.Model")
		_, err = parser.ParseFile(token.NewFileSet(), name, src, parser.SkipObjectResolution)
		if list := (scanner.ErrorList)(nil); errors.As(err, &list) && len(list) > 0 {
			err = list[0]
		}
		errs = append(errs, err)
	}
	if !models {
		return nil
	}
	return errors.Join(errs...)
}
