package auth

import (
	"context"
	"net/http"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/forms"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web/sessions"
)

var (
	magicPage       = templates.Page[*forms.Bound[address]]("accounts/magic.html")
	magicFinishPage = templates.Page[*User]("accounts/magic_finish.html")
	magicMail       = templates.Page[mailData]("accounts/mail/magic.html")
)

// inBrowser has what the browser that asked for a link is known by: who opens the link in
// another one, after somebody else has asked for it, is not logged in.
const inBrowser = sessions.Key[string]("_auth.browser")

// magic asks for the address of somebody who wants to log in by a link.
func (a *Auth) magic(w http.ResponseWriter, r *http.Request) error {
	if !a.cfg.MagicLinks {
		return fault.New(fault.NotFound, "This site does not log people in by links.")
	}
	ctx := r.Context()
	form := addressForm.Bind(ctx, address{})
	ok, err := form.Read(r)
	if err != nil {
		return err
	}
	if ok {
		if err := a.startMail(r, form.Value.Email, a.startMagic); err != nil {
			return err
		}
		return a.goToSent(w, r, toLogIn)
	}
	return a.RenderStatus(w, r, form.Status(), magicPage.Data(form))
}

func (a *Auth) startMagic(ctx context.Context, email string) error {
	browser := randomText(16)
	if err := inBrowser.Set(ctx, browser); err != nil {
		return err
	}
	return a.DB.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		user, err := a.byEmail(ctx, tx, email)
		if err != nil {
			return err
		}
		if user == nil || !user.Active {
			return a.mailNobody(ctx, tx, toLogIn, email, browser)
		}
		return a.mailLink(ctx, tx, magicMail, toLogIn, user, browser)
	})
}

// finishMagic logs in who has opened the link, in the browser that asked for it, when the button
// is pressed.
func (a *Auth) finishMagic(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	link, user, err := a.opened(ctx, toLogIn)
	browser := ""
	if err == nil {
		browser, err = inBrowser.Get(ctx)
	}
	if err == nil && (browser == "" || !same(hashLink(browser), link.Browser)) {
		err = fault.New(fault.Invalid, "Open the link in the browser where you have asked for it.")
	}
	if err != nil {
		return a.linkFailed(w, r, err)
	}
	if r.Method != http.MethodPost {
		return a.showLinked(w, r, http.StatusOK, magicFinishPage.Data(user))
	}
	err = a.DB.InTx(ctx, func(ctx context.Context, tx *database.Tx) error { return a.spend(ctx, tx, link) })
	if err != nil {
		return a.linkFailed(w, r, err)
	}
	return a.afterPassword(w, r, user, false, "")
}
