package house

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// Names returns the packages with one of the forbidden names: names that say
// nothing of what is inside. The directory counts as well as the package clause.
func (m *Module) Names(forbidden ...string) []Finding {
	var found []Finding
	for _, pkg := range m.Packages {
		names := []string{path.Base(pkg.Dir)}
		for _, file := range pkg.Files {
			name := file.Syntax.Name.Name
			if file.Test {
				name = strings.TrimSuffix(name, "_test")
			}
			names = append(names, name)
		}
		for _, name := range slices.Compact(names) {
			if slices.Contains(forbidden, name) {
				found = append(found, Finding{File: pkg.Dir, Text: fmt.Sprintf("a package named %s says nothing of what it holds; name it for that", name)})
				break
			}
		}
	}
	return found
}
