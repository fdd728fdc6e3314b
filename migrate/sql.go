package migrate

import (
	"context"
	"slices"

	"github.com/volaweb/vola/database"
)

// Statements returns the SQL of a migration as it is run on a database of the
// dialect, or with back the SQL that undoes it, for people to read. What only
// the database knows, triggers that are kept for instance, is not in it; Go
// code and what does not apply are comments.
func (g *Graph) Statements(d database.Dialect, m *Migration, back bool) ([]string, error) {
	s := newState()
	for _, other := range g.order {
		if other == m || !slices.Contains(g.below([]*Migration{m}), other) {
			continue
		}
		if _, err := other.steps(s); err != nil {
			return nil, err
		}
	}
	steps, err := m.steps(s)
	if err != nil {
		return nil, err
	}
	if back {
		steps = inverted(steps)
	}
	if !m.NonAtomic {
		steps = merged(steps)
	}
	var out []string
	for _, st := range steps {
		stmts, err := st.statements(context.Background(), nil, d)
		if err != nil {
			return nil, err
		}
		switch {
		case st.kind == runGo:
			stmts = []string{"-- Go code: " + st.name}
		case len(stmts) == 0:
			stmts = []string{"-- nothing to do for: " + m.Operations[st.op].String()}
		}
		out = append(out, stmts...)
	}
	return out, nil
}
