// Package pagecache keeps whole pages that are the same for all visitors.
//
//	kept := pagecache.Middleware(pagecache.Config{
//		Cache: func() *cache.Cache { return host.Cache },
//		For:   10 * time.Minute,
//		Query: []string{"page"},
//	})
//	router.Wrap(kept).Get("/posts/", list)
//
// # What a page may depend on
//
// The handler of such a route is given a request that has nothing but what the key of the page
// is made of: method GET, scheme, host and path, the parameters of the query and the headers that
// [Config] names, and in its context the language and the time zone. It has no cookies, no other headers and no address of a
// visitor. So what it makes can depend on nothing that another visitor has not as well,
// whatever anybody sends.
//
// What middleware has put into the context stays there: a session knows its visitor. But what
// reads a session, or an account in it, calls [web.MarkPersonal], and such an answer is
// never kept; neither is one that sets a cookie or whose Cache-Control says private, no-store or
// no-cache. Middleware that puts what it knows of a visitor into the context by other means
// must call MarkPersonal when it does so.
//
// # What is kept
//
// Answers with status 200 to GET and HEAD of requests without Authorization. A page is kept
// before nonces are filled in, so each visitor gets a new one. s-maxage, max-age and Expires of
// the handler shorten the time. The answer gets an ETag and, if it was kept, Age.
// Conditional requests get 304.
//
// A handler names what the page shows by [cache.Tag], and whoever changes that invalidates the tag.
// Of many who ask for a page that is not there, one computes; one that is too old is served for a
// while, and made again in the background with the request of the one who found it.
package pagecache
