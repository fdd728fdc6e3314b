package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/volaweb/vola/internal/cli"
	"github.com/volaweb/vola/internal/jslock"
	"github.com/volaweb/vola/internal/jsvendor"
)

// jsCommands are those about packages for browsers.
func (e env) jsCommands() []cli.Command {
	var dir string
	flags := func(flags *flag.FlagSet) {
		flags.StringVar(&dir, "path", "static/vendor", "the `folder` of the packages, in a folder of static files")
	}
	return []cli.Command{{
		Group: "js", Name: "add", Args: "NAME@VERSION [SUBPATH...]", Flags: flags,
		Help: "store a package for browsers from npm among the static files",
		More: "The archive is checked against the registry's SHA-512. Only the ES modules that are reached\n" +
			"by imports are stored, and those of the packages that they need; vola-js.json lists\n" +
			"them. Pages with {{importmap}} import them by their names. SUBPATH names more of the\n" +
			"package: another module, or a file such as dist/style.css. NPM_REGISTRY is another\n" +
			"registry than that of npm.",
		Run: func(ctx context.Context, args []string) error { return e.addJS(ctx, dir, args) },
	}, {
		Group: "js", Name: "remove", Args: "NAME", Flags: flags,
		Help: "remove a package, and those that only it needs",
		Run:  func(_ context.Context, args []string) error { return e.removeJS(dir, args[0]) },
	}, {
		Group: "js", Name: "outdated", Flags: flags,
		Help: "list the packages that have a newer version",
		Run:  func(ctx context.Context, _ []string) error { return e.outdatedJS(ctx, dir) },
	}, {
		Group: "js", Name: "verify", Flags: flags,
		Help: "compare the stored files with vola-js.json",
		Run:  func(context.Context, []string) error { return e.verifyJS(dir) },
	}}
}

// packages opens the folder of the packages.
func (e env) packages(dir string) *jsvendor.Folder {
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(e.dir, dir)
	}
	cfg := jsvendor.Config{Dir: dir}
	for _, pair := range e.environ {
		if value, ok := strings.CutPrefix(pair, "NPM_REGISTRY="); ok {
			cfg.Registry = value
		}
	}
	return jsvendor.New(cfg)
}

func (e env) addJS(ctx context.Context, dir string, args []string) error {
	folder := e.packages(dir)
	added, err := folder.Add(ctx, args[0], args[1:])
	if err != nil {
		return err
	}
	for _, p := range added {
		licence := oneLine(p.Licence)
		if licence == "" {
			licence = "no licence named"
		}
		fmt.Fprintf(e.stdout, "%s (%s, %s)\n", p.Dir(), licence, countOf(len(p.Files), "file"))
	}
	if len(added) == 0 {
		fmt.Fprintln(e.stdout, "no package is new")
	}
	return nil
}

func (e env) removeJS(dir, name string) error {
	removed, err := e.packages(dir).Remove(name)
	if err != nil {
		return err
	}
	for _, p := range removed {
		fmt.Fprintf(e.stdout, "%s is removed\n", p.Dir())
	}
	if len(removed) == 0 {
		fmt.Fprintf(e.stdout, "%s stays, as another package needs it; the site's own modules cannot import it any more\n", name)
	}
	return nil
}

func (e env) outdatedJS(ctx context.Context, dir string) error {
	list, err := e.packages(dir).Outdated(ctx)
	if err != nil {
		return err
	}
	for _, o := range list {
		fmt.Fprintf(e.stdout, "%s %s: ", o.Name, o.Have)
		var news []string
		if o.Compatible != o.Have {
			news = append(news, "compatible "+o.Compatible)
		}
		if o.Newest != o.Have && o.Newest != o.Compatible {
			news = append(news, "newest "+o.Newest)
		}
		if o.Deprecated != "" {
			news = append(news, "deprecated: "+oneLine(o.Deprecated))
		}
		fmt.Fprintln(e.stdout, strings.Join(news, ", "))
	}
	if len(list) == 0 {
		fmt.Fprintln(e.stdout, "all packages are the newest")
	}
	return nil
}

// oneLine makes what others wrote fit to be printed: nothing in it orders a terminal about.
func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
}

func (e env) verifyJS(dir string) error {
	files, errs := e.packages(dir).Verify()
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	fmt.Fprintf(e.stdout, "%s as %s says\n", countOf(files, "file"), jslock.Name)
	return nil
}

func countOf(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
