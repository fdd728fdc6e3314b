package auth

import (
	"context"

	"github.com/volaweb/vola/contrib/auth/passwords"
)

// DeleteClosed does at once what the module does every hour.
func (a *Auth) DeleteClosed(ctx context.Context) error { return a.deleteClosed(ctx) }

// Hashing returns what the hashing of passwords has done and does.
func (a *Auth) Hashing() passwords.Stats { return a.hasher.Stats() }
