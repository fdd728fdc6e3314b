package copydata

import (
	"context"
	"fmt"
	"slices"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/schema"
)

// progressTable is where the target keeps how far the copy is: a row for each
// table, and one with the name "" for the whole.
const progressTable = "vola_copydata"

// phase is how far the copy, or a table of it, is.
type phase string

const (
	phaseTables phase = "tables" // the target was empty, and its tables are made
	phaseReady  phase = "ready"  // the target has its tables and no rows
	phaseRows   phase = "rows"   // rows are copied
	phaseAgain  phase = "again"  // the rows of the table are not those of the source
	phaseDone   phase = "done"
)

func progressSchema() schema.Table {
	text := func(name string, size int) schema.Column {
		return schema.Column{Name: name, Type: schema.Type{Kind: schema.Text, Size: size}}
	}
	return schema.Table{
		Name: progressTable,
		Columns: []schema.Column{
			text("name", 100), text("phase", 10),
			{Name: "rows_done", Type: schema.Type{Kind: schema.Int64}},
			text("checksum", 64),
			// The key of the last row; for the whole, the source's URL.
			text("at", 0),
		},
		PrimaryKey: []string{"name"},
	}
}

// progress is a row of the table.
type progress struct {
	name  string
	phase phase
	rows  int64
	sum   string
	at    string
}

// state is the whole table.
type state struct {
	dialect database.Dialect
	whole   progress
	tables  map[string]progress
	// source are the checksums of what was read from the source, by table.
	source map[string]*checksum
}

// readState reads how far the copy is; nil is not begun.
func readState(ctx context.Context, h database.Handle) (*state, error) {
	d := database.Root(h).Dialect()
	names, err := d.Editor().Tables(ctx, h)
	if err != nil || !slices.Contains(names, progressTable) {
		return nil, err
	}
	s := &state{dialect: d, tables: map[string]progress{}, source: map[string]*checksum{}}
	found, err := h.Query(ctx, `SELECT name, phase, rows_done, checksum, "at" FROM `+progressTable)
	if err != nil {
		return nil, fmt.Errorf("read how far the copy is: %w", err)
	}
	defer found.Close()
	for found.Next() {
		var p progress
		if err := found.Scan(&p.name, &p.phase, &p.rows, &p.sum, &p.at); err != nil {
			return nil, fmt.Errorf("read how far the copy is: %w", err)
		}
		if p.name == "" {
			s.whole = p
		} else {
			s.tables[p.name] = p
		}
	}
	return s, found.Close()
}

// Unfinished returns an error if the database is the target of a copy that is not
// finished. What a site would write there meanwhile would not last.
func Unfinished(ctx context.Context, db *database.DB) error {
	s, err := readState(ctx, db)
	if err != nil {
		return err
	}
	return unfinished(db, s)
}

func unfinished(db *database.DB, s *state) error {
	if s == nil || s.whole.phase == phaseDone {
		return nil
	}
	return fault.Newf(fault.Conflict, "the database %s holds a copy of %s that is not finished; finish it with: copy-data", db.URL(), s.whole.at)
}

// createState makes the table, for a copy from the source.
func createState(ctx context.Context, h database.Handle, source string, ph phase) (*state, error) {
	d := database.Root(h).Dialect()
	stmts, err := d.Editor().CreateTable(progressSchema())
	if err != nil {
		return nil, err
	}
	for _, q := range stmts {
		if _, err := h.Exec(ctx, q); err != nil {
			return nil, fmt.Errorf("create table %s: %w", progressTable, err)
		}
	}
	s := &state{dialect: d, whole: progress{phase: ph, at: source}, tables: map[string]progress{}, source: map[string]*checksum{}}
	return s, s.insert(ctx, h, s.whole)
}

func (s *state) insert(ctx context.Context, h database.Handle, p progress) error {
	_, err := h.Exec(ctx, `INSERT INTO `+progressTable+` (name, phase, rows_done, checksum, "at") VALUES (`+s.args(5)+`)`,
		p.name, string(p.phase), p.rows, p.sum, p.at)
	if err != nil {
		return fmt.Errorf("record how far the copy is: %w", err)
	}
	return nil
}

func (s *state) args(n int) string {
	var b []byte
	for i := range n {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = s.dialect.AppendPlaceholder(b, i+1)
	}
	return string(b)
}

// errTaken is the error of a copy whose records another one has changed.
var errTaken = fault.New(fault.Conflict, "another copy to the same database is at work; this one stops")

// move replaces what is recorded, if it is what this copy has recorded last: if
// not, another one is at work.
func (s *state) move(ctx context.Context, h database.Handle, from, to progress) error {
	arg := func(n int) string { return string(s.dialect.AppendPlaceholder(nil, n)) }
	// Placeholders of SQLite count by themselves, so these stand in order.
	q := `UPDATE ` + progressTable + ` SET phase = ` + arg(1) + `, rows_done = ` + arg(2) + `, checksum = ` + arg(3) + `, "at" = ` + arg(4) +
		` WHERE name = ` + arg(5) + ` AND phase = ` + arg(6) + ` AND rows_done = ` + arg(7) + ` AND "at" = ` + arg(8)
	res, err := h.Exec(ctx, q, string(to.phase), to.rows, to.sum, to.at, from.name, string(from.phase), from.rows, from.at)
	if err != nil {
		return fmt.Errorf("record how far the copy is: %w", err)
	}
	if res.RowsAffected != 1 {
		return errTaken
	}
	return nil
}
