package orm

import (
	"context"
	"errors"
	"fmt"

	"github.com/volaweb/vola/database"
)

// passKey makes the sequence of the model's key go on after key, a key that the
// program gave.
func (p *plan) passKey(ctx context.Context, h database.Handle, key int64) error {
	if key <= 0 || p.key == nil || !p.key.auto {
		return nil
	}
	text, err := p.b.texts.get(append([]byte("q\x00"), p.table...), func() (string, error) {
		return p.b.grammar.PassKey(p.table, p.key.column), nil
	})
	if err != nil {
		return err
	}
	if text == "" {
		return nil
	}
	far, err := isFar(ctx, h, text, key)
	if far && err == nil {
		err = p.jumpKey(ctx, h, key)
	}
	if err != nil {
		return fmt.Errorf("tell the sequence of %s about the key %d: %w", p.table, key, err)
	}
	return nil
}

// isFar runs the statement of PassKey.
func isFar(ctx context.Context, h database.Handle, text string, key int64) (far bool, err error) {
	rows, err := h.Query(ctx, text, key)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	if rows.Next() {
		if err := rows.Scan(&far); err != nil {
			return false, err
		}
	}
	return far, rows.Err()
}

// jumpKey holds the lock of a sequence for one statement: a transaction that kept it
// to its end could deadlock with another that stores rows of two tables in the other
// order.
func (p *plan) jumpKey(ctx context.Context, h database.Handle, key int64) error {
	lock, jump := p.b.grammar.JumpKey(p.table, p.key.column)
	release := errors.New("release the lock")
	err := h.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		for _, text := range [...]string{lock, jump} {
			if _, err := tx.Exec(ctx, text, key); err != nil {
				return err
			}
		}
		return release
	})
	if errors.Is(err, release) {
		return nil
	}
	return err
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
