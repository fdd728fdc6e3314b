package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/volaweb/vola/internal/cli"
	"github.com/volaweb/vola/internal/gomod"
	"github.com/volaweb/vola/internal/modelgen"
	"github.com/volaweb/vola/internal/scaffold"
)

func (e env) appCommand() cli.Command {
	return cli.Command{
		Name: "app", Args: "NAME", Help: "add a module to the site in this folder",
		More: "Makes the package NAME in this folder, with a model, a page, a template, a test\n" +
			"and the first migration, and adds it to the Modules of the site's vola.Config.",
		Run: func(_ context.Context, args []string) error {
			return newModule(e, args[0])
		},
	}
}

func newModule(e env, name string) error {
	if err := scaffold.CheckModuleName(name); err != nil {
		return cli.Usagef("%v", err)
	}
	root, modulePath, err := goModule(e.dir)
	if err != nil {
		return err
	}
	target := filepath.Join(e.dir, name)
	if err := checkFree(target, name); err != nil {
		return err
	}
	below, err := filepath.Rel(root, e.dir)
	if err != nil {
		return err
	}
	m := scaffold.Module{Name: name, Path: path.Join(modulePath, filepath.ToSlash(below), name)}
	files, err := m.Files()
	if err != nil {
		return err
	}
	generated, err := firstMigration(name, itemModel())
	if err != nil {
		return err
	}
	wired, why := wire(root, m)
	err = makeFolder(target, func(dir string) error {
		if err := writeFiles(dir, slices.Concat(files, generated)); err != nil {
			return err
		}
		return writeDescriptors(dir)
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "made the module %s in %s/, with its first migration\n", name, name)
	if why == nil {
		why = wired.write()
	}
	if why != nil {
		fmt.Fprintf(e.stdout, "it is not in the site yet (%s); add to the imports and to the Modules of vola.Config:\n\n  %q\n  %s.New(),\n",
			e.shorten(why.Error()), m.Path, name)
	} else {
		fmt.Fprintf(e.stdout, "added it to the Modules in %s\n", e.relative(wired.path))
	}
	fmt.Fprintf(e.stdout, "\nnext:\n\n  go run . migrate\n  go run . serve --dev     # the page is at /%s/\n", name)
	return nil
}

// goModule finds the go.mod in dir or above it.
func goModule(dir string) (root, modulePath string, err error) {
	root, modulePath, err = gomod.Find(dir)
	if errors.Is(err, fs.ErrNotExist) {
		err = errors.New("there is no site here: neither this folder nor one above it has a go.mod; make a site with: vola new mysite")
	}
	return root, modulePath, err
}

// edit is a file that is to be changed.
type edit struct {
	path string
	text []byte
}

func (d edit) write() error { return os.WriteFile(d.path, d.text, 0o666) }

// wire finds the file of the site in which the modules are listed, and returns
// it with m in the list. The error says why that cannot be done.
func wire(root string, m scaffold.Module) (edit, error) {
	dirs, err := modelgen.Dirs(root)
	if err != nil {
		return edit{}, err
	}
	var found []edit
	for _, dir := range dirs {
		names, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			return edit{}, err
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			src, err := os.ReadFile(name)
			if err != nil {
				return edit{}, err
			}
			if !strings.Contains(string(src), scaffold.VolaPath) {
				continue
			}
			text, err := scaffold.Wire(name, src, m)
			if errors.Is(err, scaffold.ErrNoModules) {
				continue
			}
			if err != nil {
				return edit{}, err
			}
			found = append(found, edit{name, text})
		}
	}
	switch len(found) {
	case 0:
		return edit{}, errors.New("no file has a vola.Config with a list of Modules")
	case 1:
		return found[0], nil
	}
	return edit{}, fmt.Errorf("both %s and %s list modules", found[0].path, found[1].path)
}
