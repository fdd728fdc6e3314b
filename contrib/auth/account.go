package auth

import (
	"net/http"

	"github.com/volaweb/vola/templates"
)

// accountData is who has the account, and what the site offers.
type accountData struct {
	*User
	Tokens bool // programs may act for users
}

var accountPage = templates.Page[accountData]("accounts/account.html")

// account is the page from which people change what is theirs.
func (a *Auth) account(w http.ResponseWriter, r *http.Request) error {
	user, err := Current(r.Context())
	if err != nil {
		return err
	}
	noStore(w)
	return a.Render(w, r, accountPage.Data(accountData{user, len(a.cfg.Scopes) > 0}))
}
