package auth

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/volaweb/vola/contrib/auth/totp"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/forms"
	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/messages"
	"github.com/volaweb/vola/web/sessions"
)

// codeInput is a code of an app.
type codeInput struct {
	Code string `form:"size=60,complete=one-time-code" label:"Code" help:"Six digits that your app shows, or one of your recovery codes."`
}

var (
	codeForm   = forms.New[codeInput]()
	codePage   = templates.Page[*forms.Bound[codeInput]]("accounts/code.html")
	factorPage = templates.Page[factorData]("accounts/factor.html")
	setupPage  = templates.Page[setupData]("accounts/factor_new.html")
	codesPage  = templates.Page[[]string]("accounts/factor_codes.html")
	factorMail = templates.Page[factorMailData]("accounts/mail/factor.html")
)

type factorData struct {
	On   bool
	Left int64 // recovery codes
}

type setupData struct {
	Form   *forms.Bound[codeInput]
	Secret string // for typing, in groups of four
}

// pending is somebody who has given the right password and not yet a code.
type pending struct {
	User     int64     `json:"u"`
	Stamp    string    `json:"s"`
	Remember bool      `json:"r"`
	Next     string    `json:"n"`
	At       time.Time `json:"t"`
}

const (
	inPending  = sessions.Key[pending]("_auth.pending")
	pendingFor = 5 * time.Minute
)

// askForCode keeps who has given the right password until they give a code.
func (a *Auth) askForCode(w http.ResponseWriter, r *http.Request, user *User, remember bool, next string) error {
	to, err := a.keepPending(r.Context(), user, remember, next)
	if err != nil {
		return err
	}
	return web.Redirect(w, r, to, http.StatusSeeOther)
}

// keepPending is askForCode without the answer: it returns where the code is asked for.
func (a *Auth) keepPending(ctx context.Context, user *User, remember bool, next string) (to string, err error) {
	if err := inPending.Set(ctx, pending{user.ID, user.Stamp, remember, next, a.Now()}); err != nil {
		return "", err
	}
	return a.URLFor(ctx, "accounts:code")
}

// pendingUser returns who has given the right password a moment ago, nil if nobody has.
func (a *Auth) pendingUser(ctx context.Context) (pending, *User, error) {
	p, err := inPending.Get(ctx)
	if err != nil || p.User == 0 || !isWithin(pendingFor, p.At, a.Now()) {
		return p, nil, err
	}
	user, ok, err := orm.From[User](a.DB).Where(Users.ID.Eq(p.User)).Lookup(ctx)
	if err != nil || !ok || !user.Active || !same(user.Stamp, p.Stamp) {
		return p, nil, err
	}
	return p, &user, nil
}

// code asks for the second factor.
func (a *Auth) code(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, user, err := a.pendingUser(ctx)
	if err != nil {
		return err
	}
	if p.User == 0 { // nobody has given a password
		return a.goTo(w, r, "accounts:login")
	}
	if user == nil {
		if err := messages.Warning(ctx, i18n.From(ctx).T("That took too long. Log in again.")); err != nil {
			return err
		}
		return a.goTo(w, r, "accounts:login")
	}
	form := codeForm.Bind(ctx, codeInput{})
	ok, err := form.Read(r)
	if err != nil {
		return err
	}
	status := form.Status()
	if ok {
		err := a.tryCode(ctx, user, form.Value.Code)
		if err == nil {
			return a.enter(w, r, user, p.Remember, p.Next, true)
		}
		if status, err = a.shown(w, form, &form.Value.Code, err); err != nil {
			return err
		}
	}
	noStore(w)
	return a.RenderStatus(w, r, status, codePage.Data(form))
}

// tryCode counts a try before it is made.
func (a *Auth) tryCode(ctx context.Context, user *User, code string) error {
	tries, err := a.beforeCode(ctx, user)
	if err != nil {
		return err
	}
	if err := a.useCode(ctx, a.DB, user, code); err != nil {
		if fault.KindOf(err) == fault.Invalid {
			err = cmp.Or(a.note(ctx, a.DB, CodeFailed, user, ""), err)
		}
		return err
	}
	return tries.giveBack(ctx)
}

// secondFactor is the page on which people turn their second factor on and off.
func (a *Auth) secondFactor(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	user, err := Current(ctx)
	if err != nil {
		return err
	}
	if r.Method == http.MethodPost {
		switch r.PostFormValue("do") {
		case "codes":
			return a.showNewCodes(w, r, user)
		case "off":
		default:
			return fault.New(fault.Invalid, "Say what to do with the second factor.")
		}
		if err := a.RemoveFactor(ctx, a.DB, user); err != nil {
			return err
		}
		if err := a.logInAgain(ctx, user, false); err != nil {
			return err
		}
		if err := messages.Success(ctx, i18n.From(ctx).T("The second factor is off.")); err != nil {
			return err
		}
		return a.goTo(w, r, "accounts:factor")
	}
	on, err := a.HasFactor(ctx, a.DB, user)
	if err != nil {
		return err
	}
	left, err := a.recoveryCodesLeft(ctx, a.DB, user)
	if err != nil {
		return err
	}
	noStore(w)
	return a.Render(w, r, factorPage.Data(factorData{on, left}))
}

// showNewCodes makes recovery codes and shows them once.
func (a *Auth) showNewCodes(w http.ResponseWriter, r *http.Request, user *User) error {
	var codes []string
	err := a.DB.InTx(r.Context(), func(ctx context.Context, tx *database.Tx) error {
		on, err := a.HasFactor(ctx, tx, user)
		if err == nil && !on {
			err = fault.New(fault.Conflict, "You have no second factor.")
		}
		if err == nil {
			codes, err = a.renewRecoveryCodes(ctx, tx, user)
		}
		if err == nil {
			err = a.note(ctx, tx, RecoveryMade, user, "")
		}
		if err == nil {
			err = a.tellFactor(ctx, tx, user, factorMailData{Event: "codes"})
		}
		return err
	})
	if err != nil {
		return err
	}
	noStore(w)
	return a.Render(w, r, codesPage.Data(codes))
}

// beginFactor makes a secret and leads to the page that shows it.
func (a *Auth) beginFactor(w http.ResponseWriter, r *http.Request) error {
	user, err := Current(r.Context())
	if err != nil {
		return err
	}
	if _, err := a.newFactor(r.Context(), user); err != nil {
		return err
	}
	return a.goTo(w, r, "accounts:factor-new")
}

// setUpFactor shows the secret until a code of the app is right.
func (a *Auth) setUpFactor(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	user, secret, err := a.unconfirmed(ctx)
	if err != nil {
		return err
	}
	if secret == nil {
		return a.goTo(w, r, "accounts:factor")
	}
	form := codeForm.Bind(ctx, codeInput{})
	ok, err := form.Read(r)
	if err != nil {
		return err
	}
	status := form.Status()
	if ok {
		codes, err := a.tryConfirm(ctx, user, form.Value.Code)
		if err == nil {
			if err := a.logInAgain(ctx, user, true); err != nil {
				return err
			}
			noStore(w)
			return a.Render(w, r, codesPage.Data(codes))
		}
		if status, err = a.shown(w, form, &form.Value.Code, err); err != nil {
			return err
		}
	}
	noStore(w)
	return a.RenderStatus(w, r, status, setupPage.Data(setupData{form, grouped(totp.Encode(secret))}))
}

func (a *Auth) tryConfirm(ctx context.Context, user *User, code string) ([]string, error) {
	tries, err := a.beforeCode(ctx, user)
	if err != nil {
		return nil, err
	}
	codes, err := a.confirmFactor(ctx, user, code)
	if err != nil {
		return nil, err
	}
	return codes, tries.giveBack(ctx)
}

// unconfirmed returns the user and the secret of an app that is not confirmed yet.
func (a *Auth) unconfirmed(ctx context.Context) (*User, []byte, error) {
	user, err := Current(ctx)
	if err != nil {
		return nil, nil, err
	}
	f, secret, err := a.factor(ctx, a.DB, user)
	if err != nil || f == nil || f.Confirmed != nil {
		return user, nil, err
	}
	return user, secret, nil
}

// grouped writes a secret in groups of four, for typing.
func grouped(secret string) string {
	var out []byte
	for i := range len(secret) {
		if i > 0 && i%4 == 0 {
			out = append(out, ' ')
		}
		out = append(out, secret[i])
	}
	return string(out)
}

// factorQR is the secret as a picture for the camera of a phone.
func (a *Auth) factorQR(w http.ResponseWriter, r *http.Request) error {
	user, secret, err := a.unconfirmed(r.Context())
	if err != nil {
		return err
	}
	if secret == nil {
		return fault.New(fault.NotFound, "There is no second factor to set up.")
	}
	url, err := totp.URL(a.Site.Name, user.Username, secret)
	if err != nil {
		return err
	}
	png, err := totp.QR(url)
	if err != nil {
		return err
	}
	noStore(w)
	w.Header().Set("Content-Type", "image/png")
	return web.Send(w, r, http.StatusOK, png)
}
