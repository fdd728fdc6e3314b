package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/volaweb/vola/internal/cli"
	"github.com/volaweb/vola/internal/modelgen"
)

func (e env) genCommand() cli.Command {
	var check bool
	return cli.Command{
		Name: "gen", Args: "[DIR...]", Help: "write the typed descriptors of models",
		More: "Writes vola_gen.go into each package that calls orm.Model. DIR is the folder of a\n" +
			"package, with /... after it also those below. Defaults to ./...\n\n" +
			"Where a package imports its migrations and some or all of them were removed, it\n" +
			"writes the list migrations.go of those that are left, so that the site compiles.",
		Flags: func(flags *flag.FlagSet) {
			flags.BoolVar(&check, "check", false, "write nothing; fail when a file is not up to date")
		},
		Run: func(ctx context.Context, args []string) error { return gen(ctx, e, args, check) },
	}
}

// gen writes nothing at all when one of the packages has an error.
func gen(ctx context.Context, e env, args []string, check bool) error {
	if len(args) == 0 {
		args = []string{"./..."}
	}
	dirs, err := packageDirs(e.dir, args)
	if err != nil {
		return err
	}
	var files []modelgen.File
	var errs []error
	models := 0
	for _, dir := range dirs {
		if err := ctx.Err(); err != nil {
			return err
		}
		var f modelgen.File
		err := checkSyntax(dir)
		if err == nil {
			f, err = modelgen.Generate(dir)
		}
		if err != nil {
			errs = append(errs, errors.New(e.shorten(err.Error())))
			continue
		}
		models += len(f.Models)
		if f.Changed {
			files = append(files, f)
		}
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	lists, err := migrationLists(dirs)
	if err != nil {
		return errors.New(e.shorten(err.Error()))
	}
	errs = writeLists(e, lists, check)
	for _, f := range files {
		name := e.relative(f.Path)
		switch {
		case check && f.Text == nil:
			errs = append(errs, fmt.Errorf("%s is left over from models that are gone; run: vola gen", name))
		case check:
			errs = append(errs, fmt.Errorf("%s is not up to date; run: vola gen", name))
		default:
			if err := f.Write(); err != nil {
				return err
			}
			fmt.Fprintln(e.stdout, describe(f, name))
		}
	}
	if len(files) == 0 && len(lists) == 0 {
		fmt.Fprintln(e.stdout, upToDate(models))
	}
	return errors.Join(errs...)
}

func describe(f modelgen.File, name string) string {
	if f.Text == nil {
		return "removed " + name
	}
	return "wrote " + name + ": " + strings.Join(f.Models, ", ")
}

func upToDate(models int) string {
	switch models {
	case 0:
		return "no models here: nothing calls orm.Model"
	case 1:
		return "the descriptors of 1 model are up to date"
	}
	return fmt.Sprintf("the descriptors of %d models are up to date", models)
}

// packageDirs returns the folders that the arguments name, each once.
func packageDirs(from string, args []string) ([]string, error) {
	var out []string
	seen := map[string]bool{}
	for _, arg := range args {
		root, below := strings.CutSuffix(filepath.ToSlash(arg), "...")
		if below && root != "" && !strings.HasSuffix(root, "/") {
			return nil, cli.Usagef("gen: %q is not a folder; write it with a slash: %s/...", arg, root)
		}
		dir := filepath.FromSlash(root)
		if !filepath.IsAbs(dir) {
			dir = filepath.Join(from, dir)
		}
		if info, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
			return nil, cli.Usagef("gen: there is no folder %s", arg)
		} else if err != nil {
			return nil, err
		} else if !info.IsDir() {
			return nil, cli.Usagef("gen: %s is not a folder", arg)
		}
		dirs := []string{filepath.Clean(dir)}
		if below {
			var err error
			if dirs, err = modelgen.Dirs(dir); err != nil {
				return nil, err
			}
		}
		for _, d := range dirs {
			if !seen[d] {
				seen[d] = true
				out = append(out, d)
			}
		}
	}
	return out, nil
}

// relative returns a path as seen from the folder the command is called in.
func (e env) relative(path string) string {
	if rel, err := filepath.Rel(e.dir, path); err == nil {
		return filepath.ToSlash(rel)
	}
	return path
}

// shorten does the same for the paths in a message.
func (e env) shorten(message string) string {
	return strings.ReplaceAll(message, e.dir+string(filepath.Separator), "")
}
