package oidc

import (
	"time"

	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/orm"
)

// Identity is an account at a provider that logs a user in.
type Identity struct {
	ID   int64
	User orm.Ref[auth.User] `db:"on_delete=cascade"`
	// Provider is its Name, and Subject what it calls the person, for good. Nothing else says who
	// logs in.
	Provider string `db:"size=30"`
	Subject  string `db:"size=255"`
	// Issuer is that of the provider when the identity was linked. Under another one the subject
	// may be somebody else.
	Issuer string `db:"size=500"`
	// Email is the address that the provider gave last, "" for none. It is shown to the user.
	Email    string     `db:"size=254"`
	Created  time.Time  `db:"auto_now_add"`
	LastUsed *time.Time // nil for never
}

// Internal says that only the program uses the rows; see module.Internal.
func (*Identity) Internal() {}

// Attempt is a log-in that was begun at a provider, and has not come back.
type Attempt struct {
	Hash     string              `db:"size=43,primary_key"` // SHA-256 of the state
	Provider string              `db:"size=30"`
	Kind     string              `db:"size=20"`           // what it is for
	Browser  string              `db:"size=43"`           // SHA-256 of what the browser has
	User     *orm.Ref[auth.User] `db:"on_delete=cascade"` // who links or confirms, nil for a log-in
	Nonce    string              `db:"size=43" json:"-"`
	Verifier string              `db:"size=43" json:"-"` // of PKCE
	Next     string              `db:"size=2000"`
	Language string              `db:"size=35"` // the tag of that of the visitor
	Expires  time.Time           `db:"index"`
}

// Internal says that only the program uses the rows; see module.Internal.
func (*Attempt) Internal() {}

// Arrival is somebody whom a provider knows, and for whom there is no user yet. A browser has one.
type Arrival struct {
	Browser  string `db:"size=43,primary_key"` // SHA-256 of what the browser has
	Provider string `db:"size=30"`
	Issuer   string `db:"size=500"`
	Subject  string `db:"size=255"`
	Email    string `db:"size=254"` // "" for none
	// Proved says that the visitor reads the mail at the address: the provider or a link says so.
	Proved bool
	Name   string `db:"size=150"`
	// Username is what the provider calls the person, as a proposal.
	Username string `db:"size=150"`
	// Claims is what the provider has said, as JSON.
	Claims string `json:"-"`
	// Asked is an address that a link was mailed to, and Link the SHA-256 of what is in it.
	Asked   string    `db:"size=254"`
	Link    string    `db:"size=43" json:"-"`
	Next    string    `db:"size=2000"`
	Expires time.Time `db:"index"`
}

// Internal says that only the program uses the rows; see module.Internal.
func (*Arrival) Internal() {}
