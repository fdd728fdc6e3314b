package auth

import (
	"net/http"

	"github.com/volaweb/vola/templates"
)

// AccountData is what the page of an account shows.
type AccountData struct {
	// User has the account.
	*User
	// Tokens says that programs may act for users.
	Tokens bool
}

var accountPage = templates.Page[AccountData]("accounts/account.html")

// account is the page from which people change what is theirs.
func (a *Auth) account(w http.ResponseWriter, r *http.Request) error {
	user, err := Current(r.Context())
	if err != nil {
		return err
	}
	noStore(w)
	return a.Render(w, r, a.pages.Account.Data(AccountData{user, len(a.cfg.Scopes) > 0}))
}
