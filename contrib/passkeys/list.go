package passkeys

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/forms"
	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/messages"
)

// What happens to passkeys, as events of accounts.
const (
	Added       auth.EventKind = "passkey added"
	Renamed     auth.EventKind = "passkey renamed"
	Removed     auth.EventKind = "passkey removed"
	Moved       auth.EventKind = "passkey moved to a cloud" // it logs nobody in until it is accepted
	Accepted    auth.EventKind = "passkey accepted"
	CounterFell auth.EventKind = "passkey counter fell" // somebody may have a copy
)

// passkeyName is what somebody calls a passkey.
type passkeyName struct {
	Name string `form:"size=100" label:"Name" help:"By which you know it again, such as that of the device."`
}

var (
	nameForm    = forms.New[passkeyName]()
	listPage    = templates.Page[listData]("passkeys/list.html")
	namePage    = templates.Page[nameData]("passkeys/name.html")
	changedMail = templates.Page[mailData]("passkeys/mail/changed.html")
)

// listData is what the page of passkeys shows.
type listData struct {
	Passkeys []Credential
	User     *auth.User
	Form     *forms.Bound[passkeyName]
	Offered  bool  // the site has passkeys where it is
	Full     bool  // no more can be added
	Last     int64 // the key of the only one that logs in somebody who has no other way, which cannot be removed; 0 for none
}

type nameData struct {
	Form    *forms.Bound[passkeyName]
	Passkey *Credential
}

// mailData says what became of a passkey.
type mailData struct {
	Name    string
	Event   auth.EventKind
	Passkey string
}

// noStore keeps a page of an account out of every cache, that of the browser too.
func noStore(w http.ResponseWriter) { w.Header().Set("Cache-Control", "private, no-store") }

// list is the page of the passkeys of the user.
func (p *Passkeys) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	user, err := auth.Current(ctx)
	if err != nil {
		return err
	}
	all, err := p.of(ctx, p.DB, user)
	if err != nil {
		return err
	}
	ways, err := p.auth.Ways(ctx, p.DB, user)
	if err != nil {
		return err
	}
	noStore(w)
	return p.Render(w, r, listPage.Data(listData{
		Passkeys: all, User: user, Form: nameForm.Bind(ctx, passkeyName{}), Offered: p.at.offered(),
		Full: len(all) >= p.cfg.Max, Last: last(user, all, ways),
	}))
}

// last returns the key of the only passkey that logs in a user who has no other way, 0 if there is none
// or several are left. ways are all of the user.
func last(user *auth.User, all []Credential, ways int64) int64 {
	left := slices.DeleteFunc(slices.Clone(all), func(c Credential) bool { return c.Refused(user) })
	good := slices.DeleteFunc(slices.Clone(left), func(c Credential) bool { return c.Changed != nil })
	if ways > int64(len(good)) { // a password, or what another module has
		return 0
	}
	// One that must be accepted is the last way in only if there is no other.
	if len(good) > 0 {
		left = good
	}
	if len(left) != 1 {
		return 0
	}
	return left[0].ID
}

// count returns how many passkeys log a user in as they are.
func (p *Passkeys) count(ctx context.Context, h database.Handle, user *auth.User) (int64, error) {
	all, err := p.of(ctx, h, user)
	good := slices.DeleteFunc(all, func(c Credential) bool { return c.Changed != nil || c.Refused(user) })
	return int64(len(good)), err
}

// change finds the passkey that the path of the request names, and changes it in a transaction in
// which no other change of the user's passkeys is at work.
func (p *Passkeys) change(r *http.Request, change func(ctx context.Context, tx *database.Tx, user *auth.User, c *Credential) error) (*auth.User, error) {
	user, err := auth.Current(r.Context())
	if err != nil {
		return nil, err
	}
	return user, p.DB.InTx(r.Context(), func(ctx context.Context, tx *database.Tx) error {
		if err := p.auth.Lock(ctx, tx, user); err != nil {
			return err
		}
		c, err := find(ctx, tx, r, user)
		if err != nil {
			return err
		}
		return change(ctx, tx, user, c)
	})
}

// find returns the passkey of a user that the path of the request names.
func find(ctx context.Context, h database.Handle, r *http.Request, user *auth.User) (*Credential, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return nil, fault.Wrap(fault.NotFound, err, "You have no such passkey.")
	}
	c, ok, err := orm.From[Credential](h).Where(Credentials.ID.Eq(id), Credentials.User.Eq(user.ID)).Lookup(ctx)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fault.New(fault.NotFound, "You have no such passkey.")
	}
	return &c, nil
}

// rename gives a passkey another name.
func (p *Passkeys) rename(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	user, err := auth.Current(ctx)
	if err != nil {
		return err
	}
	c, err := find(ctx, p.DB, r, user)
	if err != nil {
		return err
	}
	form := nameForm.Bind(ctx, passkeyName{c.Name})
	ok, err := form.Read(r)
	if err != nil {
		return err
	}
	if !ok {
		noStore(w)
		return p.RenderStatus(w, r, form.Status(), namePage.Data(nameData{form, c}))
	}
	_, err = p.change(r, func(ctx context.Context, tx *database.Tx, user *auth.User, c *Credential) error {
		if c.Name == form.Value.Name {
			return nil
		}
		c.Name = form.Value.Name
		if err := orm.Update(ctx, tx, c, Credentials.Name); err != nil {
			return err
		}
		return p.changed(ctx, tx, user, Renamed, c.Name)
	})
	return p.backToList(w, r, err, i18n.From(ctx).T("The passkey has its new name."))
}

// remove removes a passkey. All other sessions of the user end: that of a device which was lost
// among them.
func (p *Passkeys) remove(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	user, err := p.change(r, func(ctx context.Context, tx *database.Tx, user *auth.User, c *Credential) error {
		all, err := p.of(ctx, tx, user)
		if err != nil {
			return err
		}
		ways, err := p.auth.Ways(ctx, tx, user)
		if err != nil {
			return err
		}
		if c.ID == last(user, all, ways) {
			return fault.New(fault.Conflict, "This is your only way to log in. Choose a password or add another passkey first.")
		}
		if _, err := orm.From[Credential](tx).Where(Credentials.ID.Eq(c.ID)).Delete(ctx); err != nil {
			return err
		}
		if err := p.changed(ctx, tx, user, Removed, c.Name); err != nil {
			return err
		}
		return p.auth.Auth.EndSessions(ctx, tx, user)
	})
	if err == nil {
		err = p.auth.LogInAgain(ctx, user)
	}
	return p.backToList(w, r, err, i18n.From(ctx).T("The passkey is removed. You are logged out everywhere else. Delete it on the device too."))
}

// accept lets a passkey log in again that its device has begun to store in a cloud. That happens
// at most once: what can be stored there cannot become one that cannot.
func (p *Passkeys) accept(w http.ResponseWriter, r *http.Request) error {
	_, err := p.change(r, func(ctx context.Context, tx *database.Tx, user *auth.User, c *Credential) error {
		if c.Changed == nil {
			return nil
		}
		record, err := c.record()
		if err != nil {
			return err
		}
		record.Flags.BackupEligible = true
		if err := c.keep(&record); err != nil {
			return err
		}
		c.Changed = nil
		if err := orm.Update(ctx, tx, c, Credentials.Record, Credentials.Changed); err != nil {
			return err
		}
		return p.changed(ctx, tx, user, Accepted, c.Name)
	})
	return p.backToList(w, r, err, i18n.From(r.Context()).T("The passkey logs you in again."))
}

// changed notes what became of a passkey, and mails it to the user.
func (p *Passkeys) changed(ctx context.Context, tx *database.Tx, user *auth.User, kind auth.EventKind, name string) error {
	if err := p.auth.Note(ctx, tx, kind, user, name); err != nil {
		return err
	}
	return p.auth.Tell(ctx, tx, user, changedMail.Data(mailData{user.Called(), kind, name}))
}

// backToList leads to the page of passkeys, which says what was done, or why it could not be; an
// error that is not about what is stored is returned.
func (p *Passkeys) backToList(w http.ResponseWriter, r *http.Request, err error, done string) error {
	ctx := r.Context()
	switch {
	case err == nil:
		err = messages.Success(ctx, done)
	case fault.KindOf(err) == fault.Conflict:
		err = messages.Error(ctx, web.Message(ctx, err))
	}
	if err != nil {
		return err
	}
	to, err := p.URLFor(ctx, "passkeys:list")
	if err != nil {
		return err
	}
	return web.Redirect(w, r, to, http.StatusSeeOther)
}
