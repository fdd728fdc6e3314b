package auth

import (
	"context"
	"fmt"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/web/ratelimit"
)

// Event is something about an account that matters when somebody asks what has happened. Events
// are kept for 180 days, also those of users who are deleted.
type Event struct {
	ID int64
	At time.Time `db:"auto_now_add,index"`
	// Kind is one of the EventKind.
	Kind EventKind `db:"size=40"`
	// UserID is whose account it is about, nil for a name that nobody has. It is not a reference,
	// as it stays when the user is deleted.
	UserID *int64 `db:"index"`
	// Network is where the request came from, as packages that count requests name it: an IPv4
	// address, or the first 64 bits of an IPv6 address. "" for a command.
	Network string `db:"size=60"`
	// Detail says more: the name of a token, an address, a permission. It never has a password,
	// a code or a token, nor the name that somebody has typed, who may have typed the password.
	Detail string `db:"size=300"`
}

// EventKind says what has happened.
type EventKind string

// The kinds of events.
const (
	LoggedIn        EventKind = "logged in"
	LogInFailed     EventKind = "log-in failed"
	LogInRefused    EventKind = "log-in refused" // after too many tries
	CodeFailed      EventKind = "code failed"
	LoggedOut       EventKind = "logged out"
	Confirmed       EventKind = "confirmed" // the password was given again
	AccountMade     EventKind = "account made"
	AccountClosed   EventKind = "account closed"
	AccountKept     EventKind = "account kept"
	AccountDeleted  EventKind = "account deleted"
	PasswordSet     EventKind = "password set"
	ResetAsked      EventKind = "reset asked"
	EmailChanged    EventKind = "email changed"
	EmailReverted   EventKind = "email reverted"
	FactorOn        EventKind = "second factor on"
	FactorOff       EventKind = "second factor off"
	RecoveryUsed    EventKind = "recovery code used"
	RecoveryMade    EventKind = "recovery codes made"
	TokenMade       EventKind = "token made"
	TokenEnded      EventKind = "token ended"
	PermissionGiven EventKind = "permission given"
	PermissionTaken EventKind = "permission taken"
)

const keepEvents = 180 * 24 * time.Hour

// note stores an event. user is nil for nobody.
func (a *Auth) note(ctx context.Context, h database.Handle, kind EventKind, user *User, detail string) error {
	e := Event{Kind: kind, Detail: cut(detail, 300)}
	if user != nil {
		e.UserID = &user.ID
	}
	if r := of(ctx); r != nil && r.http != nil {
		e.Network = cut(ratelimit.Address(r.http), 60)
	}
	if err := orm.Create(ctx, h, &e); err != nil {
		return fmt.Errorf("note that somebody %s: %w", kind, err)
	}
	return nil
}

// cut returns the first n characters of a text.
func cut(text string, n int) string {
	for i := range text {
		if n--; n < 0 {
			return text[:i]
		}
	}
	return text
}

// forgetEvents deletes those that are too old, and links that nobody can use any more.
func (a *Auth) forgetOld(ctx context.Context, now time.Time) error {
	if _, err := orm.From[Event](a.DB).Where(Events.At.Lt(now.Add(-keepEvents))).Delete(ctx); err != nil {
		return err
	}
	if _, err := orm.From[Link](a.DB).Where(Links.Expires.Lt(now.Add(-30 * 24 * time.Hour))).Delete(ctx); err != nil {
		return err
	}
	_, err := orm.From[Token](a.DB).Where(Tokens.Expires.Lt(now.Add(-30 * 24 * time.Hour))).Delete(ctx)
	return err
}
