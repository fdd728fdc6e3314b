// Package copydata moves all rows of a site from one database to another: from
// SQLite to PostgreSQL, back, or between two of a kind. It copies what the
// migrations describe, whether or not a model does: join tables, rows that are
// marked as deleted, the numbers that keys have reached, and the records of the
// migrations.
//
// The source is read in one transaction, so that its rows belong to one moment.
// The target is written in batches, each in one transaction together with the
// record of how far the copy is. A copy that was interrupted, by whatever, goes
// on where it was when [Copy] is called again. In the end the rows of the target
// are read and compared with those of the source by their number and a
// checksum, and its foreign keys are checked.
//
// A value that the target cannot store is an error that names it. Nothing is
// left out or changed in silence.
package copydata

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/schema"
)

// Bounds of a batch, where the options say nothing.
const (
	DefaultBatchRows  = 1000
	DefaultBatchBytes = 4 << 20
)

// maxMisfits is how many values a dry run names.
const maxMisfits = 20

// Options say how to copy. The zero value copies everything.
type Options struct {
	// BatchRows is the most rows that are written in one transaction. Defaults
	// to [DefaultBatchRows].
	BatchRows int
	// BatchBytes is after how many bytes of values a batch is written, whatever
	// the number of its rows. A row that is longer is a batch of its own.
	// Defaults to [DefaultBatchBytes]. The memory that the copy uses is several
	// times as much: 25 MB have been measured.
	BatchBytes int
	// Leave are tables of the source that no migration describes and that are not
	// copied. Any other such table that has rows is an error.
	Leave []string
	// Derived are tables that no migration describes and that are filled again.
	Derived []Derived
	// DryRun writes nothing: every value of the source is read and checked
	// against the target, and [Report.Misfits] has those that it cannot store.
	DryRun bool
	// Log is told what is being done, a line at a time, without line ends. Nil
	// tells nobody.
	Log func(format string, args ...any)
	// Progress is told of every batch that was written and of every table that
	// was read again to be compared. Nil tells nobody.
	Progress func(Progress)
}

// Derived is tables whose rows follow from others, such as an index for
// searching that a migration made with SQL of its own.
type Derived struct {
	Tables []string
	// Fill empties the tables and fills them from the rows that were copied.
	Fill func(ctx context.Context, tx *database.Tx) error
}

// Progress is how far a table is.
type Progress struct {
	Table string
	// Rows were written, or read to be compared, of Of in the source.
	Rows, Of int64
	// Comparing says that the rows in the target are read.
	Comparing bool
}

// Report is what a copy did.
type Report struct {
	// Tables are those that were copied, in this order.
	Tables []Table
	// Left are the tables of Options.Leave that have rows.
	Left []Table
	// Begun says that the target holds what was copied so far: called again, Copy
	// goes on, or finds that it is finished.
	Begun bool
	// Filled are the tables of Options.Derived.
	Filled []string
	// Resumed says that the copy had been begun before.
	Resumed bool
	// Finished says that there was nothing to do: the copy had come to its end
	// before.
	Finished bool
	// Misfits are values that the target cannot store, found by a dry run: the
	// first 20.
	Misfits []*ValueError
}

// Rows returns the number of all rows.
func (r Report) Rows() (n int64) {
	for _, t := range r.Tables {
		n += t.Rows
	}
	return n
}

// Table is a table and what it holds.
type Table struct {
	Name string
	Rows int64
	// Checksum is the sum of the SHA-256 of the rows in hexadecimal digits: the
	// same for the same rows on every database. It is empty in a dry run and for
	// tables that are left behind.
	Checksum string
}

// ValueError is a value that cannot be copied.
type ValueError struct {
	Table string
	// Key names the row: "id 7", or the columns and values of a longer key.
	Key string
	// Column is empty where the database did not say which one it is.
	Column string
	Err    error
}

// Error names the table, the key and the column.
func (e *ValueError) Error() string {
	text := "table " + e.Table + ", row " + e.Key
	if e.Column != "" {
		text += ", column " + e.Column
	}
	return text + ": " + e.Err.Error()
}

// Unwrap returns why the value cannot be copied.
func (e *ValueError) Unwrap() error { return e.Err }

// FaultKind returns [fault.Invalid].
func (e *ValueError) FaultKind() fault.Kind { return fault.Invalid }

// Copy copies all rows of the tables that g describes. The source must be at
// exactly its migrations. The target has no tables, and gets them by the
// migrations; or it is at exactly the same migrations and has no rows; or it
// holds an unfinished copy of the same source, which Copy then finishes. If ctx
// ends, or either database fails, the target is left so that calling Copy again
// goes on.
//
// One copy at a time writes to a target; a second one waits on PostgreSQL and
// is an error on SQLite. Nothing else may write to the target meanwhile. To the
// source others may write: on SQLite in WAL mode and on PostgreSQL they do not
// wait, and what they write is not copied.
func Copy(ctx context.Context, from, to *database.DB, g *migrate.Graph, opts Options) (report Report, err error) {
	if opts.BatchRows <= 0 {
		opts.BatchRows = DefaultBatchRows
	}
	if opts.BatchBytes <= 0 {
		opts.BatchBytes = DefaultBatchBytes
	}
	if opts.Log == nil {
		opts.Log = func(string, ...any) {}
	}
	if opts.Progress == nil {
		opts.Progress = func(Progress) {}
	}
	if from == to || from.URL() == to.URL() {
		return Report{}, fault.Newf(fault.Invalid, "the source and the target are the same database, %s", to.URL())
	}
	c := &copier{Options: opts, from: from, to: to, graph: g, tables: inOrder(g.State().Tables)}
	tries := 1
	if l, ok := to.Backend().(database.Locker); ok && !opts.DryRun {
		unlock, err := l.Lock(ctx, "vola copy-data", func() { opts.Log("waiting for another copy to the same database") })
		if err != nil {
			return Report{}, fmt.Errorf("take the lock for copying: %w", err)
		}
		defer func() { err = errors.Join(err, unlock()) }()
		// With the lock, only the last statement of a program that was killed can
		// still be at work.
		tries = 3
	}
	err = from.InTxWith(ctx, database.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead}, func(ctx context.Context, tx *database.Tx) error {
		c.source = tx
		err := c.run(ctx)
		for ; tries > 1 && errors.Is(err, errTaken); tries-- {
			c.report = Report{}
			err = c.run(ctx)
		}
		return err
	})
	return c.report, err
}

// copier is one copy.
type copier struct {
	Options
	from, to *database.DB
	source   *database.Tx
	graph    *migrate.Graph
	tables   []schema.Table
	counts   map[string]int64
	report   Report
}

func (c *copier) run(ctx context.Context) error {
	if err := c.runner(c.from).Settled(ctx, c.source); err != nil {
		return fmt.Errorf("the source is not at the migrations of this program: %w", err)
	}
	if err := c.checkSource(ctx); err != nil {
		return err
	}
	p, err := c.prepare(ctx)
	if err != nil || c.report.Finished {
		return err
	}
	if c.DryRun {
		return c.tryAll(ctx)
	}
	c.report.Begun = true
	if err := c.begin(ctx, p); err != nil {
		return err
	}
	for _, t := range c.tables {
		if err := c.copyTable(ctx, p, t); err != nil {
			return err
		}
	}
	for _, t := range c.tables {
		if err := c.compare(ctx, p, t); err != nil {
			return err
		}
	}
	return c.finish(ctx, p)
}

func (c *copier) runner(db *database.DB) *migrate.Runner {
	return &migrate.Runner{DB: db, Graph: c.graph, Log: c.Log}
}

// inOrder returns the tables so that each stands after those that it refers
// to, as far as there is such an order.
func inOrder(tables []schema.Table) []schema.Table {
	s := schema.Schema{Tables: slices.Clone(tables)}
	s.Normalize()
	var out []schema.Table
	seen := map[string]bool{}
	var visit func(t schema.Table)
	visit = func(t schema.Table) {
		if seen[t.Name] {
			return
		}
		seen[t.Name] = true
		for _, f := range t.ForeignKeys {
			if parent, ok := s.Table(f.RefTable); ok {
				visit(parent)
			}
		}
		out = append(out, t)
	}
	for _, t := range s.Tables {
		visit(t)
	}
	return out
}

// checkSource refuses a source that has more than what is going to be copied,
// and counts its rows.
func (c *copier) checkSource(ctx context.Context) error {
	d := c.from.Dialect()
	live, err := d.Editor().Inspect(ctx, c.source)
	if err != nil {
		return err
	}
	if s, err := readState(ctx, c.source); err != nil || unfinished(c.from, s) != nil {
		return errors.Join(err, unfinished(c.from, s))
	}
	var problems []string
	for _, t := range c.tables {
		have, ok := live.Table(t.Name)
		if !ok {
			problems = append(problems, fmt.Sprintf("the source %s lacks the table %s", c.from.URL(), t.Name))
			continue
		}
		for _, col := range have.Columns {
			if _, ok := t.Column(col.Name); !ok {
				problems = append(problems, fmt.Sprintf("the source %s has the column %s.%s, which no migration describes, and whose values would be lost; add it by a migration or drop it", c.from.URL(), t.Name, col.Name))
			}
		}
	}
	more, err := c.undescribed(ctx)
	if err != nil {
		return err
	}
	for _, name := range c.Leave {
		if !slices.ContainsFunc(more, func(t Table) bool { return t.Name == name }) {
			problems = append(problems, fmt.Sprintf("the source %s has no table %q that no migration describes; --leave is for those", c.from.URL(), name))
		}
	}
	for _, t := range more {
		switch {
		case t.Rows == 0, slices.ContainsFunc(c.Derived, func(d Derived) bool { return slices.Contains(d.Tables, t.Name) }):
		case slices.Contains(c.Leave, t.Name):
			c.report.Left = append(c.report.Left, t)
		default:
			problems = append(problems, fmt.Sprintf("the source %s has the table %s of %s, which no migration describes; to copy the others without it: --leave %s", c.from.URL(), t.Name, rows(t.Rows), t.Name))
		}
	}
	if len(problems) > 0 {
		return fault.New(fault.Invalid, strings.Join(problems, "\n"))
	}
	c.counts = map[string]int64{}
	for _, t := range c.tables {
		if c.counts[t.Name], err = count(ctx, c.source, t.Name); err != nil {
			return err
		}
	}
	return nil
}

// undescribed returns the tables of the source that no migration describes.
// Those that SQLite keeps for a virtual table are part of that.
func (c *copier) undescribed(ctx context.Context) ([]Table, error) {
	names, err := c.runner(c.from).Undescribed(ctx, c.source)
	if err != nil {
		return nil, err
	}
	shadows, err := shadowTables(ctx, c.source)
	if err != nil {
		return nil, err
	}
	var out []Table
	for _, name := range names {
		if name == progressTable || slices.Contains(shadows, name) {
			continue
		}
		n, err := count(ctx, c.source, name)
		if err != nil {
			return nil, err
		}
		out = append(out, Table{Name: name, Rows: n})
	}
	return out, nil
}

// shadowTables returns the tables that belong to virtual ones on SQLite.
func shadowTables(ctx context.Context, h database.Handle) ([]string, error) {
	if database.Root(h).Dialect().Name() != "sqlite" {
		return nil, nil
	}
	found, err := h.Query(ctx, "SELECT name FROM pragma_table_list WHERE type = 'shadow'")
	if err != nil {
		return nil, err
	}
	defer found.Close()
	var out []string
	for found.Next() {
		var name string
		if err := found.Scan(&name); err != nil {
			return nil, err
		}
		out = append(out, name)
	}
	return out, found.Close()
}

func count(ctx context.Context, h database.Handle, table string) (n int64, err error) {
	err = database.QueryRow(ctx, h, []any{&n}, "SELECT count(*) FROM "+database.Quote(table))
	if err != nil {
		err = fmt.Errorf("count the rows of table %s: %w", table, err)
	}
	return n, err
}

// rows writes a number of rows.
func rows(n int64) string {
	if n == 1 {
		return "1 row"
	}
	return fmt.Sprintf("%d rows", n)
}
