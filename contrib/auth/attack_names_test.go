package auth_test

import (
	"errors"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/contrib/auth/authtest"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/volatest"
)

// TestNamesThatLookAlike: a user name has no characters that are drawn as nothing, and its key
// has a length that is stored.
func TestNamesThatLookAlike(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *volatest.Client) {
		ann := authtest.User(t, c, "ann")
		ask(c, "/accounts/signup/", "new@example.org")
		c.Get(volatest.Link(t, c.WantMail("new@example.org"), "/accounts/open/signup/"))
		form := c.Get("/accounts/signup/finish/").Form("Make the account")
		for _, name := range []string{"ann\u3164", "\u115fann", "an\u1160n", "ann\uffa0", "ann\ufe0f", "ann\u034f", "ann\u180b", "ann\u17b4", "ann\U000e0101", strings.Repeat("\ufdfa", 20)} {
			form.Fill("User name", name).Fill("Password", another).Press("Make the account").WantStatus(422)
		}
		for _, name := range []string{"a\u2028b", "a\u0085b"} {
			form.Fill("User name", "bob").Fill("What should we call you?", name).Fill("Password", another).Press("Make the account").WantStatus(422)
		}
		form.Fill("User name", "Zoë_हिन्दी").Fill("What should we call you?", "Zoë \u200f").Fill("Password", another).Press("Make the account").WantStatus(303)

		// Another name counts as a new one does, and what is not stored is not looked at.
		ann.Username = "ann\u3164"
		if err := orm.Update(t.Context(), c.DB, ann, auth.Users.Username); err == nil {
			t.Error("the name was changed to one that looks the same")
		} else if field, ok := errors.AsType[*orm.FieldError](err); !ok || field.Field != "Username" {
			t.Error(err)
		}
		if err := orm.Update(t.Context(), c.DB, ann, auth.Users.Staff); err != nil {
			t.Errorf("somebody who has such a name cannot be changed: %v", err)
		}
	})
}

// TestFoldOfTheSameText: two texts that are canonically equivalent have one form.
func TestFoldOfTheSameText(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"İstanbul", "Åsa", "ΐ", "ǅ", "Ṩ", "ﬁ", "K", "ß", "각"} {
		if one, other := auth.Fold(norm.NFC.String(name)), auth.Fold(norm.NFD.String(name)); one != other {
			t.Errorf("%s is %q, and taken apart %q", name, one, other)
		}
	}
}
