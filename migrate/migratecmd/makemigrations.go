package migratecmd

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"golang.org/x/term"

	"github.com/volaweb/vola/internal/cli"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/module"
)

// makeFlags are the flags of makemigrations.
type makeFlags struct {
	name    string
	check   bool
	dryRun  bool
	empty   bool
	merge   bool
	renames []migrate.Rename
	values  []migrate.Value
}

func (f *makeFlags) declare(flags *flag.FlagSet) {
	flags.StringVar(&f.name, "name", "", "`name` of the migration after its number, instead of one made of what it does")
	flags.BoolVar(&f.check, "check", false, "write nothing; fail when there is something to write")
	flags.BoolVar(&f.dryRun, "dry-run", false, "print the files instead of writing them")
	flags.BoolVar(&f.empty, "empty", false, "write a migration without operations for each MODULE named")
	flags.BoolVar(&f.merge, "merge", false, "where a module has two newest migrations, write one that follows both")
	flags.Func("rename", "`TABLE.OLD=NEW` or TABLE=NEW: a column or table that has another name now; with nothing after the =, it was dropped (may be repeated)", func(s string) error {
		r, err := migrate.ParseRename(s)
		f.renames = append(f.renames, r)
		return err
	})
	flags.Func("value", "`TABLE.COLUMN=SQL`: the value that existing rows get in a new column, an SQL expression (may be repeated)", func(s string) error {
		v, err := migrate.ParseValue(s)
		f.values = append(f.values, v)
		return err
	})
}

// makeCommand writes the migrations that the models need.
func (p *Project) makeCommand() cli.Command {
	var f makeFlags
	return cli.Command{
		Name: "makemigrations", Args: "[MODULE...]", Help: "write the migrations that lead from the last ones to the models as they are",
		Flags: f.declare,
		Run:   func(_ context.Context, args []string) error { return p.make(f, args) },
	}
}

func (p *Project) make(f makeFlags, names []string) error {
	for _, name := range names {
		if err := p.checkModule(name); err != nil {
			return err
		}
	}
	if f.empty && len(names) == 0 {
		return cli.Usagef("makemigrations --empty needs the name of a module")
	}
	if (f.empty || f.merge) && len(f.renames)+len(f.values) > 0 {
		return cli.Usagef("makemigrations with --empty or --merge compares nothing, so it has no use for --rename and --value")
	}
	changes, err := p.findChanges(f, names)
	if err != nil {
		return err
	}
	if len(changes) == 0 {
		fmt.Fprintln(p.Stdout, "nothing to do: the migrations lead to the models as they are")
		return nil
	}
	for _, c := range changes { // all or nothing
		if _, err := p.freePath(c); err != nil && !f.check && !f.dryRun {
			return err
		}
	}
	for _, c := range changes {
		if err := p.writeChange(f, c); err != nil {
			return err
		}
	}
	if f.check {
		return errors.New("the models have changes without migrations; run: makemigrations")
	}
	return nil
}

// findChanges compares the models with the migrations.
func (p *Project) findChanges(f makeFlags, names []string) ([]migrate.Change, error) {
	if f.merge {
		return migrate.Merge(module.MigrationGroups(p.Modules)...)
	}
	models, err1 := p.models()
	g, err2 := p.graph()
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	opts := migrate.MakeOptions{Modules: names, Name: f.name, Renames: f.renames, Tagged: renamed(models), Values: f.values, Empty: f.empty}
	if !f.check { // nothing would come of the answers
		opts.Ask = p.asker()
	}
	return migrate.Make(g, wanted(p.Modules, models), opts)
}

// asker asks on the terminal; nil where there is none.
func (p *Project) asker() func(migrate.Question) (string, error) {
	file, ok := p.Stdin.(*os.File)
	if !ok {
		return nil
	}
	if !term.IsTerminal(int(file.Fd())) {
		return nil
	}
	in := bufio.NewReader(file)
	return func(q migrate.Question) (string, error) {
		if q.Note != "" {
			fmt.Fprintln(p.Stdout, q.Note)
		}
		fmt.Fprintf(p.Stdout, "%s ", q.Text)
		answer, err := in.ReadString('\n')
		if errors.Is(err, io.EOF) {
			return "", errors.New("no answer was given, and nothing was written")
		}
		return strings.TrimSpace(answer), err
	}
}

// writeChange writes the files of one migration, or says what they would be.
func (p *Project) writeChange(f makeFlags, c migrate.Change) error {
	path, err := p.freePath(c)
	if err != nil && !f.check && !f.dryRun {
		return err
	}
	dir := filepath.Dir(path)
	fmt.Fprintf(p.Stdout, "%s: %s\n", c.Module, relative(path))
	for _, op := range c.Migration.Operations {
		fmt.Fprintf(p.Stdout, "  %s\n", op)
	}
	for _, finding := range c.Findings {
		fmt.Fprintf(p.Stdout, "  note: %s\n", finding)
	}
	switch {
	case f.check:
		return nil
	case f.dryRun:
		_, err := fmt.Fprintf(p.Stdout, "\n%s\n", c.Source)
		return err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	if err := os.WriteFile(path, c.Source, 0o666); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, migrate.ListFile), c.List, 0o666); err != nil {
		return err
	}
	for _, m := range p.Modules {
		if _, has := module.As[module.HasMigrations](m); !has && m.Name() == c.Module {
			fmt.Fprintf(p.Stdout, "  the module does not use its migrations yet; import its package migrations and add:\n"+
				"  func (m *%s) Migrations() []migrate.Migration { return migrations.All() }\n", typeName(m))
		}
	}
	return nil
}

// freePath returns the path of a new migration's file, which must not exist.
func (p *Project) freePath(c migrate.Change) (string, error) {
	dir, err := p.dir(c.Module)
	path := filepath.Join(dir, c.File)
	if err != nil {
		return path, err
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return path, fmt.Errorf("%s exists already; is it missing from %s?", path, migrate.ListFile)
	}
	return path, nil
}

// relative shortens a path for people.
func relative(path string) string {
	if wd, err := os.Getwd(); err == nil {
		if rel, err := filepath.Rel(wd, path); err == nil && !strings.HasPrefix(rel, "..") {
			return rel
		}
	}
	return path
}

// typeName returns the name of the module's type.
func typeName(m module.Module) string {
	inner, _ := module.As[module.Module](m)
	t := reflect.TypeOf(inner)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Name()
}
