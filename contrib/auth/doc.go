// Package auth lets people log in to a site: users, groups and permissions, guards of
// handlers, and the pages and mails that go with an account.
//
// A site has the module, and its handlers ask who sends a request:
//
//	Modules: []module.Module{auth.New(auth.Config{}), shop.New()}
//
//	r.Wrap(auth.LoginRequired).Get("/orders/", s.orders)
//	r.Wrap(auth.PermissionRequired("shop.change_product")).Post("/products/{id:int}/", s.edit)
//
//	user, err := auth.Current(r.Context())
//
// Templates have the functions user and can:
//
//	{{with user}}{{.Called}}{{else}}<a href="{{url "accounts:login"}}">Log in</a>{{end}}
//	{{if can "shop.change_product"}}...{{end}}
//
// Its routes and tables are those of the module "accounts", so that they do not meet those of
// Django's own in a database that both use. Its pages are the templates accounts/*.html, which
// a project may have its own of.
//
// # What it does about attacks
//
// Passwords are stored as argon2id (see package passwords), and never more of them are hashed
// at once than there are processors. A wrong password, an unknown name and an account without
// a password get the same answer after the same work. Log-in gives the session a new token. A
// new password or address ends all other sessions and links. Links in mails hold 256 random bits,
// of which the database has the SHA-256; they act only when a button is pressed, once, and the
// newest counts. Whoever registers proves first that they read mail at the address; until
// then there is no account.
package auth
