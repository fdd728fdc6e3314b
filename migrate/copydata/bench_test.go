package copydata_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/migrate/copydata"
)

// BenchmarkCopy copies 100,000 rows of about 300 bytes, and the same with ten
// times the bytes. MB-heap is the most memory that was in use after a batch.
func BenchmarkCopy(b *testing.B) {
	g := graph(b)
	for _, size := range []int{100, 1000} {
		source := migrated(b, databasetest.SQLite(b), g)
		exec(b, source, fmt.Sprintf(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
			INSERT INTO shop_kinds (id, a_int64, a_float64, a_time, a_price, a_text, a_bytes, a_json)
			SELECT printf('%%032x', i), i, i / 7.0, '2026-11-23 12:00:00.000001', i / 100.0, hex(randomblob(%d)), randomblob(%d), '{"a":' || i || '}' FROM n`, size/2, size))
		for _, target := range []struct {
			name string
			open func(testing.TB) *database.DB
		}{{"sqlite", databasetest.SQLite}, {"postgres", databasetest.Postgres}} {
			b.Run(fmt.Sprintf("%s/bytes=%d", target.name, size), func(b *testing.B) {
				var most uint64
				for b.Loop() {
					b.StopTimer()
					to := target.open(b)
					b.StartTimer()
					copyAll(b, source, to, g, copydata.Options{Progress: func(copydata.Progress) {
						var m runtime.MemStats
						runtime.ReadMemStats(&m)
						most = max(most, m.HeapInuse)
					}})
				}
				b.ReportMetric(float64(most)/(1<<20), "MB-heap")
				b.ReportMetric(100000*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
			})
		}
	}
}
