package migrate

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/schema"
)

// recordTable is where a database keeps which migrations were applied.
const recordTable = "vola_migrations"

func recordSchema() schema.Table {
	text := func(name string, size int) schema.Column {
		return schema.Column{Name: name, Type: schema.Type{Kind: schema.Text, Size: size}}
	}
	return schema.Table{
		Name: recordTable,
		Columns: []schema.Column{
			text("module", 100), text("name", 200), text("hash", 64),
			{Name: "done", Type: schema.Type{Kind: schema.Int32}},
			{Name: "total", Type: schema.Type{Kind: schema.Int32}},
			{Name: "applied_at", Type: schema.Type{Kind: schema.Time}},
			text("version", 100),
			// Those that follow came later; see createRecords.
			{Name: "compatible", Type: schema.Type{Kind: schema.Bool}, Default: schema.Default{Value: false}},
			{Name: "replaces", Type: schema.Type{Kind: schema.Text}, Default: schema.Default{Value: ""}},
		},
		PrimaryKey: []string{"module", "name"},
	}
}

// record is one row: a migration that was applied, or is being applied
// operation by operation.
type record struct {
	ref     Ref
	hash    string
	done    int // operations
	total   int
	at      time.Time
	version string
	// compatible is that of the migration, and replaces its names, for programs
	// that do not know it.
	compatible bool
	replaces   []string
}

// recordOf returns the record of a migration of which so many operations were
// done.
func (r *Runner) recordOf(m *Migration, done int) record {
	return record{ref: m.Ref(), hash: m.hash(), done: done, total: len(m.Operations), at: r.now(), version: r.Version,
		compatible: m.Compatible, replaces: m.Replaces}
}

// partly reports whether only some of the operations were done.
func (r record) partly() bool { return r.done < r.total }

// hasRecords reports whether the table of records exists.
func hasRecords(ctx context.Context, h database.Handle) (bool, error) {
	tables, err := database.Root(h).Dialect().Editor().Tables(ctx, h)
	return slices.Contains(tables, recordTable), err
}

// sinceFirst is how many columns of the table of records databases may lack
// that were made by the first versions.
const sinceFirst = 2

// isWhole reports whether the table of records, which exists, has all columns.
func isWhole(ctx context.Context, h database.Handle) (bool, error) {
	columns, err := database.Root(h).Dialect().Editor().Columns(ctx, h, recordTable)
	return slices.Contains(columns, "replaces"), err
}

// createRecords makes the table of records when it is not there, and the
// columns that it lacks. Programs that do not know these go on using the table.
func createRecords(ctx context.Context, h database.Handle) error {
	has, err := hasRecords(ctx, h)
	if err != nil {
		return err
	}
	to, ed := recordSchema(), database.Root(h).Dialect().Editor()
	var stmts []string
	if !has {
		stmts, err = ed.CreateTable(to)
	} else {
		if whole, err := isWhole(ctx, h); whole || err != nil {
			return err
		}
		from := to.Clone()
		from.Columns = from.Columns[:len(from.Columns)-sinceFirst]
		stmts, err = ed.AlterTable(ctx, h, database.Alteration{From: from, To: to})
	}
	if err != nil {
		return err
	}
	for _, q := range stmts {
		if _, err := h.Exec(ctx, q); err != nil {
			return fmt.Errorf("create table %s: %w", recordTable, err)
		}
	}
	return nil
}

// records reads the records; there are none where the table does not exist.
func records(ctx context.Context, h database.Handle) (map[Ref]record, error) {
	if has, err := hasRecords(ctx, h); !has || err != nil {
		return nil, err
	}
	read, err := timeReader(h)
	if err != nil {
		return nil, err
	}
	more := ", false, ''"
	if whole, err := isWhole(ctx, h); err != nil {
		return nil, err
	} else if whole {
		more = ", compatible, replaces"
	}
	rows, err := h.Query(ctx, "SELECT module, name, hash, done, total, "+read.prefix+"applied_at, version"+more+" FROM "+recordTable)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[Ref]record{}
	for rows.Next() {
		var r record
		var replaces string
		if err := rows.Scan(&r.ref.Module, &r.ref.Name, &r.hash, &r.done, &r.total, read.into(&r.at), &r.version, &r.compatible, &replaces); err != nil {
			return nil, fmt.Errorf("read table %s: %w", recordTable, err)
		}
		if replaces != "" {
			r.replaces = strings.Split(replaces, ",")
		}
		out[r.ref] = r
	}
	return out, rows.Close()
}

// timeReading reads times the way the database stores them.
type timeReading struct {
	prefix string
	codec  database.Codec
}

func timeReader(h database.Handle) (timeReading, error) {
	codec, err := database.Root(h).Dialect().Codec(schema.Type{Kind: schema.Time})
	return timeReading{codec.SelectPrefix, codec}, err
}

func (r timeReading) into(t *time.Time) any {
	if r.codec.NewScanner == nil {
		return t
	}
	s := r.codec.NewScanner()
	s.Reset(t)
	return s
}

// save writes the record, in the place of an older one. It is one statement: a
// program that is killed leaves the old record or the new one.
func (r record) save(ctx context.Context, h database.Handle) error {
	d := database.Root(h).Dialect()
	codec, err := d.Codec(schema.Type{Kind: schema.Time})
	if err != nil {
		return err
	}
	var at any = r.at
	if codec.Encode != nil {
		if at, err = codec.Encode(r.at); err != nil {
			return err
		}
	}
	q := []byte("INSERT INTO " + recordTable + " (module, name, hash, done, total, applied_at, version, compatible, replaces) VALUES (")
	for i := range 9 {
		if i > 0 {
			q = append(q, ", "...)
		}
		q = d.AppendPlaceholder(q, i+1)
	}
	q = append(q, ") ON CONFLICT (module, name) DO UPDATE SET hash = excluded.hash, done = excluded.done, total = excluded.total, applied_at = excluded.applied_at, version = excluded.version, compatible = excluded.compatible, replaces = excluded.replaces"...)
	if _, err := h.Exec(ctx, string(q), r.ref.Module, r.ref.Name, r.hash, r.done, r.total, at, r.version, r.compatible, strings.Join(r.replaces, ",")); err != nil {
		return fmt.Errorf("record that %s was applied: %w", r.ref, err)
	}
	return nil
}

// forget removes the record.
func forget(ctx context.Context, h database.Handle, ref Ref) error {
	d := database.Root(h).Dialect()
	q := d.AppendPlaceholder([]byte("DELETE FROM "+recordTable+" WHERE module = "), 1)
	q = d.AppendPlaceholder(append(q, " AND name = "...), 2)
	if _, err := h.Exec(ctx, string(q), ref.Module, ref.Name); err != nil {
		return fmt.Errorf("remove the record of %s: %w", ref, err)
	}
	return nil
}
