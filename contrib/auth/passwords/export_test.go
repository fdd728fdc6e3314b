package passwords

import "context"

// Occupy runs a computation of one slot.
func Occupy(h *Hasher, ctx context.Context, compute func()) error {
	_, err := h.queue.run(ctx, 0, func() bool { compute(); return true })
	return err
}

// Parse reads a stored hash, and returns its memory in bytes.
func Parse(h *Hasher, encoded string) (memory int64, err error) {
	s, err := h.parse(encoded)
	if err != nil {
		return 0, err
	}
	return s.memory, nil
}

// IsCommon says whether a list has a password.
func IsCommon(list, password string) bool { return isCommon(list, password) }

// Common is the list that is part of the program.
func Common() string { return common }
