package migrate

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/volaweb/vola/database"
)

// history is what a database says was done to it, checked against the graph.
type history struct {
	graph   *Graph
	records map[Ref]record
	// newer are migrations that the program does not know and may run with.
	newer []Ref
}

// history reads and checks the records.
func (r *Runner) history(ctx context.Context, h database.Handle) (*history, error) {
	recs, err := records(ctx, h)
	if err != nil {
		return nil, err
	}
	out := &history{graph: r.Graph, records: recs}
	return out, out.check()
}

// check finds migrations that were changed after they had been applied, those
// that are not known, and gaps. Modules that the program does not have any
// more are left alone.
func (h *history) check() error {
	var problems []string
	h.readReplaced()
	for ref, rec := range h.records {
		m := h.graph.byRef[ref]
		switch {
		case m != nil && m.hash() != rec.hash:
			problems = append(problems, fmt.Sprintf("migration %s was changed after it had been applied; put it back as it was and write a new one, or, where migrations were started over, run: migrate --fake %s zero, then: migrate --fake-initial", ref, ref.Module))
		case m == nil && !h.graph.replaced(ref) && slices.Contains(h.graph.modules(), ref.Module):
			if rec.compatible || h.onlyReplaces(rec) {
				h.newer = append(h.newer, ref)
				continue
			}
			problems = append(problems, h.tooNew(rec))
		}
	}
	for _, m := range h.graph.order {
		if _, ok := h.records[m.Ref()]; !ok && !h.applied(m) {
			if old := h.someReplaced(m); old != "" {
				problems = append(problems, fmt.Sprintf("migration %s replaces %s, which the database has, and others that it does not; migrate it with a version of the program from before first", m.Ref(), old))
			}
		}
		if h.done(m) == 0 {
			continue
		}
		for _, d := range h.graph.depends(m) {
			if !h.applied(h.graph.byRef[d]) {
				problems = append(problems, fmt.Sprintf("migration %s is applied, but %s, which it depends on, is not", m.Ref(), d))
			}
		}
	}
	if len(problems) == 0 {
		return nil
	}
	slices.Sort(problems)
	return fmt.Errorf("%s", strings.Join(problems, "\n"))
}

// tooNew says what to do about a migration that the program does not know and
// must not run with.
func (h *history) tooNew(rec record) string {
	by := "a newer version"
	if rec.version != "" {
		by = "version " + rec.version
	}
	to := zeroName
	if known := h.graph.leaves(rec.ref.Module); len(known) > 0 {
		to = known[0]
	}
	return fmt.Sprintf("the database has the migration %s, which this program does not know, and which does not say that older programs may run (Compatible); run %s of the program, which applied it, or undo it with that: migrate %s %s",
		rec.ref, by, rec.ref.Module, to)
}

// refuseNewer keeps an older program from changing tables that it knows only in
// part.
func (h *history) refuseNewer() error {
	if len(h.newer) == 0 {
		return nil
	}
	slices.SortFunc(h.newer, func(a, b Ref) int { return strings.Compare(a.String(), b.String()) })
	return fmt.Errorf("this program is older than the database, which has the migration %s; it may run, but migrations are applied and undone by the newer program", h.newer[0])
}

// readReplaced takes migrations for applied that one which the program does not
// know was recorded in the place of.
func (h *history) readReplaced() {
	for _, rec := range h.records {
		if h.graph.byRef[rec.ref] != nil {
			continue
		}
		for _, name := range rec.replaces {
			ref := Ref{rec.ref.Module, name}
			m := h.graph.byRef[ref]
			if _, ok := h.records[ref]; !ok && m != nil {
				h.records[ref] = record{ref: ref, hash: m.hash(), done: len(m.Operations), total: len(m.Operations), at: rec.at, version: rec.version}
			}
		}
	}
}

// onlyReplaces reports whether the migration did nothing but what others do
// that the program knows.
func (h *history) onlyReplaces(rec record) bool {
	return len(rec.replaces) > 0 && !slices.ContainsFunc(rec.replaces, func(name string) bool { return h.graph.byRef[Ref{rec.ref.Module, name}] == nil })
}

// done returns how many operations of the migration were done. One that
// replaces others counts as done when they all are.
func (h *history) done(m *Migration) int {
	if rec, ok := h.records[m.Ref()]; ok {
		return rec.done
	}
	if len(m.Replaces) > 0 && !slices.ContainsFunc(m.Replaces, func(name string) bool {
		rec, ok := h.records[Ref{m.Module, name}]
		return !ok || rec.partly()
	}) {
		return len(m.Operations)
	}
	return 0
}

// someReplaced returns a migration that m replaces and that was applied, or "".
func (h *history) someReplaced(m *Migration) string {
	for _, name := range m.Replaces {
		if _, ok := h.records[Ref{m.Module, name}]; ok {
			return name
		}
	}
	return ""
}

// applied reports whether all of the migration was done. A migration without
// operations is applied when it is recorded.
func (h *history) applied(m *Migration) bool {
	if rec, ok := h.records[m.Ref()]; ok {
		return !rec.partly()
	}
	return len(m.Replaces) > 0 && h.done(m) == len(m.Operations)
}

// begun reports whether there is something of the migration to undo.
func (h *history) begun(m *Migration) bool {
	_, ok := h.records[m.Ref()]
	return ok || h.applied(m)
}

func (h *history) isDone(m Move) bool {
	if m.Back {
		return !h.begun(m.Migration)
	}
	return h.applied(m.Migration)
}

// steps returns what the next n operations of a migration take, in a database
// to which what h says was done, and how many are done after that. The tables
// are as the applied migrations left them, in whatever order that was: two
// branches may have grown side by side.
func (h *history) steps(m Move, n int) (out []step, done int, err error) {
	s := newState()
	for _, other := range h.graph.order {
		if other == m.Migration {
			continue
		}
		if k := h.done(other); k > 0 {
			part := *other
			part.Operations = other.Operations[:k]
			if _, err := part.steps(s); err != nil {
				return nil, 0, err
			}
		}
	}
	all, err := m.steps(s)
	if err != nil {
		return nil, 0, err
	}
	at := h.done(m.Migration)
	if m.Back {
		to := max(at-n, 0)
		return inverted(all[to:at]), to, nil
	}
	to := min(at+n, len(all))
	return all[at:to], to, nil
}
