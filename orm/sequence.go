package orm

import (
	"context"
	"fmt"

	"github.com/volaweb/vola/database"
)

// PostgreSQL numbers rows by a sequence, which knows nothing of rows that were
// stored with a key of their own: in time it gives out their numbers too. SQLite
// goes on behind the largest key there is. So a sequence is told of such keys,
// before the rows are stored. It keeps that also when they are not stored after
// all, as it keeps every number that it gave out.

// sequenceStep is up to how many numbers are taken out of a sequence one by one,
// which goes well with others who take numbers at the same time. To jump over
// more, it is set: others cannot take so many meanwhile.
const sequenceStep = 1000

// passKey makes the sequence of the model's key go on behind key, a key that the
// program gave.
func (p *plan) passKey(ctx context.Context, h database.Handle, key int64) error {
	if key <= 0 || p.key == nil || !p.key.auto || !p.b.dialect.Features().Returning {
		return nil
	}
	text, err := p.b.texts.get(append([]byte("q\x00"), p.table...), func() (string, error) {
		const last = "greatest(pg_sequence_last_value(q.s), 0)"
		return fmt.Sprintf("SELECT CASE WHEN "+last+" >= q.v THEN 0 WHEN q.v - "+last+" > %d THEN setval(q.s, q.v) "+
			"ELSE (SELECT count(CASE WHEN g.n > 0 THEN nextval(q.s) END) FROM generate_series(1, q.v - "+last+") AS g(n)) END "+
			"FROM (SELECT CAST(seqrelid AS regclass) AS s, least(CAST($1 AS bigint), seqmax) AS v FROM pg_sequence "+
			"WHERE seqrelid = CAST(pg_get_serial_sequence(%s, %s) AS regclass) AND seqincrement > 0) AS q "+
			"WHERE has_sequence_privilege(CAST(q.s AS oid), 'UPDATE')",
			sequenceStep, literal(database.Quote(p.table)), literal(p.key.column)), nil
	})
	if err != nil {
		return err
	}
	if _, err := h.Exec(ctx, text, key); err != nil {
		return fmt.Errorf("tell the sequence of %s about the key %d: %w", p.table, key, err)
	}
	return nil
}

// passKeys is passKey for rows that have a key.
func (b bulk) passKeys(ctx context.Context, h database.Handle, given []int) error {
	if b.p.key == nil || !b.p.key.auto {
		return nil
	}
	var most int64
	for _, i := range given {
		most = max(most, *b.autoKey(i))
	}
	return b.p.passKey(ctx, h, most)
}
