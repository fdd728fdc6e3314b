package postgres

import "context"

// Reads is reads, for its test.
func Reads(q string) bool { return reads(q) }

// Gate is a gate, for its test.
type Gate struct{ *gate }

func NewGate(size int) Gate                    { return Gate{newGate(size)} }
func (g Gate) Enter(ctx context.Context) error { return g.enter(ctx) }
func (g Gate) Leave()                          { g.leave() }
func (g Gate) Shrink(n int)                    { g.shrink(n) }
