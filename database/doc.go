// Package database opens databases and runs statements and transactions on
// them, the same way on SQLite and PostgreSQL.
//
// A [DB] is a handle on one database, with a pool of connections behind it;
// it is safe for concurrent use and a program may hold several. Statements run
// on a [Handle], which is a *DB or, inside a transaction, a *Tx:
//
//	err := db.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
//		_, err := tx.Exec(ctx, `UPDATE account SET balance = balance - 5 WHERE id = 1`)
//		return err
//	})
//
// Package orm builds on it; plain SQL works beside the ORM, in the same
// transactions. Placeholders in plain SQL are the database's own: ? on SQLite,
// $1 on PostgreSQL.
//
// Which databases a program can open is decided by the [Driver] values given
// to [Open]; packages sqlite and postgres have one each.
package database
