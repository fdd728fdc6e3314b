package sqlite

import (
	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// keepPlans has the engine plan each statement once. It would plan a statement again
// each time, if an argument is a limit, or compared with an index whose values
// ANALYZE has counted, or with the condition of an index: this took a fifth of the
// time of a page. Plans still follow ANALYZE, but not single values
// (https://www.sqlite.org/queryplanner-ng.html#qpsg). Package orm writes small limits
// into the text, because plans depend on them.
func (w *watch) keepPlans() {
	const slot = 8 // of libc.VaList, for each argument
	at := libc.Xmalloc(w.tls, 2*slot)
	if at == 0 {
		return // plans are only slower
	}
	defer libc.Xfree(w.tls, at)
	sqlite3.Xsqlite3_db_config(w.tls, w.db, sqlite3.SQLITE_DBCONFIG_ENABLE_QPSG, libc.VaList(at, int32(1), uintptr(0)))
}
