package auth

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/forms"
	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web/messages"
)

// newToken is what somebody says of a token.
type newToken struct {
	Name   string   `form:"size=100" label:"Name" help:"What is it for?"`
	Scopes []string `form:"" label:"What does it allow?"`
	Days   int      `form:"min=1,max=366" label:"For how many days?"`
}

var (
	tokenForm  = forms.New[newToken]()
	tokensPage = templates.Page[tokensData]("accounts/tokens.html")
	tokenPage  = templates.Page[tokenData]("accounts/token.html")
)

type tokensData struct {
	Form   *forms.Bound[newToken]
	Tokens []Token
}

type tokenData struct {
	Name, Secret string
	Expires      time.Time
}

// tokens lists the tokens of the user, and makes one, which it shows once.
func (a *Auth) tokens(w http.ResponseWriter, r *http.Request) error {
	if len(a.cfg.Scopes) == 0 {
		return fault.New(fault.NotFound, "This site has no tokens.")
	}
	ctx := r.Context()
	user, err := Current(ctx)
	if err != nil {
		return err
	}
	form := tokenForm.Bind(ctx, newToken{Days: 90})
	var choices []forms.Choice
	for _, s := range a.cfg.Scopes {
		choices = append(choices, forms.Choice{Value: s.Name, Label: i18n.From(ctx).T(s.Help)})
	}
	if err := form.Choose(&form.Value.Scopes, choices...); err != nil {
		return err
	}
	if err := require(form, "scopes"); err != nil {
		return err
	}
	ok, err := form.Read(r)
	if err != nil {
		return err
	}
	status := form.Status()
	if ok {
		secret, t, err := a.CreateToken(ctx, a.DB, user, form.Value.Name, a.Now().Add(time.Duration(form.Value.Days)*24*time.Hour), form.Value.Scopes...)
		if err == nil {
			noStore(w)
			return a.Render(w, r, tokenPage.Data(tokenData{t.Name, secret, t.Expires}))
		}
		if status, err = a.shown(w, form, nil, err); err != nil {
			return err
		}
	}
	all, err := orm.From[Token](a.DB).Where(Tokens.User.Eq(user.ID)).OrderBy(Tokens.Created.Desc(), Tokens.ID.Desc()).All(ctx)
	if err != nil {
		return err
	}
	noStore(w)
	return a.RenderStatus(w, r, status, tokensPage.Data(tokensData{form, all}))
}

// endToken deletes a token of the user.
func (a *Auth) endToken(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	user, err := Current(ctx)
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return fault.Wrap(fault.NotFound, err, "There is no such token.")
	}
	err = a.DB.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		n, err := orm.From[Token](tx).Where(Tokens.ID.Eq(id), Tokens.User.Eq(user.ID)).Delete(ctx)
		if err != nil || n == 0 {
			return err
		}
		return a.note(ctx, tx, TokenEnded, user, "")
	})
	if err != nil {
		return err
	}
	if err := messages.Success(ctx, i18n.From(ctx).T("The token is removed.")); err != nil {
		return err
	}
	return a.goTo(w, r, "accounts:tokens")
}

// Scope returns what a token allows, for people.
func (t *Token) Scope() string { return strings.ReplaceAll(t.Scopes, " ", ", ") }
