package i18n

import (
	"context"
	"time"
)

type zoneKey struct{}

// WithZone returns a context with a time zone, which [Zone] finds.
func WithZone(ctx context.Context, loc *time.Location) context.Context {
	return context.WithValue(ctx, zoneKey{}, loc)
}

// WithZoneFunc is WithZone for a zone that is chosen when Zone asks for it: for
// middleware. choose may be called several times, from several goroutines, and never
// returns nil.
func WithZoneFunc(ctx context.Context, choose func() *time.Location) context.Context {
	return context.WithValue(ctx, zoneKey{}, choose)
}

// Zone returns the time zone of a context: that of the visitor on a site that lets
// visitors choose, else that of the site. Without one it is UTC.
func Zone(ctx context.Context) *time.Location {
	switch loc := ctx.Value(zoneKey{}).(type) {
	case func() *time.Location:
		return loc()
	case *time.Location:
		if loc != nil {
			return loc
		}
	}
	return time.UTC
}

// In returns a time in the zone of a context, to be shown to a visitor.
func In(ctx context.Context, t time.Time) time.Time { return t.In(Zone(ctx)) }
