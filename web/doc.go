// Package web routes requests to handlers that return errors.
//
// A [Router] collects routes; [Router.Build] checks them all and returns a
// [Mux], an immutable [http.Handler] that also builds URLs from route names:
//
//	r := web.NewRouter()
//	r.Get("/", b.index).Name("index")
//	r.Get("/{year:int}/{month:int}/{slug}/", b.post).Name("post")
//	r.Wrap(auth.LoginRequired).Post("/comment", b.comment).Name("comment")
//	mux, err := r.Build(web.BuildConfig{})
//
// # Patterns
//
// A pattern begins with a slash and is written unescaped. Between two slashes
// there is literal text or one parameter, which may have literal text before
// and after it: /feed/{slug}.xml, /page-{n:int}. A parameter is {name} or
// {name:converter} with one of these converters:
//
//	str    any text without a slash (the default)
//	int    decimal digits without a sign, at most 9223372036854775807
//	slug   ASCII letters, digits, hyphens and underscores
//	uuid   the canonical form, 8-4-4-4-12 hexadecimal digits
//	path   the rest of the path with its slashes, as the whole last segment
//
// Where several patterns match, the first segment in which they differ
// decides: text alone beats a parameter, more literal text around a parameter
// beats less, int and uuid beat slug, slug beats str, and path comes last. A
// route that does not answer the request's method is skipped. The order of
// registration never matters; two routes that no rule tells apart are an error
// from Build.
//
// # Requests
//
// A path is split at its slashes as they were sent and each segment is decoded
// once, so %2F never makes a new segment and matches no parameter. Paths with
// control characters, invalid UTF-8 or the segments . and .. match nothing.
// HEAD is answered by the GET route, OPTIONS with the methods allowed. A GET
// or HEAD of a path that lacks a slash at its end, or has one too many, is
// redirected, unless the handler of the target says that there is nothing.
//
// What a route says of its requests, such as [Route.Deadline], [Route.Stream]
// and [Route.API], is seen by middleware through [RouteOf].
//
// # Errors
//
// Everything that goes wrong reaches one [ErrorHandler]: errors that handlers
// return, paths and methods without a route, refusals by middleware (through
// [Fail]). [Status] is the one table from errors to statuses.
package web
