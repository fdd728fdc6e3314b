// Package passkeys lets people log in with passkeys, on top of package auth: with a phone, a
// password manager or a security key, which proves by a signature who they are (WebAuthn Level 3).
// No secret of theirs is on the site, and a page of another site gets no answer that is good here.
//
// A site has both modules:
//
//	accounts := auth.New(auth.Config{})
//	Modules: []module.Module{accounts, passkeys.New(accounts, passkeys.Config{}), shop.New()}
//
// People add, rename and remove passkeys at /passkeys/, which the page of their account leads to.
// The log-in page has a button, and offers passkeys where the browser fills in the user name.
// Without JavaScript, or in a browser without passkeys, neither that nor adding one is offered.
//
// The device asks for a finger, a face or a PIN, so that a passkey counts as both factors.
//
// # Addresses
//
// A passkey belongs to the host of the setting BASE_URL: on another host it cannot be used, and
// when the host changes everybody needs new ones. Browsers need HTTPS, but for localhost, and take
// no addresses such as 127.0.0.1; a site that is started with --dev at such an address has its
// passkeys at localhost.
//
// # Limits
//
// A user has at most 20 passkeys (Config.Max). What the browser is asked to sign is good for two
// minutes, once, and only in the session that asked for it. A network may begin 60 times in ten
// minutes. A message of a browser has at most 64 KiB, the name of a passkey at most 100
// characters.
//
// # What it does about attacks
//
// What was begun is deleted before its answer is checked, so that of many copies of an answer one
// counts. A passkey that is not known and a signature that is wrong get the same answer. A
// counter that has not risen says that somebody may have a copy of the key: it is noted as an
// event and in the log and mailed to the owner, and staff are refused with that passkey from then
// on, until they have removed it and added another. A passkey that was not stored in a cloud when it
// was made, and now is, does not log in until its owner has accepted that.
package passkeys
