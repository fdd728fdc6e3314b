package auth

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/sessions"
)

// purpose is what a link in a mail is for. It is part of its address.
type purpose string

const (
	toSignUp purpose = "signup" // to make an account
	toReset  purpose = "reset"  // to choose a password in place of one that was forgotten
	toInvite purpose = "invite" // to choose the first password
	toChange purpose = "email"  // to prove a new address
	toRevert purpose = "revert" // to take back a change of the address
	toKeep   purpose = "keep"   // to open a closed account again
	toLogIn  purpose = "login"  // to log in
)

// lifetime is how long links are good for.
func (p purpose) lifetime() time.Duration {
	switch p {
	case toReset, toChange:
		return time.Hour
	case toLogIn:
		return 15 * time.Minute
	case toInvite, toRevert, toKeep:
		return 7 * 24 * time.Hour
	}
	return 24 * time.Hour
}

// route is that of the page where the link is used.
func (p purpose) route() string {
	switch p {
	case toSignUp:
		return "accounts:signup-finish"
	case toReset, toInvite:
		return "accounts:reset-finish"
	case toChange:
		return "accounts:email-finish"
	case toRevert:
		return "accounts:email-revert"
	case toKeep:
		return "accounts:keep"
	case toLogIn:
		return "accounts:magic-finish"
	}
	return ""
}

// Link is one that was mailed to somebody.
type Link struct {
	ID      int64
	Hash    string         `db:"size=43,unique"` // SHA-256 of what the address has
	Purpose string         `db:"size=20"`
	User    *orm.Ref[User] `db:"on_delete=cascade"` // nil for somebody without an account
	// Email is where it was sent, or of one that takes back a change the address of before.
	Email   string    `db:"size=254,index"`
	Stamp   string    `db:"size=22"` // of the user when it was sent
	Browser string    `db:"size=43"` // SHA-256 of what the browser that may use it is known by, "" for any
	Created time.Time `db:"auto_now_add"`
	Expires time.Time `db:"index"`
	Used    *time.Time
}

// Internal says that only the program uses the rows; see module.Internal.
func (*Link) Internal() {}

// hashLink returns what the table has of a secret.
func hashLink(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// issue makes a link and returns its address. It ends those before it for the same purpose
// and user, or address: the newest counts, but of those that are for one browser. It does the same
// work with and without a user.
func (a *Auth) issue(ctx context.Context, tx *database.Tx, p purpose, user *User, email string) (string, error) {
	return a.issueTo(ctx, tx, p, user, email, "")
}

// issueTo is issue of a link that only one browser may use.
func (a *Auth) issueTo(ctx context.Context, tx *database.Tx, p purpose, user *User, email, browser string) (string, error) {
	now := a.Now()
	secret := randomText(32)
	link := Link{Hash: hashLink(secret), Purpose: string(p), Email: email, Expires: now.Add(p.lifetime())}
	if browser != "" {
		link.Browser = hashLink(browser)
	}
	older := []orm.Condition[Link]{Links.Purpose.Eq(string(p)), Links.Used.IsNull()}
	if user != nil {
		link.User, link.Stamp = ref[User](user.ID), user.Stamp
		older = append(older, Links.User.Eq(user.ID))
	} else {
		older = append(older, Links.User.IsNull(), Links.Email.Eq(email))
	}
	// Each link back takes back another change, and one for a browser helps nobody else: if it
	// ended those before it, whoever asks for one could keep its owner from logging in.
	if p != toRevert && browser == "" {
		if _, err := orm.From[Link](tx).Where(older...).Update(ctx, Links.Used.Set(now)); err != nil {
			return "", fmt.Errorf("end the links of before: %w", err)
		}
	}
	if err := orm.Create(ctx, tx, &link); err != nil {
		return "", fmt.Errorf("store the link: %w", err)
	}
	path, err := a.URLFor(ctx, "accounts:open", string(p), secret)
	if err != nil {
		return "", err
	}
	return a.Site.BaseURL + path, nil
}

func errLink() error {
	return fault.New(fault.Invalid, "This link was used already, has expired, was replaced by a newer one, or the account was changed after it was sent. Ask for another.")
}

// find returns a link that is still good, and its user, who is nil for one to sign up. Its error
// for people is that of errLink.
func (a *Auth) find(ctx context.Context, h database.Handle, p purpose, secret string) (*Link, *User, error) {
	link, ok, err := orm.From[Link](h).Where(Links.Hash.Eq(hashLink(secret)), Links.Purpose.Eq(string(p)),
		Links.Used.IsNull(), Links.Expires.Gt(a.Now())).Lookup(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("find the link: %w", err)
	}
	if !ok {
		return nil, nil, errLink()
	}
	if link.User == nil {
		if p != toSignUp { // one that was made so that the work is the same
			return nil, nil, errLink()
		}
		return &link, nil, nil
	}
	user, ok, err := orm.From[User](h).Where(Users.ID.Eq(link.User.ID)).Lookup(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("find the user of the link: %w", err)
	}
	current := user.Active && same(user.Stamp, link.Stamp)
	switch p {
	case toReset, toInvite, toLogIn: // what was mailed to an address says nothing of another one
		current = current && Fold(link.Email) == Fold(user.Email)
	case toRevert: // whoever has changed the address has changed the stamp
		current = true
	case toKeep:
		current = !user.Active && same(user.Stamp, link.Stamp)
	}
	if !ok || !current {
		// Whoever has the link reads the same as of every other that is not good.
		a.Log.Info("auth: a link is not good, as the account was changed or closed after it was sent", "user", link.User.ID, "purpose", p, "sent", link.Created)
		return nil, nil, errLink()
	}
	return &link, &user, nil
}

// spend marks a link as used, in the transaction of what it does. Of two that try at the same
// time one gets errLink, and so does one whose user has got another stamp since the link was
// found: by another link, say, or by whoever takes a change of the address back.
func (a *Auth) spend(ctx context.Context, tx *database.Tx, link *Link) error {
	n, err := orm.From[Link](tx).Where(Links.ID.Eq(link.ID), Links.Used.IsNull()).Update(ctx, Links.Used.Set(a.Now()))
	if err != nil {
		return fmt.Errorf("use the link: %w", err)
	}
	if n != 1 {
		return errLink()
	}
	if link.User == nil || link.Purpose == string(toRevert) {
		return nil
	}
	_, ok, err := orm.From[User](tx).Where(Users.ID.Eq(link.User.ID), Users.Stamp.Eq(link.Stamp)).ForUpdate(orm.Wait).Lookup(ctx)
	if err != nil {
		return fmt.Errorf("find the user of the link: %w", err)
	}
	if !ok {
		return errLink()
	}
	return nil
}

// opened is a link that somebody has opened, as the session has it.
type opened struct {
	Purpose purpose `json:"p"`
	Secret  string  `json:"s"`
}

const inLink = sessions.Key[opened]("_auth.link")

// open takes the secret of a link from its address into the session, and leads to the page that
// has a button: those who look through mails open links, and so nothing happens here. The page
// has no secret in its address that it could tell another site.
func (a *Auth) open(w http.ResponseWriter, r *http.Request) error {
	p := purpose(r.PathValue("purpose"))
	if p.route() == "" || p == toSignUp && !a.cfg.SignUp {
		return fault.New(fault.NotFound, "There is no such page.")
	}
	// What is not a link begins no session.
	if _, _, err := a.find(r.Context(), a.DB, p, r.PathValue("secret")); err != nil {
		return a.linkFailed(w, r, err)
	}
	if err := inLink.Set(r.Context(), opened{p, r.PathValue("secret")}); err != nil {
		return err
	}
	w.Header().Set("Referrer-Policy", "no-referrer")
	return a.goTo(w, r, p.route())
}

// showLinked answers with a page about a link that somebody has opened.
func (a *Auth) showLinked(w http.ResponseWriter, r *http.Request, status int, page templates.Rendering) error {
	noStore(w)
	w.Header().Set("Referrer-Policy", "no-referrer")
	return a.RenderStatus(w, r, status, page)
}

// opened returns the link that the visitor has opened, if it is for one of the purposes.
func (a *Auth) opened(ctx context.Context, purposes ...purpose) (*Link, *User, error) {
	o, err := inLink.Get(ctx)
	if err != nil {
		return nil, nil, err
	}
	for _, p := range purposes {
		if o.Purpose == p {
			return a.find(ctx, a.DB, p, o.Secret)
		}
	}
	return nil, nil, errLink()
}

var (
	sentPage = templates.Page[string]("accounts/sent.html")
	linkPage = templates.Page[badLink]("accounts/link.html")
)

// badLink is what the page about a link that is not good says.
type badLink struct {
	Message   string
	SignUpURL string // "" if nobody can make an account
}

// linkFailed answers somebody whose link is not good; another error is returned.
func (a *Auth) linkFailed(w http.ResponseWriter, r *http.Request, err error) error {
	if fault.KindOf(err) != fault.Invalid {
		return err
	}
	signUp, failed := a.signUpURL(r.Context())
	if failed != nil {
		return failed
	}
	noStore(w)
	return a.RenderStatus(w, r, http.StatusGone, linkPage.Data(badLink{fault.MessageIn(err, a.translate(r.Context())), signUp}))
}

// sent is the page that asks people to look into their mail.
func (a *Auth) sent(w http.ResponseWriter, r *http.Request) error {
	noStore(w)
	return a.Render(w, r, sentPage.Data(r.URL.Query().Get("for")))
}

// goToSent leads to the page of sent, which is the same whoever has asked.
func (a *Auth) goToSent(w http.ResponseWriter, r *http.Request, p purpose) error {
	to, err := a.URLFor(r.Context(), "accounts:sent")
	if err != nil {
		return err
	}
	return web.Redirect(w, r, to+"?for="+string(p), http.StatusSeeOther)
}
