package vola

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/internal/cli"
	"github.com/volaweb/vola/migrate/copydata"
	"github.com/volaweb/vola/module"
)

// copyDataCommand copies all rows into another database.
func (p *program) copyDataCommand() cli.Command {
	var f siteFlags
	var opts copydata.Options
	return cli.Command{
		Name: "copy-data", Args: "TARGET_URL",
		Help: "copy all rows to the empty database TARGET_URL, or go on with that after an interruption",
		Flags: func(flags *flag.FlagSet) {
			flags.StringVar(&f.database, "database", "", "`URL` of the database to copy from, instead of DATABASE_URL")
			flags.BoolVar(&opts.DryRun, "dry-run", false, "write nothing: say what would be copied, and which values TARGET_URL cannot store")
			flags.Func("leave", "a `TABLE` not to copy, of those that no migration describes; may be given several times", func(names string) error {
				opts.Leave = append(opts.Leave, strings.Split(names, ",")...)
				return nil
			})
		},
		Run: func(ctx context.Context, args []string) error { return p.copyData(ctx, f, args[0], opts) },
	}
}

func (p *program) copyData(ctx context.Context, f siteFlags, target string, opts copydata.Options) error {
	s, err := p.assemble(f)
	if err != nil {
		return err
	}
	if err := database.CheckURL(target, p.cfg.Drivers); err != nil {
		return usageIfInvalid(err)
	}
	from, err := p.openPlain(ctx, f.database, false)
	if err != nil {
		return err
	}
	defer from.Close()
	to, closeTarget, err := p.openTarget(ctx, target, opts.DryRun)
	if err != nil {
		return err
	}
	defer closeTarget()
	opts.Derived = s.derived()
	tell := &copyProgress{w: p.stderr}
	opts.Log, opts.Progress = tell.log, tell.progress
	report, err := copydata.Copy(ctx, from, to, s.graph, opts)
	if err != nil && report.Begun {
		return fmt.Errorf("%w\nthe copy is not finished; the same command goes on with it", err)
	}
	if err != nil {
		return err
	}
	return writeCopied(p.stdout, report, opts.DryRun, from.URL(), database.RedactURL(target))
}

// openTarget opens the database to copy to. A dry run does not make a file: an
// empty one at another place stands for it.
func (p *program) openTarget(ctx context.Context, target string, dry bool) (db *database.DB, closeAll func(), err error) {
	cfg := database.Config{URL: target, Drivers: p.cfg.Drivers, Create: !dry}
	db, err = database.Open(ctx, cfg)
	if err == nil {
		return db, func() { db.Close() }, nil
	}
	if !dry || !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, usageIfInvalid(err)
	}
	dir, err := os.MkdirTemp("", "vola-copy-")
	if err != nil {
		return nil, nil, err
	}
	cfg.URL, cfg.Create = "sqlite:"+(&url.URL{Path: filepath.Join(dir, "empty.db")}).EscapedPath(), true
	if db, err = database.Open(ctx, cfg); err != nil {
		return nil, nil, errors.Join(err, os.RemoveAll(dir))
	}
	return db, func() { db.Close(); os.RemoveAll(dir) }, nil
}

// derived returns what the modules fill by themselves.
func (s *Site) derived() []copydata.Derived {
	var out []copydata.Derived
	for _, m := range s.cfg.Modules {
		has, ok := module.As[module.HasDerived](m)
		if !ok {
			continue
		}
		for _, d := range has.Derived() {
			out = append(out, copydata.Derived(d))
		}
	}
	return out
}

// writeCopied says what was copied, or would be.
func writeCopied(w io.Writer, r copydata.Report, dry bool, from, to string) error {
	if len(r.Misfits) > 0 {
		var errs []error
		for _, v := range r.Misfits {
			errs = append(errs, v)
		}
		return fmt.Errorf("%w\nnothing was copied; correct these values in %s first, or clear them; the first 20 are named", errors.Join(errs...), from)
	}
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, t := range r.Tables {
		sum := ""
		if t.Checksum != "" {
			sum = "\tchecksum " + t.Checksum[:16]
		}
		fmt.Fprintf(tab, "%s\t%s%s\n", t.Name, count(int(t.Rows), "row"), sum)
	}
	for _, t := range r.Left {
		fmt.Fprintf(tab, "%s\t%s\tleft behind\n", t.Name, count(int(t.Rows), "row"))
	}
	for _, name := range r.Filled {
		fmt.Fprintf(tab, "%s\tfilled again\n", name)
	}
	if err := tab.Flush(); err != nil {
		return err
	}
	what := count(int(r.Rows()), "row") + " in " + count(len(r.Tables), "table")
	var err error
	switch {
	case dry:
		_, err = fmt.Fprintf(w, "%s would be copied from %s to %s; all values fit\n", what, from, to)
	case r.Finished:
		_, err = fmt.Fprintf(w, "nothing to do: %s were copied from %s to %s before; to copy what has changed since, take an empty database\n", what, from, to)
	default:
		_, err = fmt.Fprintf(w, "copied %s from %s to %s; numbers of rows and checksums are the same in both\n", what, from, to)
	}
	return err
}

// copyProgress writes how far the copy is: a line for each table, and one more
// every few seconds in a long one.
type copyProgress struct {
	w    io.Writer
	last time.Time
	line string
}

// progressEvery is how often a long table is told of.
const progressEvery = 2 * time.Second

func (c *copyProgress) log(format string, args ...any) { fmt.Fprintf(c.w, format+"\n", args...) }

func (c *copyProgress) progress(p copydata.Progress) {
	if p.Of == 0 || p.Rows < p.Of && time.Since(c.last) < progressEvery {
		return
	}
	did := "copied"
	if p.Comparing {
		did = "compared"
	}
	line := fmt.Sprintf("%s: %s %d of %s", p.Table, did, p.Rows, count(int(p.Of), "row"))
	if line == c.line {
		return
	}
	c.last, c.line = time.Now(), line
	fmt.Fprintln(c.w, line)
}
