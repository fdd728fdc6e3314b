// Package cache keeps what takes long to compute, for a while.
//
//	var weather = cache.Of[Report]("weather", cache.For(10*time.Minute), cache.Stale(time.Hour))
//
//	report, err := weather.Get(ctx, site.Cache, city, func(ctx context.Context) (Report, error) {
//		return ask(ctx, city)
//	}, "city:"+city)
//
// [Of] declares what is kept and for how long; it is a value, and several caches may have it. A
// [Cache] keeps it in a [Store]: [Memory] is for one process, package dbcache keeps it in the
// database and contrib/rediscache in Redis or Valkey, for several.
//
// Of many who ask for a key that is not there, one computes and the others wait, also those in
// other processes where the store can tell them. What is older than [For] is served for as long as
// [Stale] says while one computes it again. Errors are not kept.
//
// Tags name what a value was made of. [Cache.Invalidate] makes all values with a tag go, and
// whoever asks after it has returned gets none that was computed from what was there before: a value
// that was being computed is returned to those who waited for it, and not kept. What is
// computed inside another computation gives its tags to it. Inside a site Host.Invalidate does it
// when a transaction is committed, and so does writing rows of a model with orm.Invalidates.
package cache
