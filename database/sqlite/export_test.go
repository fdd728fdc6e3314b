package sqlite

import (
	"github.com/volaweb/vola/database"
	sqlite3 "modernc.org/sqlite/lib"
)

// Replanned returns how often the engine planned statements of the connection of a
// transaction again
// (https://www.sqlite.org/c3ref/c_stmtstatus_counter.html).
func Replanned(h *database.Tx) (n int) {
	w := h.Backend().(*tx).conn.watch
	for s := sqlite3.Xsqlite3_next_stmt(w.tls, w.db, 0); s != 0; s = sqlite3.Xsqlite3_next_stmt(w.tls, w.db, s) {
		n += int(sqlite3.Xsqlite3_stmt_status(w.tls, s, sqlite3.SQLITE_STMTSTATUS_REPREPARE, 0))
	}
	return n
}

// RunsDirectly reports whether the connection of a transaction has prepared a
// statement that is run without the driver.
func RunsDirectly(h *database.Tx, query string) bool {
	s := h.Backend().(*tx).conn.stmts[query]
	return s != nil && s.direct != nil
}
