package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/volaweb/vola/internal/cli"
	"github.com/volaweb/vola/internal/modelgen"
	"github.com/volaweb/vola/internal/scaffold"
)

// newFlags are the flags of new.
type newFlags struct {
	module   string
	replace  string
	vendor   bool
	postgres bool
}

func (e env) newCommand() cli.Command {
	var f newFlags
	return cli.Command{
		Name: "new", Args: "NAME", Help: "make a site",
		More: "Makes the folder NAME with a site that runs: go run . in it. Until Vola is\n" +
			"published its go.mod points to the source that this program was built from.",
		Flags: func(flags *flag.FlagSet) {
			flags.StringVar(&f.module, "module", "", "`PATH` of the site's Go module; defaults to NAME")
			flags.StringVar(&f.replace, "replace", "", "take Vola from the source in `DIR`")
			flags.BoolVar(&f.postgres, "postgres", false, "add the driver for PostgreSQL to that for SQLite")
			flags.BoolVar(&f.vendor, "vendor", false, "copy Vola and its dependencies into the site")
		},
		Run: func(ctx context.Context, args []string) error {
			return newSite(ctx, e, args[0], f)
		},
	}
}

// newSite makes the site in a folder beside its place, which is moved there
// when all is well.
func newSite(ctx context.Context, e env, name string, f newFlags) error {
	if err := scaffold.CheckSiteName(name); err != nil {
		return cli.Usagef("%v", err)
	}
	site := scaffold.Site{Name: name, Module: cmp.Or(f.module, name), Postgres: f.postgres}
	if err := scaffold.CheckModulePath(site.Module); err != nil {
		return cli.Usagef("%v", err)
	}
	target := filepath.Join(e.dir, name)
	if err := checkFree(target, name); err != nil {
		return err
	}
	mod, err := volaSource(e.dir, f.replace)
	if err != nil {
		return err
	}
	mod.Module = site.Module
	own, err := site.Files()
	if err != nil {
		return err
	}
	generated, err := firstMigration("home", noteModel())
	if err != nil {
		return err
	}
	err = makeFolder(target, func(dir string) error {
		if err := writeFiles(dir, slices.Concat(own, generated, []scaffold.File{mod.File(), scaffold.DotEnv()})); err != nil {
			return err
		}
		if err := writeDescriptors(dir); err != nil {
			return err
		}
		if err := e.completeGoMod(ctx, dir, mod); err != nil {
			return err
		}
		if f.vendor {
			return e.goTool(ctx, dir, nil, "mod", "vendor")
		}
		return nil
	})
	if err != nil {
		return err
	}
	lines := 0
	for _, f := range own {
		lines += f.Lines()
	}
	fmt.Fprintf(e.stdout, "made %s: %d files to go on with, %d lines, and what is generated from them\n", name, len(own), lines)
	if mod.Replace != "" {
		fmt.Fprintf(e.stdout, "its go.mod takes Vola from %s\n", mod.Replace)
	}
	fmt.Fprintf(e.stdout, "\nnext:\n\n  cd %s\n  go run . serve --dev\n", name)
	return nil
}

// checkFree reports what is in the way at the place of something new. An
// empty folder is not.
func checkFree(target, name string) error {
	info, err := os.Lstat(target)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !info.IsDir():
		return fmt.Errorf("%s exists already and is not a folder; choose another name", name)
	}
	entries, err := os.ReadDir(target)
	if err != nil {
		return err
	}
	if len(entries) > 0 {
		return fmt.Errorf("the folder %s exists already and is not empty; choose another name", name)
	}
	return nil
}

// volaSource says where the site gets Vola from.
func volaSource(from, replace string) (scaffold.GoMod, error) {
	if replace != "" {
		if !filepath.IsAbs(replace) {
			replace = filepath.Join(from, replace)
		}
		if err := checkSource(replace); err != nil {
			return scaffold.GoMod{}, cli.Usagef("%v", err)
		}
		return scaffold.GoMod{Version: "v0.0.0", Replace: replace}, nil
	}
	if dir := checkout(); dir != "" {
		return scaffold.GoMod{Version: "v0.0.0", Replace: dir}, nil
	}
	if v := version(); v != "(devel)" {
		return scaffold.GoMod{Version: v}, nil
	}
	return scaffold.GoMod{}, errors.New("the source of Vola that this program was built from is not here any more, and no version is published; name a folder with it: --replace DIR")
}

// makeFolder has fill write into a new folder and moves that to target. Where
// something fails, nothing is left.
func makeFolder(target string, fill func(dir string) error) error {
	parent, name := filepath.Split(target)
	temp, err := os.MkdirTemp(parent, "."+name+"-")
	if err != nil {
		return fmt.Errorf("%s cannot be made: %w", name, err)
	}
	defer os.RemoveAll(temp)
	// The folder inside gets the permissions that new folders have here.
	dir := filepath.Join(temp, name)
	if err := os.Mkdir(dir, 0o777); err != nil {
		return err
	}
	if err := fill(dir); err != nil {
		return err
	}
	if err := os.Remove(target); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the folder %s is not empty any more: %w", name, err)
	}
	return os.Rename(dir, target)
}

func writeFiles(dir string, files []scaffold.File) error {
	for _, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(f.Path))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return err
		}
		mode := fs.FileMode(0o666)
		if f.Secret {
			mode = 0o600
		}
		if err := os.WriteFile(path, f.Text, mode); err != nil {
			return err
		}
	}
	return nil
}

func writeDescriptors(dir string) error {
	f, err := modelgen.Generate(dir)
	if err != nil {
		return err
	}
	return f.Write()
}
