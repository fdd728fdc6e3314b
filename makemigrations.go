package vola

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
	"strings"

	"golang.org/x/term"

	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/schema"
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
	flags.BoolVar(&f.merge, "merge", false, "join two newest migrations of a module by a third")
	flags.Func("rename", "`TABLE.OLD=NEW` or TABLE=NEW: a column or table that has another name now; with nothing after the =, it was dropped (may be repeated)", func(s string) error {
		r, err := migrate.ParseRename(s)
		f.renames = append(f.renames, r)
		return err
	})
	flags.Func("value", "`TABLE.COLUMN=SQL`: what rows that are there already get in a column, an SQL expression (may be repeated)", func(s string) error {
		v, err := migrate.ParseValue(s)
		f.values = append(f.values, v)
		return err
	})
}

// makeMigrationsCommand writes the migrations that the models need.
func (p *program) makeMigrationsCommand() command {
	var f makeFlags
	return command{bare: true, Command: module.Command{
		Name: "makemigrations", Args: "[MODULE...]", Help: "write the migrations that lead from the last ones to the models as they are",
		Flags: f.declare,
		Run: func(_ context.Context, env module.Env, args []string) error {
			return p.makeMigrations(env, f, args)
		},
	}}
}

func (p *program) makeMigrations(env module.Env, f makeFlags, names []string) error {
	for _, name := range names {
		if err := p.checkModule(name); err != nil {
			return err
		}
	}
	if f.empty && len(names) == 0 {
		return module.Usagef("makemigrations --empty needs the name of a module")
	}
	if (f.empty || f.merge) && len(f.renames)+len(f.values) > 0 {
		return module.Usagef("makemigrations with --empty or --merge compares nothing, so it has no use for --rename and --value")
	}
	changes, err := p.findChanges(env, f, names)
	if err != nil {
		return err
	}
	if len(changes) == 0 {
		fmt.Fprintln(env.Stdout, "nothing to do: the migrations lead to the models as they are")
		return nil
	}
	for _, c := range changes { // all or nothing
		if _, err := p.freePath(c); err != nil && !f.check && !f.dryRun {
			return err
		}
	}
	for _, c := range changes {
		if err := p.writeChange(env, f, c); err != nil {
			return err
		}
	}
	if f.check {
		return errors.New("the models have changes without migrations; run: makemigrations")
	}
	return nil
}

// findChanges compares the models with the migrations, without the rest of the
// site: its templates may be broken meanwhile.
func (p *program) findChanges(env module.Env, f makeFlags, names []string) ([]migrate.Change, error) {
	s := &Site{cfg: p.cfg, opts: Options{Environ: p.environ}}
	if f.merge {
		return migrate.Merge(s.migrationGroups()...)
	}
	if err := errors.Join(s.readModels(), s.readMigrations()); err != nil {
		return nil, usageError{err}
	}
	opts := migrate.MakeOptions{Modules: names, Name: f.name, Renames: f.renames, Tagged: s.renamed(), Values: f.values, Empty: f.empty}
	if !f.check { // nothing would come of the answers
		opts.Ask = asker(env)
	}
	return migrate.Make(s.graph, s.wanted(), opts)
}

// wanted returns the tables that each module's models need.
func (s *Site) wanted() map[string]schema.Schema {
	want := map[string]schema.Schema{}
	for _, m := range s.cfg.Modules {
		_, models := module.As[module.HasModels](m)
		_, migrations := module.As[module.HasMigrations](m)
		if models || migrations {
			want[m.Name()] = s.models.ModuleSchema(m.Name())
		}
	}
	return want
}

// renamed returns the renames that the models' tags tell of. Those that a
// migration has made already are passed over later.
func (s *Site) renamed() []migrate.Rename {
	var out []migrate.Rename
	for _, r := range s.models.Renamed() {
		out = append(out, migrate.Rename{Table: r.Table, Column: r.From, To: r.To})
	}
	return out
}

// unmigrated returns an error when the models are not what the migrations lead
// to. Questions that only a person can answer are changes too.
func (s *Site) unmigrated() error {
	changes, err := migrate.Make(s.graph, s.wanted(), migrate.MakeOptions{Tagged: s.renamed()})
	if err == nil && len(changes) == 0 {
		return nil
	}
	what := "the models"
	if len(changes) > 0 {
		what = "the models of the module " + changes[0].Module
	}
	return fmt.Errorf("%s have changes without migrations; run: makemigrations", what)
}

// asker asks on the terminal; nil where there is none.
func asker(env module.Env) func(migrate.Question) (string, error) {
	file, ok := env.Stdin.(*os.File)
	if !ok {
		return nil
	}
	if !term.IsTerminal(int(file.Fd())) {
		return nil
	}
	in := bufio.NewReader(file)
	return func(q migrate.Question) (string, error) {
		if q.Note != "" {
			fmt.Fprintln(env.Stdout, q.Note)
		}
		fmt.Fprintf(env.Stdout, "%s ", q.Text)
		answer, err := in.ReadString('\n')
		if errors.Is(err, io.EOF) {
			return "", errors.New("no answer was given, and nothing was written")
		}
		return strings.TrimSpace(answer), err
	}
}

// writeChange writes the files of one migration, or says what they would be.
func (p *program) writeChange(env module.Env, f makeFlags, c migrate.Change) error {
	path, err := p.freePath(c)
	if err != nil && !f.check && !f.dryRun {
		return err
	}
	dir := filepath.Dir(path)
	fmt.Fprintf(env.Stdout, "%s: %s\n", c.Module, relative(path))
	for _, op := range c.Migration.Operations {
		fmt.Fprintf(env.Stdout, "  %s\n", op)
	}
	for _, finding := range c.Findings {
		fmt.Fprintf(env.Stdout, "  note: %s\n", finding)
	}
	switch {
	case f.check:
		return nil
	case f.dryRun:
		_, err := fmt.Fprintf(env.Stdout, "\n%s\n", c.Source)
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
	for _, m := range p.cfg.Modules {
		if _, has := module.As[module.HasMigrations](m); !has && m.Name() == c.Module {
			fmt.Fprintf(env.Stdout, "  the module does not use its migrations yet; import its package migrations and add:\n"+
				"  func (m *%s) Migrations() []migrate.Migration { return migrations.All() }\n", typeName(m))
		}
	}
	return nil
}

// freePath returns the path of a new migration's file, which must not exist.
func (p *program) freePath(c migrate.Change) (string, error) {
	dir, err := p.migrationsDir(c.Module)
	path := filepath.Join(dir, c.File)
	if err != nil {
		return path, err
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return path, fmt.Errorf("%s exists already; is it missing from %s?", path, migrate.ListFile)
	}
	return path, nil
}

// migrationsDir returns the folder of a module's migrations.
func (p *program) migrationsDir(name string) (string, error) {
	for _, m := range p.cfg.Modules {
		if m.Name() != name {
			continue
		}
		if dir := packageDir(p.cfg.Dir, pathOf(m)); dir != "" {
			return filepath.Join(dir, "migrations"), nil
		}
		return "", fmt.Errorf("module %s: the source of its package %s is not below the go.mod of this folder; run makemigrations in the project that has it", name, pathOf(m))
	}
	return "", fmt.Errorf("there is no module %q", name)
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
