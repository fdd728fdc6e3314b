package module

import "context"

// Base is embedded in a module that uses what the site gives to it: its
// methods then have the database as m.DB, and m.Render, m.URL, m.Now and the
// other members of [Host]. They may be used from Start on, not before.
//
// A module with a Start of its own calls that of Base first. A value belongs to
// one site at a time: two sites that run at once have a module value each.
type Base struct{ *Host }

// Start keeps the host. It makes the module a [Starter].
func (b *Base) Start(_ context.Context, h *Host) error {
	b.Host = h
	return nil
}
