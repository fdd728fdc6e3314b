package auth

import (
	"net/http"

	"github.com/volaweb/vola/templates"
)

var accountPage = templates.Page[*User]("accounts/account.html")

// account is the page from which people change what is theirs.
func (a *Auth) account(w http.ResponseWriter, r *http.Request) error {
	user, err := Current(r.Context())
	if err != nil {
		return err
	}
	noStore(w)
	return a.Render(w, r, accountPage.Data(user))
}
