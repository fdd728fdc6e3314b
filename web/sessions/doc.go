// Package sessions keeps what a site knows of a visitor from one request to the next.
//
// A value has a name and a type. Handlers read and change it by the context of the request:
//
//	type cart struct{ Items map[int64]int }
//
//	const inCart = sessions.Key[cart]("cart")
//
//	err := inCart.Update(r.Context(), func(c *cart) error {
//		c.Add(id)
//		return nil
//	})
//
// The session is read from the [Store] when a handler first asks for something of it, by one
// statement. It is stored once, when the answer begins, and only if something was changed; an
// answer with a status of 500 and above stores nothing. Requests of one session that run at
// the same time lose no changes: each stores only what it changed, on top of what the others
// have stored, which may run the function of Update again.
//
// A request that asks for nothing costs nothing, and its answer may be cached by everybody.
// An answer that depends on the session says so by itself: "Vary: Cookie" and
// "Cache-Control: private, no-cache", or no-store where the cookie is set. A handler cannot
// make it public.
//
// The cookie holds 256 random bits and nothing else (but for a [Cookie] store). Stores know
// only its SHA-256, so that a copy of the database opens no session. A session has two
// limits: how long it may be idle, and when it ends however much it is used. Both are of each
// session: that of a visitor ends with the browser, while somebody who asked to be remembered
// keeps theirs for 30 days (see [Options]).
//
// [Session.LogIn] and [Session.Renew] change the token. A request that comes late with the
// old token sees no session and sets no cookie, so that it cannot replace the new one; if it ends
// the session, the browser forgets the cookie that it has. After [Session.End] nothing of a request
// that is still at work is stored.
//
// Everything is safe for concurrent use by the goroutines of one request.
package sessions
