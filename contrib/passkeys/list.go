package passkeys

import (
	"context"
	"net/http"
	"strconv"

	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/forms"
	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/mail"
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
	Form     *forms.Bound[passkeyName]
	Offered  bool // the site has passkeys where it is
	Full     bool // no more can be added
	Last     bool // the only way of somebody to log in, which cannot be removed
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
	Link    string // to the page of passkeys
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
	if len(all) == 1 && all[0].Changed == nil {
		ways-- // without the only one
	}
	noStore(w)
	return p.Render(w, r, listPage.Data(listData{
		Passkeys: all, Form: nameForm.Bind(ctx, passkeyName{}), Offered: partyOf(p.Site).offered(),
		Full: len(all) >= p.cfg.Max, Last: len(all) == 1 && ways == 0,
	}))
}

// change finds the passkey that the path of the request names, and changes it in a transaction in
// which no other change of the user's passkeys is at work.
func (p *Passkeys) change(r *http.Request, change func(ctx context.Context, tx *database.Tx, user *auth.User, c *Credential) error) (*auth.User, error) {
	user, err := auth.Current(r.Context())
	if err != nil {
		return nil, err
	}
	return user, p.DB.InTx(r.Context(), func(ctx context.Context, tx *database.Tx) error {
		if err := lock(ctx, tx, user); err != nil {
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
	if err != nil {
		return err
	}
	return p.backToList(w, r, i18n.From(ctx).T("The passkey has its new name."))
}

// remove removes a passkey. All other sessions of the user end: that of a device which was lost
// among them.
func (p *Passkeys) remove(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	user, err := p.change(r, func(ctx context.Context, tx *database.Tx, user *auth.User, c *Credential) error {
		if _, err := orm.From[Credential](tx).Where(Credentials.ID.Eq(c.ID)).Delete(ctx); err != nil {
			return err
		}
		if others, err := p.auth.Ways(ctx, tx, user); err != nil {
			return err
		} else if others == 0 {
			return fault.New(fault.Conflict, "This is your only way to log in. Choose a password or add another passkey first.")
		}
		if err := p.changed(ctx, tx, user, Removed, c.Name); err != nil {
			return err
		}
		return p.auth.Auth.EndSessions(ctx, tx, user)
	})
	if fault.KindOf(err) == fault.Conflict {
		if err := messages.Error(ctx, web.Message(ctx, err)); err != nil {
			return err
		}
		return p.backToList(w, r, "")
	}
	if err != nil {
		return err
	}
	if err := p.auth.LogInAgain(ctx, user); err != nil {
		return err
	}
	return p.backToList(w, r, i18n.From(ctx).T("The passkey is removed. You are logged out everywhere else. Delete it on the device too."))
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
	if err != nil {
		return err
	}
	return p.backToList(w, r, i18n.From(r.Context()).T("The passkey logs you in again."))
}

// changed notes what became of a passkey, and mails it to the user.
func (p *Passkeys) changed(ctx context.Context, tx *database.Tx, user *auth.User, kind auth.EventKind, name string) error {
	if err := p.auth.Note(ctx, tx, kind, user, name); err != nil || user.Email == "" {
		return err
	}
	path, err := p.URLFor(ctx, "passkeys:list")
	if err != nil {
		return err
	}
	return p.SendMail(ctx, tx, changedMail.Data(mailData{user.Called(), kind, name, p.Site.BaseURL + path}),
		mail.To(mail.Address{Name: user.Name, Address: user.Email}))
}

// backToList leads to the page of passkeys, which shows a message.
func (p *Passkeys) backToList(w http.ResponseWriter, r *http.Request, message string) error {
	if message != "" {
		if err := messages.Success(r.Context(), message); err != nil {
			return err
		}
	}
	to, err := p.URLFor(r.Context(), "passkeys:list")
	if err != nil {
		return err
	}
	return web.Redirect(w, r, to, http.StatusSeeOther)
}

// answerWith tells the script where to go.
func (p *Passkeys) answerWith(w http.ResponseWriter, r *http.Request, route string) error {
	to, err := p.URLFor(r.Context(), route)
	if err != nil {
		return err
	}
	noStore(w)
	return web.JSON(w, http.StatusOK, map[string]string{"to": to})
}
