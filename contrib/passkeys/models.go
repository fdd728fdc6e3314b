package passkeys

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/orm"
)

// Credential is a passkey of a user. It holds no secret.
type Credential struct {
	ID   int64
	User orm.Ref[auth.User] `db:"on_delete=cascade"`
	Name string             `db:"size=100"` // as the user calls it
	Hash string             `db:"size=43,unique"`
	// Handle is what the device knows the user by: 32 random bytes, the same for all of their
	// passkeys.
	Handle string `db:"size=43"`
	// Record is the public key with all that belongs to it, as JSON of the library.
	Record   string     `json:"-"`
	Created  time.Time  `db:"auto_now_add"`
	LastUsed *time.Time // nil for never
	// Changed is when the passkey was first used after its device began to store it in a cloud;
	// it logs nobody in until the user has accepted that. Nil for one that is as it was made.
	Changed *time.Time
	// Suspect is when the counter of the passkey first did not rise, so that somebody may have a
	// copy of it. Nil for never.
	Suspect *time.Time
}

// Internal says that only the program uses the rows; see module.Internal.
func (*Credential) Internal() {}

// Refused reports whether the passkey logs its user in no more, whatever they do: it is of staff,
// and somebody may have a copy of it.
func (c *Credential) Refused(user *auth.User) bool {
	return c.Suspect != nil && (user.Staff || user.Superuser)
}

// Ceremony is what a browser was asked to sign.
type Ceremony struct {
	Hash    string              `db:"size=43,primary_key"` // SHA-256 of what the browser sends back
	Kind    string              `db:"size=20"`             // what it is for
	Browser string              `db:"size=43"`             // SHA-256 of what the session knows
	User    *orm.Ref[auth.User] `db:"on_delete=cascade"`   // who adds a passkey, nil for a log-in
	Name    string              `db:"size=100"`            // of the passkey
	Session string              `json:"-"`                 // SessionData of the library, whole, as JSON
	Expires time.Time           `db:"index"`
}

// Internal says that only the program uses the rows; see module.Internal.
func (*Ceremony) Internal() {}

// record returns what the library knows of the passkey.
func (c *Credential) record() (webauthn.Credential, error) {
	var out webauthn.Credential
	if err := json.Unmarshal([]byte(c.Record), &out); err != nil {
		return out, fmt.Errorf("read passkey %d: %w", c.ID, err)
	}
	return out, nil
}

// keep puts what the library knows into the passkey.
func (c *Credential) keep(record *webauthn.Credential) error {
	raw, err := json.Marshal(record)
	if err != nil {
		return fmt.Errorf("store passkey %q: %w", c.Name, err)
	}
	c.Record = string(raw)
	return nil
}

// handle returns what the device knows the user by.
func (c *Credential) handle() ([]byte, error) { return base64.RawURLEncoding.DecodeString(c.Handle) }
