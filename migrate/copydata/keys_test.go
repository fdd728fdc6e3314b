package copydata_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/migrate/copydata"
	"github.com/volaweb/vola/schema"
)

// keyed has a table with a key of each type, and one with a key of them all, and
// statements that fill them.
func keyed() (migrate.Group, []string) {
	var ops []migrate.Operation
	var fill []string
	var all schema.Table
	all.Name = "keys_all"
	rows := make([][]string, 4)
	for _, k := range []struct {
		t      schema.Type
		values []string
	}{
		{typ(schema.Bool), []string{"0", "1"}},
		{typ(schema.Int16), []string{"-1", "0", "1", "300"}},
		{typ(schema.Int64), []string{"-9223372036854775808", "9", "10", "9223372036854775807"}},
		{typ(schema.Float64), []string{"-1.5", "0.0", "0.1", "1e300"}},
		{typ(schema.Text), []string{"''", "'B'", "'a,b%'", "'é'", "'\U0001F600'", "'\uff5e'"}},
		{typ(schema.Bytes), []string{"x''", "x'00'", "x'0001'", "x'ff'"}},
		{typ(schema.Time), []string{"'0001-01-01 00:00:00'", "'2026-11-23 12:00:00'", "'2026-11-23 12:00:00.000001'", "'9999-12-31 23:59:59.999999'"}},
		{typ(schema.Date), []string{"'0001-01-01'", "'2026-11-23'", "'9999-12-31'"}},
		{typ(schema.Clock), []string{"'00:00:00'", "'12:00:00'", "'12:00:00.500000'", "'23:59:59.999999'"}},
		{typ(schema.Duration), []string{"-86400000000", "0", "1", "2678400000000", "9223372036854775"}},
		{typ(schema.UUID), []string{"'00000000000000000000000000000000'", "'0123456789abcdef0123456789abcdef'", "'ffffffffffffffffffffffffffffffff'"}},
		{schema.Type{Kind: schema.Decimal, Precision: 5, Scale: 2}, []string{"-1.5", "0", "0.01", "100"}},
		{schema.Type{Kind: schema.Decimal, Precision: 20, Scale: 2}, []string{"'n999999999999999998.99'", "'p000000000000000000.00'", "'p000000000000000000.01'", "'p999999999999999999.99'"}},
	} {
		name := fmt.Sprintf("keys_%d", len(ops))
		c := schema.Column{Name: fmt.Sprintf("k%d", len(ops)), Type: k.t}
		ops = append(ops, migrate.CreateTable{Table: schema.Table{Name: name, Columns: []schema.Column{c, null(col("v", schema.Int64))}, PrimaryKey: []string{c.Name}}})
		for i, v := range k.values {
			fill = append(fill, fmt.Sprintf("INSERT INTO %s (%s, v) VALUES (%s, %d)", name, c.Name, v, i))
		}
		all.Columns, all.PrimaryKey = append(all.Columns, c), append(all.PrimaryKey, c.Name)
		for i := range rows {
			rows[i] = append(rows[i], k.values[i*len(k.values)/len(rows)])
		}
	}
	for _, row := range rows {
		fill = append(fill, fmt.Sprintf("INSERT INTO keys_all (%s) VALUES (%s)", strings.Join(all.PrimaryKey, ", "), strings.Join(row, ", ")))
	}
	ops = append(ops, migrate.CreateTable{Table: all})
	return migrate.Group{Module: "keys", Migrations: []migrate.Migration{{Name: "0001_initial", Operations: ops}}}, fill
}

// TestKeys: a copy goes on after the last row, whatever the type of the key.
func TestKeys(t *testing.T) {
	t.Parallel()
	routes(t, func(t *testing.T, open []func(testing.TB) *database.DB) {
		group, fill := keyed()
		g := graph(t, group)
		source := migrated(t, databasetest.SQLite(t), g)
		exec(t, source, fill...)
		want, from := dump(t, source), source
		for _, o := range open {
			to := o(t)
			for done := 0; ; done++ {
				if done > len(fill)+2 {
					t.Fatal("the copy does not come to its end")
				}
				// Each run writes a few rows, one in a batch, and stops within a table.
				batches := 0
				ctx, cancel := withCancel(t)
				_, err := copydata.Copy(ctx, from, to, g, copydata.Options{BatchRows: 1, Progress: func(p copydata.Progress) {
					if p.Rows > 0 {
						batches++
					}
					if batches >= 3 && p.Rows < p.Of && !p.Comparing {
						cancel()
					}
				}})
				cancel()
				if err == nil {
					break
				}
				if ctx.Err() == nil {
					t.Fatal(err)
				}
			}
			from = to
		}
		same(t, "the copy", dump(t, from), want)
	})
}

// TestTwoAtOnce: of two copies to one target each comes to the end or says that
// the other is at work, and the rows are there once.
func TestTwoAtOnce(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, target *database.DB) {
		g := graph(t)
		source := filled(t, g)
		other := reopen(t, target)
		errs := make([]error, 2)
		var both sync.WaitGroup
		for i, to := range []*database.DB{target, other} {
			both.Go(func() { _, errs[i] = copydata.Copy(t.Context(), source, to, g, copydata.Options{BatchRows: 5}) })
		}
		both.Wait()
		for _, err := range errs {
			if err != nil && (target.Dialect().Name() == "postgres" || fault.KindOf(err) != fault.Conflict) {
				t.Errorf("one of the copies said %v", err)
			}
		}
		if errors.Join(errs...) != nil {
			copyAll(t, source, target, g, copydata.Options{})
		}
		back(t, source, target, g)
	})
}
