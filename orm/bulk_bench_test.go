package orm_test

import (
	"context"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/orm"
)

// bulkRow is what the bulk benchmarks write.
type bulkRow struct {
	ID    int64
	Name  string `db:"size=100"`
	Count int64
	At    time.Time
}

// BenchmarkBulk compares 1,000 rows with the same statements written by hand:
// lists of 100 VALUES on SQLite, arrays on PostgreSQL. cpu-us/op is the time of
// this process, whatever else the machine does.
func BenchmarkBulk(b *testing.B) {
	for _, open := range []func(testing.TB) *database.DB{databasetest.SQLite, databasetest.Postgres} {
		db := open(b)
		ctx := b.Context()
		use(b, db, orm.Model[bulkRow](orm.Table("bulk")))
		arrays := db.Dialect().Features().Arrays
		rows := make([]bulkRow, 1000)
		fill := func() {
			for i := range rows {
				rows[i] = bulkRow{Name: fmt.Sprint("row ", i), Count: int64(1000 + i), At: noon.Add(time.Duration(i) * time.Second)}
			}
		}
		name, count, at := orm.Descriptor[orm.Column[*bulkRow, string]]("Name"), orm.Descriptor[orm.Column[*bulkRow, int64]]("Count"), orm.Descriptor[orm.Column[*bulkRow, time.Time]]("At")
		run := func(what string, prepare func(), fn func() error) {
			b.Run(db.Dialect().Name()+"/"+what, func(b *testing.B) {
				b.ReportAllocs()
				var cpu time.Duration
				for b.Loop() {
					b.StopTimer()
					prepare()
					before := cpuTime()
					b.StartTimer()
					if err := fn(); err != nil {
						b.Fatal(err)
					}
					cpu += cpuTime() - before
				}
				b.ReportMetric(float64(cpu.Microseconds())/float64(b.N), "cpu-us/op")
			})
		}
		clear := func() {
			fill()
			if _, err := db.Exec(ctx, "DELETE FROM bulk"); err != nil {
				b.Fatal(err)
			}
		}
		write := func(fn func(ctx context.Context, tx *database.Tx, rows []bulkRow) error) func() error {
			return func() error {
				return db.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
					if arrays {
						return fn(ctx, tx, rows)
					}
					for i := 0; i < len(rows); i += 100 {
						if err := fn(ctx, tx, rows[i:i+100]); err != nil {
							return err
						}
					}
					return nil
				})
			}
		}
		hand := rawSQLite
		if arrays {
			hand = rawPostgres
		}
		run("insert/by hand", clear, write(hand.insert))
		run("insert/CreateAll", clear, func() error { return orm.CreateAll(ctx, db, rows) })
		same := func() {}
		run("update/by hand", same, write(hand.update))
		run("update/UpdateAll", same, func() error { return orm.UpdateAll(ctx, db, rows, name, count, at) })
		run("upsert/Upsert", same, func() error {
			_, err := orm.Upsert(ctx, db, rows, orm.OnConflict[bulkRow](orm.Descriptor[orm.Number[*bulkRow, int64]]("ID")).Update(name, count, at))
			return err
		})
	}
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// byHand is what someone who knows the database would write.
type byHand struct {
	insert, update func(ctx context.Context, tx *database.Tx, rows []bulkRow) error
}

var rawSQLite = byHand{
	insert: func(ctx context.Context, tx *database.Tx, rows []bulkRow) error {
		args := make([]any, 0, 3*len(rows))
		for _, r := range rows {
			args = append(args, r.Name, r.Count, r.At.UTC().Format("2006-01-02 15:04:05.000000"))
		}
		res, err := tx.Exec(ctx, `INSERT INTO bulk (name, count, at) VALUES (?, ?, ?)`+strings.Repeat(", (?, ?, ?)", len(rows)-1), args...)
		for i := range rows {
			rows[i].ID = res.LastInsertID - int64(len(rows)-1-i)
		}
		return err
	},
	update: func(ctx context.Context, tx *database.Tx, rows []bulkRow) error {
		for _, r := range rows {
			_, err := tx.Exec(ctx, `UPDATE bulk SET name = ?, count = ?, at = ? WHERE id = ?`, r.Name, r.Count, r.At.UTC().Format("2006-01-02 15:04:05.000000"), r.ID)
			if err != nil {
				return err
			}
		}
		return nil
	},
}

var rawPostgres = byHand{
	insert: func(ctx context.Context, tx *database.Tx, rows []bulkRow) error {
		_, names, counts, times := columnsOf(rows)
		found, err := tx.Query(ctx, `INSERT INTO bulk (name, count, at) SELECT * FROM unnest($1::text[], $2::bigint[], $3::timestamptz[]) RETURNING id`, names, counts, times)
		if err != nil {
			return err
		}
		for i := 0; found.Next(); i++ {
			if err := found.Scan(&rows[i].ID); err != nil {
				return err
			}
		}
		return found.Close()
	},
	update: func(ctx context.Context, tx *database.Tx, rows []bulkRow) error {
		ids, names, counts, times := columnsOf(rows)
		_, err := tx.Exec(ctx, `UPDATE bulk SET name = v.name, count = v.count, at = v.at
			FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::timestamptz[]) AS v(id, name, count, at) WHERE bulk.id = v.id`, ids, names, counts, times)
		return err
	},
}

func columnsOf(rows []bulkRow) (ids []int64, names []string, counts []int64, times []time.Time) {
	for _, r := range rows {
		ids, names, counts, times = append(ids, r.ID), append(names, r.Name), append(counts, r.Count), append(times, r.At)
	}
	return ids, names, counts, times
}
