package passkeys

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
)

var (
	loginPage   = templates.Page[auth.LogInData]("passkeys/login.html")
	confirmPage = templates.Page[auth.ConfirmData]("passkeys/confirm.html")
	accountPage = templates.Page[auth.AccountData]("passkeys/account.html")
)

// errRefused is the answer to every passkey that is not good, known or not.
func errRefused() error {
	return fault.New(fault.Invalid, "This passkey does not log you in here. Log in in another way.")
}

// beginLogIn answers with what a passkey signs. It does not ask who logs in, so that the answer
// tells nothing of users.
func (p *Passkeys) beginLogIn(w http.ResponseWriter, r *http.Request) error {
	if _, err := web.ReadJSON[map[string]json.RawMessage](r); err != nil { // which no form of another site can send
		return err
	}
	if p.library == nil {
		return errNowhere()
	}
	if err := p.mayBegin(r); err != nil {
		return err
	}
	options, data, err := p.library.BeginDiscoverableLogin()
	if err != nil {
		return fmt.Errorf("begin a log-in by a passkey: %w", err)
	}
	id, err := p.keepCeremony(r.Context(), &Ceremony{Kind: toLogIn}, data)
	if err != nil {
		return err
	}
	noStore(w)
	return web.JSON(w, http.StatusOK, begun{id, options.Response})
}

// finishLogIn logs in who has a passkey. Somebody who is logged in proves again who they are.
func (p *Passkeys) finishLogIn(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	in, err := web.ReadJSON[answer](r)
	if err != nil {
		return err
	}
	_, data, err := p.takeCeremony(ctx, toLogIn, in.Ceremony, nil)
	if err != nil {
		return err
	}
	current, err := auth.Current(ctx)
	if err != nil {
		return err
	}
	user, err := p.prove(ctx, data, in.Response, current)
	if err != nil {
		return err
	}
	var to string
	if current != nil {
		to, err = p.auth.Confirm(r, current, true, in.Next)
	} else {
		to, err = p.auth.Admit(w, r, user, auth.How{Remember: in.Remember, Factor: true}, in.Next)
	}
	if err != nil {
		return err
	}
	return answerTo(w, to)
}

// prove returns the user whose passkey has signed what the browser was asked to sign. current
// is who is logged in, nil for nobody.
func (p *Passkeys) prove(ctx context.Context, data *webauthn.SessionData, response []byte, current *auth.User) (*auth.User, error) {
	parsed, err := protocol.ParseCredentialRequestResponseBytes(response)
	if err != nil {
		p.Log.Info("passkeys: the answer of a browser cannot be read", "error", err, "why", detailOf(err))
		return nil, errRefused()
	}
	var user *auth.User
	var refused error
	// What a refusal notes is stored, so that it is no error of the transaction.
	err = p.DB.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		user, refused = nil, nil
		c, ok, err := orm.From[Credential](tx).Where(Credentials.Hash.Eq(hashOf(parsed.RawID))).ForUpdate(orm.Wait).Lookup(ctx)
		if err != nil {
			return err
		}
		if !ok {
			refused = errRefused()
			return p.auth.Note(ctx, tx, auth.LogInFailed, nil, "passkey")
		}
		u, err := orm.Find[auth.User](ctx, tx, c.User.ID)
		if err != nil {
			return err
		}
		user = &u
		refused, err = p.use(ctx, tx, user, &c, data, parsed, current)
		return err
	})
	return user, errors.Join(err, refused)
}

// use checks a signature and stores that the passkey was used. refused is why it does not log
// in, in words for people.
func (p *Passkeys) use(ctx context.Context, tx *database.Tx, user *auth.User, c *Credential, data *webauthn.SessionData, parsed *protocol.ParsedCredentialAssertionData, current *auth.User) (refused, err error) {
	record, err := p.verify(user, c, data, parsed)
	if err != nil {
		p.Log.Info("passkeys: a passkey does not log in", "user", user, "passkey", c.ID, "error", err, "why", detailOf(err))
		return errRefused(), p.auth.Note(ctx, tx, auth.LogInFailed, user, "passkey")
	}
	switch {
	case current != nil && current.ID != user.ID:
		return fault.New(fault.Invalid, "This is the passkey of another account. Log out first."), nil
	case !user.Active:
		return fault.New(fault.Invalid, "This account is closed. Ask the people who run this site."), nil
	case record == nil: // it is stored in a cloud now
		if c.Changed != nil {
			return errMoved(), nil
		}
		now := p.Now()
		c.Changed = &now
		if err := orm.Update(ctx, tx, c, Credentials.Changed); err != nil {
			return nil, err
		}
		return errMoved(), p.changed(ctx, tx, user, Moved, c.Name)
	case record.Authenticator.CloneWarning:
		p.Log.Warn("passkeys: the counter of a passkey has not risen; somebody may have a copy of it", "user", user, "passkey", c.ID)
		if err := p.suspect(ctx, tx, user, c); err != nil {
			return nil, err
		}
	}
	if c.Refused(user) {
		return errRefused(), nil
	}
	now := p.Now()
	c.LastUsed = &now
	if err := c.keep(record); err != nil {
		return nil, err
	}
	return nil, orm.Update(ctx, tx, c, Credentials.LastUsed, Credentials.Record)
}

// suspect notes that somebody may have a copy of a passkey, and tells its owner the first time.
func (p *Passkeys) suspect(ctx context.Context, tx *database.Tx, user *auth.User, c *Credential) error {
	if c.Suspect != nil {
		return p.auth.Note(ctx, tx, CounterFell, user, c.Name)
	}
	now := p.Now()
	c.Suspect = &now
	if err := orm.Update(ctx, tx, c, Credentials.Suspect); err != nil {
		return err
	}
	return p.changed(ctx, tx, user, CounterFell, c.Name)
}

func errMoved() error {
	return fault.New(fault.Invalid, "This passkey is stored in another way than when you added it, so that it does not log you in. Log in in another way, and accept it on the page of your passkeys.")
}

// verify checks a signature and returns the passkey as it is afterwards: nil if all is right but
// that it can be stored in a cloud now, and could not when it was made.
func (p *Passkeys) verify(user *auth.User, c *Credential, data *webauthn.SessionData, parsed *protocol.ParsedCredentialAssertionData) (*webauthn.Credential, error) {
	record, err := c.record()
	if err != nil {
		return nil, err
	}
	record.Authenticator.CloneWarning = false // of the time before
	moved := !record.Flags.BackupEligible && parsed.Response.AuthenticatorData.Flags.HasBackupEligible()
	if moved {
		record.Flags.BackupEligible = true // to check all else
	}
	handle, err := c.handle()
	if err != nil {
		return nil, err
	}
	after, err := p.library.ValidateDiscoverableLogin(func(_, _ []byte) (webauthn.User, error) {
		return &account{handle, user, []webauthn.Credential{record}}, nil
	}, *data, parsed)
	if err != nil || moved {
		return nil, err
	}
	return after, nil
}
