package jobs

// Alone makes the runner as one on a machine of its own: only beats say that it lives.
func Alone(r *Runner) { r.placeless = true }
