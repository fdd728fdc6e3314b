package passkeys

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/messages"
	"github.com/volaweb/vola/web/sessions"
)

// account is a user as the library knows them.
type account struct {
	handle  []byte
	user    *auth.User
	records []webauthn.Credential
}

// WebAuthnID is the handle.
func (a *account) WebAuthnID() []byte { return a.handle }

// WebAuthnName is what devices show.
func (a *account) WebAuthnName() string { return a.user.Username }

// WebAuthnDisplayName is what devices show.
func (a *account) WebAuthnDisplayName() string { return a.user.Called() }

// WebAuthnCredentials are the passkeys.
func (a *account) WebAuthnCredentials() []webauthn.Credential { return a.records }

// accountOf returns a user with their passkeys, and a handle of their own if they have none.
func (p *Passkeys) accountOf(ctx context.Context, user *auth.User) (*account, error) {
	all, err := p.of(ctx, p.DB, user)
	if err != nil {
		return nil, err
	}
	a, handle := &account{user: user}, sessions.NewToken()
	for i := range all {
		record, err := all[i].record()
		if err != nil {
			return nil, err
		}
		a.records, handle = append(a.records, record), all[i].Handle
	}
	a.handle, err = base64.RawURLEncoding.DecodeString(handle)
	return a, err
}

// of returns the passkeys of a user, the newest last.
func (p *Passkeys) of(ctx context.Context, h database.Handle, user *auth.User) ([]Credential, error) {
	return orm.From[Credential](h).Where(Credentials.User.Eq(user.ID)).OrderBy(Credentials.ID.Asc()).All(ctx)
}

func (p *Passkeys) errFull() error {
	return fault.New(fault.Conflict, "You have {n} passkeys, and cannot have more. Remove one first.", "n", p.cfg.Max)
}

// beginAdd answers with what the browser makes a passkey of.
func (p *Passkeys) beginAdd(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if p.library == nil {
		return errNowhere()
	}
	form := nameForm.Bind(ctx, passkeyName{})
	if ok, err := form.Read(r); err != nil {
		return err
	} else if !ok {
		return web.JSON(w, form.Status(), map[string]string{"message": form.Problems()[0].Text})
	}
	user, err := auth.Current(ctx)
	if err != nil {
		return err
	}
	a, err := p.accountOf(ctx, user)
	if err != nil {
		return err
	}
	if len(a.records) >= p.cfg.Max {
		return p.errFull()
	}
	if err := p.mayBegin(r); err != nil {
		return err
	}
	options, data, err := p.library.BeginRegistration(a, webauthn.WithExclusions(webauthn.Credentials(a.records).CredentialDescriptors()))
	if err != nil {
		return fmt.Errorf("begin a passkey: %w", err)
	}
	mine := orm.RefTo[auth.User](user.ID)
	id, err := p.keepCeremony(ctx, &Ceremony{Kind: toAdd, User: &mine, Name: form.Value.Name}, data)
	if err != nil {
		return err
	}
	noStore(w)
	return web.JSON(w, http.StatusOK, begun{id, options.Response})
}

// finishAdd stores the passkey that the device has made.
func (p *Passkeys) finishAdd(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	in, err := web.ReadJSON[answer](r)
	if err != nil {
		return err
	}
	user, err := auth.Current(ctx)
	if err != nil {
		return err
	}
	ceremony, data, err := p.takeCeremony(ctx, toAdd, in.Ceremony, user)
	if err != nil {
		return err
	}
	c, err := p.made(user, ceremony, data, in.Response)
	if err != nil {
		return err
	}
	if err := p.store(ctx, user, c); err != nil {
		return err
	}
	if err := messages.Success(ctx, i18n.From(ctx).T("The passkey is added. You can log in with it from now on.")); err != nil {
		return err
	}
	to, err := p.URLFor(ctx, "passkeys:list")
	if err != nil {
		return err
	}
	return answerTo(w, to)
}

// made checks the answer of a device that was asked for a passkey.
func (p *Passkeys) made(user *auth.User, ceremony *Ceremony, data *webauthn.SessionData, response []byte) (*Credential, error) {
	parsed, err := protocol.ParseCredentialCreationResponseBytes(response)
	var record *webauthn.Credential
	if err == nil {
		record, err = p.library.CreateCredential(&account{handle: data.UserID, user: user}, *data, parsed)
	}
	if err != nil {
		p.Log.Warn("passkeys: a passkey was not added, as the answer of the device is not right", "user", user, "error", err, "why", detailOf(err))
		return nil, fault.Wrap(fault.Invalid, err, "The passkey was not added, as the answer of the device is not right. Try again, or another device.")
	}
	c := &Credential{User: orm.RefTo[auth.User](user.ID), Name: ceremony.Name, Hash: hashOf(record.ID), Handle: base64.RawURLEncoding.EncodeToString(data.UserID)}
	return c, c.keep(record)
}

// detailOf returns what the library says about an error to those who look for its cause.
func detailOf(err error) string {
	var e *protocol.Error
	if errors.As(err, &e) {
		return e.DevInfo
	}
	return ""
}

// store stores a new passkey and tells the user.
func (p *Passkeys) store(ctx context.Context, user *auth.User, c *Credential) error {
	err := p.DB.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		if err := p.auth.Lock(ctx, tx, user); err != nil {
			return err
		}
		n, err := orm.From[Credential](tx).Where(Credentials.User.Eq(user.ID)).Count(ctx)
		if err != nil {
			return err
		}
		if n >= int64(p.cfg.Max) {
			return p.errFull()
		}
		if err := orm.Create(ctx, tx, c); err != nil {
			return err
		}
		return p.changed(ctx, tx, user, Added, c.Name)
	})
	if errors.Is(err, database.ErrUnique) {
		return fault.Wrap(fault.Conflict, err, "This passkey is here already.")
	}
	return err
}
