package auth

import "context"

// DeleteClosed does at once what the module does every hour.
func (a *Auth) DeleteClosed(ctx context.Context) error { return a.deleteClosed(ctx) }
