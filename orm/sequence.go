package orm

import (
	"context"
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
