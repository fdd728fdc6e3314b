package oidc

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/messages"
)

// What happens to identities, as events of accounts.
const (
	Linked   auth.EventKind = "identity linked"
	Unlinked auth.EventKind = "identity unlinked"
)

var (
	listPage    = templates.Page[listData]("oidc/list.html")
	linkPage    = templates.Page[linkData]("oidc/link.html")
	changedMail = templates.Page[mailData]("oidc/mail/changed.html")
)

// listData is what the page of identities shows.
type listData struct {
	Identities []shownIdentity
	Providers  []Choice // that can be linked
	Full       bool     // no more can be linked
}

type shownIdentity struct {
	Identity
	Label string
	Last  bool // the only way of its user to log in, which cannot be removed
}

// linkData asks whether two accounts are to be linked.
type linkData struct {
	Provider, Account string
	User              *auth.User
}

// mailData is what mails are made of.
type mailData struct {
	Name     string // "" for somebody without an account
	Event    auth.EventKind
	Provider string
	Account  string // the address there, "" for none
	Link     string // absolute, of mails about an address that somebody has entered
}

// identities returns those of a user, the newest last.
func (m *OIDC) identities(ctx context.Context, h database.Handle, user *auth.User) ([]Identity, error) {
	return orm.From[Identity](h).Where(Identities.User.Eq(user.ID)).OrderBy(Identities.ID.Asc()).All(ctx)
}

// own returns the providers by which the user who sent the request can log in.
func (m *OIDC) own(ctx context.Context) ([]Choice, error) {
	user, err := auth.Current(ctx)
	if err != nil || user == nil {
		return nil, err
	}
	all, err := m.identities(ctx, m.DB, user)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(m.choices(), func(c Choice) bool {
		return !slices.ContainsFunc(all, func(id Identity) bool { return id.Provider == c.Name && m.logsIn(id) })
	}), nil
}

// list is the page of the identities of the user.
func (m *OIDC) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	user, err := auth.Current(ctx)
	if err != nil {
		return err
	}
	all, err := m.identities(ctx, m.DB, user)
	if err != nil {
		return err
	}
	ways, err := m.auth.Ways(ctx, m.DB, user)
	if err != nil {
		return err
	}
	data := listData{Providers: m.choices(), Full: len(all) >= m.cfg.Max}
	for _, id := range all {
		data.Identities = append(data.Identities, shownIdentity{id, m.label(id.Provider), ways == 1 && m.logsIn(id)})
	}
	noStore(w)
	return m.Render(w, r, listPage.Data(data))
}

// linkArrival asks a user whether to link the account that they have come with, and links it.
func (m *OIDC) linkArrival(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	user, err := auth.Current(ctx)
	if err != nil {
		return err
	}
	a, p, c, err := m.arrived(r)
	if err != nil {
		return m.fail(w, r, err, "")
	}
	if r.Method != http.MethodPost {
		noStore(w)
		return m.Render(w, r, linkPage.Data(linkData{p.Label, accountOf(a, c), user}))
	}
	if err := m.DB.InTx(ctx, func(ctx context.Context, tx *database.Tx) error { return m.spend(ctx, tx, a) }); err != nil {
		return m.fail(w, r, err, "")
	}
	if err := m.link(ctx, p, user, c); err != nil {
		return m.fail(w, r, err, "")
	}
	return m.linked(w, r, p, a.Next)
}

// accountOf is how somebody knows an account at a provider.
func accountOf(a *Arrival, c Claims) string {
	for _, text := range []string{a.Email, c.Username, a.Name, c.Subject} {
		if text != "" {
			return plain(text, 254)
		}
	}
	return ""
}

// linked tells a user that an account was linked.
func (m *OIDC) linked(w http.ResponseWriter, r *http.Request, p *provider, next string) error {
	if err := messages.Success(r.Context(), i18n.From(r.Context()).T("You can log in with {provider} from now on.", "provider", p.Label)); err != nil {
		return err
	}
	if next != "" {
		return web.Redirect(w, r, next, http.StatusSeeOther)
	}
	return m.goTo(w, r, "oidc:list", "")
}

// remove removes an identity. All other sessions of the user end: that of whoever has got into the
// account at the provider among them.
func (m *OIDC) remove(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	user, err := auth.Current(ctx)
	if err != nil {
		return err
	}
	number, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return fault.Wrap(fault.NotFound, err, "You have no such account linked.")
	}
	err = m.DB.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		if err := m.auth.Lock(ctx, tx, user); err != nil {
			return err
		}
		return m.removeIn(ctx, tx, user, number)
	})
	if fault.KindOf(err) == fault.Conflict {
		if err := messages.Error(ctx, web.Message(ctx, err)); err != nil {
			return err
		}
		return m.goTo(w, r, "oidc:list", "")
	}
	if err != nil {
		return err
	}
	if err := m.auth.LogInAgain(ctx, user); err != nil {
		return err
	}
	if err := messages.Success(ctx, i18n.From(ctx).T("The account is not linked any more. You are logged out everywhere else.")); err != nil {
		return err
	}
	return m.goTo(w, r, "oidc:list", "")
}

func (m *OIDC) removeIn(ctx context.Context, tx *database.Tx, user *auth.User, number int64) error {
	id, ok, err := orm.From[Identity](tx).Where(Identities.ID.Eq(number), Identities.User.Eq(user.ID)).Lookup(ctx)
	if err != nil {
		return err
	}
	if !ok {
		return fault.New(fault.NotFound, "You have no such account linked.")
	}
	if _, err := orm.From[Identity](tx).Where(Identities.ID.Eq(id.ID)).Delete(ctx); err != nil {
		return err
	}
	left, err := m.auth.Ways(ctx, tx, user)
	if err != nil {
		return err
	}
	if left == 0 {
		return fault.New(fault.Conflict, "This is your only way to log in. Choose a password by mail, or link another account first.")
	}
	if err := m.auth.Note(ctx, tx, Unlinked, user, id.Provider); err != nil {
		return err
	}
	if err := m.tell(ctx, tx, user, Unlinked, m.label(id.Provider), id.Email); err != nil {
		return err
	}
	return m.auth.Auth.EndSessions(ctx, tx, user)
}

// tell mails a user what became of an identity.
func (m *OIDC) tell(ctx context.Context, tx *database.Tx, user *auth.User, kind auth.EventKind, provider, account string) error {
	return m.auth.Tell(ctx, tx, user, changedMail.Data(mailData{Name: user.Called(), Event: kind, Provider: provider, Account: account}))
}
