package migrate

import (
	"context"
	"fmt"
	"io"
	"time"
)

// Status is a migration and whether a database has it.
type Status struct {
	Migration *Migration
	Applied   bool
	// Done is how many of the operations were done, where the migration is
	// not atomic and was interrupted.
	Done int
	// At and Version say when it was applied and by which version of the
	// program; they are zero when it was not, or when the migrations that it
	// replaces were.
	At      time.Time
	Version string
}

// List returns the state of all migrations, in the order in which they are
// applied.
func (r *Runner) List(ctx context.Context) ([]Status, error) {
	h, err := r.history(ctx, r.DB)
	if err != nil {
		return nil, err
	}
	var out []Status
	for _, m := range r.Graph.order {
		rec := h.records[m.Ref()]
		out = append(out, Status{Migration: m, Applied: h.applied(m), Done: h.done(m), At: rec.at, Version: rec.version})
	}
	return out, nil
}

// WriteList writes the list for people: modules in order, and for each
// migration a cross when it is applied.
func WriteList(w io.Writer, list []Status) error {
	module := ""
	var modules []string
	by := map[string][]Status{}
	for _, s := range list {
		m := s.Migration.Module
		if len(by[m]) == 0 {
			modules = append(modules, m)
		}
		by[m] = append(by[m], s)
	}
	for _, m := range modules {
		for _, s := range by[m] {
			if m != module {
				module = m
				if _, err := fmt.Fprintln(w, m); err != nil {
					return err
				}
			}
			mark, note := " ", ""
			if s.Applied {
				mark = "x"
				if !s.At.IsZero() {
					note = "  " + s.At.UTC().Format("2006-01-02 15:04")
				}
			} else if s.Done > 0 {
				mark, note = "-", fmt.Sprintf("  interrupted after %d of %d operations", s.Done, len(s.Migration.Operations))
			}
			if _, err := fmt.Fprintf(w, " [%s] %s%s\n", mark, s.Migration.Name, note); err != nil {
				return err
			}
		}
	}
	return nil
}

// WritePlan writes what is going to be done, for people.
func WritePlan(w io.Writer, moves []Move) error {
	for _, m := range moves {
		if _, err := fmt.Fprintln(w, m); err != nil {
			return err
		}
		for i := range m.Operations {
			op := m.Operations[i]
			text := op.String()
			if m.Back {
				op = m.Operations[len(m.Operations)-1-i]
				text = "undo: " + op.String()
			}
			if _, err := fmt.Fprintf(w, "    %s\n", text); err != nil {
				return err
			}
		}
	}
	return nil
}
