// Package oidc lets people log in with an account of another service, by OpenID Connect Core 1.0,
// on top of package auth. It is a Go module of its own, so that sites without it do not have what
// it needs.
//
// A site has both modules:
//
//	accounts := auth.New(auth.Config{})
//	services := oidc.New(oidc.Config{Auth: accounts, Providers: []oidc.Provider{
//		{Name: "acme", Label: "Acme", Issuer: "https://login.acme.example"},
//	}})
//	Modules: []module.Module{accounts, services, shop.New()}
//
// The log-in page has a button for each provider, and people link and remove accounts at /oidc/,
// which the page of their account leads to. What the site is known by at the provider comes from
// the settings OIDC_ACME_CLIENT_ID and OIDC_ACME_SECRET (or OIDC_ACME_SECRET_FILE). The provider
// sends people back to BASE_URL/oidc/acme/callback/, which it must be told.
//
// # Who logs in
//
// A person is known by the name of the provider and the subject that it gives them, never by an
// address. Somebody whom no user is linked with makes an account, if there is sign-up, with an
// address that the provider or a mail has proved. If an account has the address already, they log
// in to it first, and are asked then.
//
// # What it does about attacks
//
// The flow is that of a code, with PKCE (S256), a state and a nonce. What was begun belongs to one
// browser, is good for 15 minutes and deleted before its answer is checked, so that of many copies
// of an answer one counts. The issuer in an answer is compared where there is one (RFC 9207), and
// each provider has its own address to come back to. Tokens must be signed by a key that the site
// need not keep secret; those of another site, another log-in or another time are refused. Calls
// of a provider have 10 seconds and 1 MiB, and follow no redirect.
package oidc
