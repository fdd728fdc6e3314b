package jobs

import "github.com/volaweb/vola/database"

// Alone makes the runner as one on a machine of its own: only beats say that it lives.
func Alone(r *Runner) { r.placeless = true }

// ClaimSQL is the statement that claims jobs of one kind, and DueSQL the one that makes jobs ready.
func ClaimSQL(h database.Handle) string { return claimSQL(h, 1) }

// DueSQL is the statement that makes jobs ready.
func DueSQL(h database.Handle) string { return dueSQL(h) }
