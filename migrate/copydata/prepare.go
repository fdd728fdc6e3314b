package copydata

import (
	"context"
	"fmt"
	"slices"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/schema"
)

// prepare finds out what the target is and makes its tables if it has none. The
// state is nil in a dry run into a target where nothing was begun.
func (c *copier) prepare(ctx context.Context) (*state, error) {
	s, err := readState(ctx, c.to)
	if err != nil {
		return nil, err
	}
	if s == nil {
		if s, err = c.start(ctx); s == nil || err != nil {
			return nil, err
		}
	} else {
		c.report.Resumed = true
		if s.whole.at != c.from.URL() {
			return nil, fault.Newf(fault.Invalid, "the target %s holds a copy of another database, %s; go on with that one, or copy to a database that is empty", c.to.URL(), s.whole.at)
		}
		if s.whole.phase != phaseDone {
			c.Log("going on with a copy that was begun before")
		}
	}
	if s.whole.phase == phaseTables && !c.DryRun {
		if err := c.runner(c.to).Apply(ctx, migrate.Target{}); err != nil {
			return nil, fmt.Errorf("migrate the target: %w", err)
		}
	}
	if s.whole.phase != phaseTables || !c.DryRun {
		if err := c.targetSettled(ctx); err != nil {
			return nil, err
		}
	}
	if s.whole.phase == phaseDone {
		c.report.Finished = true
		for _, t := range c.tables {
			p := s.tables[t.Name]
			c.report.Tables = append(c.report.Tables, Table{t.Name, p.rows, p.sum})
		}
	}
	return s, nil
}

func (c *copier) targetSettled(ctx context.Context) error {
	if err := c.runner(c.to).Settled(ctx, c.to); err != nil {
		return fmt.Errorf("the target is not at the migrations of this program; copy to a database that is empty, or migrate it: %w", err)
	}
	return nil
}

// start looks at a target where no copy was begun, and begins one.
func (c *copier) start(ctx context.Context) (*state, error) {
	empty, err := c.runner(c.to).Empty(ctx)
	if err != nil {
		return nil, err
	}
	first := phaseTables
	if !empty {
		first = phaseReady
		if err := c.targetSettled(ctx); err != nil {
			return nil, err
		}
		for _, t := range c.tables {
			n, err := count(ctx, c.to, t.Name)
			if err != nil {
				return nil, err
			}
			if n > 0 {
				return nil, fault.Newf(fault.Conflict, "the target %s is not empty: its table %s has %s; nothing was copied", c.to.URL(), t.Name, rows(n))
			}
		}
	}
	if c.DryRun {
		return nil, nil
	}
	var s *state
	err = c.to.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		s, err = createState(ctx, tx, c.from.URL(), first)
		return err
	})
	if err != nil {
		if other, _ := readState(ctx, c.to); other != nil {
			return nil, errTaken // it was faster
		}
	}
	return s, err
}

// unchecked are transactions on the target in which a row may refer to one that
// is not there yet. On PostgreSQL the foreign keys are dropped meanwhile.
var unchecked = database.TxOptions{ForeignKeysUnchecked: true}

// begin empties the tables of what migrations put into them, puts off the
// foreign keys, and records that every table is at its beginning.
func (c *copier) begin(ctx context.Context, s *state) error {
	if s.whole.phase == phaseRows {
		if len(s.tables) != len(c.tables) || slices.ContainsFunc(c.tables, func(t schema.Table) bool { return s.tables[t.Name].name == "" }) {
			return fault.Newf(fault.Conflict, "the copy in the target %s was begun by a program with other tables; go on with that one, or copy to a database that is empty", c.to.URL())
		}
		return nil
	}
	return c.to.InTxWith(ctx, unchecked, func(ctx context.Context, tx *database.Tx) error {
		next := s.whole
		next.phase = phaseRows
		if err := s.move(ctx, tx, s.whole, next); err != nil {
			return err
		}
		if err := c.alterKeys(ctx, tx, true); err != nil {
			return err
		}
		for _, t := range c.tables {
			if err := empty(ctx, tx, t.Name); err != nil {
				return err
			}
			p := progress{name: t.Name, phase: phaseRows, sum: new(checksum).String()}
			if err := s.insert(ctx, tx, p); err != nil {
				return err
			}
			s.tables[t.Name] = p
		}
		s.whole = next
		return nil
	})
}

// alterKeys drops the foreign keys that the target has, or adds those that it
// lacks, where a transaction cannot do without them.
func (c *copier) alterKeys(ctx context.Context, tx *database.Tx, drop bool) error {
	d := c.to.Dialect()
	if d.Features().NoForeignKeys {
		return nil
	}
	live, err := d.Editor().Inspect(ctx, tx)
	if err != nil {
		return err
	}
	for _, t := range c.tables {
		have, _ := live.Table(t.Name)
		now, then := t.Clone(), t.Clone()
		now.ForeignKeys = slices.DeleteFunc(now.ForeignKeys, func(f schema.ForeignKey) bool {
			_, ok := have.ForeignKey(f.Name)
			return !ok
		})
		if drop {
			then.ForeignKeys = nil
		}
		stmts, err := d.Editor().AlterTable(ctx, tx, database.Alteration{From: now, To: then})
		if err != nil {
			return err
		}
		for _, q := range stmts {
			if _, err := tx.Exec(ctx, q); err != nil {
				return fmt.Errorf("table %s: %w, in the statement: %s", t.Name, err, q)
			}
		}
	}
	return nil
}

func empty(ctx context.Context, h database.Handle, table string) error {
	if _, err := h.Exec(ctx, "DELETE FROM "+database.Quote(table)); err != nil {
		return fmt.Errorf("empty table %s: %w", table, err)
	}
	return nil
}
