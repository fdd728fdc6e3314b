package auth

import (
	"context"
	"errors"
	"net/http"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/forms"
	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/messages"
)

// address is what somebody gives who wants a mail.
type address struct {
	Email string `form:"email,size=254,complete=email" label:"Email address"`
}

// newAccount is what somebody chooses who has proved their address.
type newAccount struct {
	Username string `form:"size=150,complete=username" label:"User name" help:"Others see it. Letters, digits and the signs . + - _ only."`
	Name     string `form:"optional,size=150,complete=name" label:"What should we call you?"`
	Password string `form:"password,size=1024,complete=new-password" label:"Password"`
}

var (
	addressForm    = forms.New[address]()
	signUpPage     = templates.Page[*forms.Bound[address]]("accounts/signup.html")
	accountForm    = forms.New[newAccount]()
	newAccountPage = templates.Page[newAccountData]("accounts/signup_finish.html")

	signUpMail = templates.Page[mailData]("accounts/mail/signup.html")
	knownMail  = templates.Page[mailData]("accounts/mail/known.html")
)

type newAccountData struct {
	Form  *forms.Bound[newAccount]
	Email string
}

// signUp asks for an address, and sends a mail to it, whoever has it. There is no account
// before the link in it was used.
func (a *Auth) signUp(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	form := addressForm.Bind(ctx, address{})
	ok, err := form.Read(r)
	if err != nil {
		return err
	}
	if ok {
		if err := a.startMail(r, form.Value.Email, a.startSignUp); err != nil {
			return err
		}
		return a.goToSent(w, r, toSignUp)
	}
	return a.RenderStatus(w, r, form.Status(), signUpPage.Data(form))
}

func (a *Auth) startSignUp(ctx context.Context, email string) error {
	return a.DB.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		user, err := a.byEmail(ctx, tx, email)
		if err != nil {
			return err
		}
		if user == nil || !user.Active {
			link, err := a.issue(ctx, tx, toSignUp, nil, email)
			if err != nil {
				return err
			}
			return a.mailAddress(ctx, tx, signUpMail, email, link)
		}
		return a.mailLink(ctx, tx, knownMail, toReset, user, "")
	})
}

// byEmail finds the user who has an address, nil if there is none.
func (a *Auth) byEmail(ctx context.Context, h database.Handle, email string) (*User, error) {
	user, ok, err := orm.From[User](h).Where(Users.EmailKey.Eq(Fold(email))).Lookup(ctx)
	if err != nil || !ok {
		return nil, err
	}
	return &user, nil
}

// finishSignUp lets somebody choose a name and a password who has opened the link, and makes
// the account.
func (a *Auth) finishSignUp(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	link, _, err := a.opened(ctx, toSignUp)
	if err != nil {
		return a.linkFailed(w, r, err)
	}
	form := accountForm.Bind(ctx, newAccount{})
	ok, err := form.Read(r)
	if err != nil {
		return err
	}
	if ok {
		user := &User{Username: form.Value.Username, Name: form.Value.Name, Email: link.Email, Active: true}
		err := a.create(ctx, link, user, form.Value.Password)
		switch {
		case err == nil:
			return a.welcome(w, r, user)
		case a.fieldError(form, err):
		case fault.KindOf(err) == fault.Invalid:
			return a.linkFailed(w, r, err)
		default:
			return err
		}
	}
	return a.showLinked(w, r, form.Status(), newAccountPage.Data(newAccountData{form, link.Email}))
}

// create makes the account of a link.
func (a *Auth) create(ctx context.Context, link *Link, user *User, password string) error {
	if err := a.rules(user.Username, user.Email).Check(password); err != nil {
		return &orm.FieldError{Field: "Password", Err: err}
	}
	encoded, err := a.hasher.Hash(ctx, password)
	if err != nil {
		return err
	}
	user.Password = encoded
	return a.DB.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		if err := a.spend(ctx, tx, link); err != nil {
			return err
		}
		if err := orm.Create(ctx, tx, user); err != nil {
			return err
		}
		return a.note(ctx, tx, AccountMade, user, "")
	})
}

// fieldError gives the error of storing a user to the field that it is about.
func (a *Auth) fieldError(form *forms.Bound[newAccount], err error) bool {
	if field, ok := errors.AsType[*orm.FieldError](err); ok {
		switch field.Field {
		case "Username":
			return form.AddError(&form.Value.Username, field.Err)
		case "Name":
			return form.AddError(&form.Value.Name, field.Err)
		case "Password":
			return form.AddError(&form.Value.Password, field.Err)
		}
	}
	if !errors.Is(err, database.ErrUnique) {
		return false
	}
	if e, ok := errors.AsType[*database.Error](err); ok && len(e.Columns) > 0 && e.Columns[0] == "email_key" {
		form.Add(nil, "This address has an account already. Log in with it.")
		return true
	}
	form.Add(&form.Value.Username, "Somebody has this user name already.")
	return true
}

// welcome logs in who has just made an account, in the browser where they have.
func (a *Auth) welcome(w http.ResponseWriter, r *http.Request, user *User) error {
	ctx := r.Context()
	if err := a.LogIn(ctx, user, How{}); err != nil {
		return err
	}
	if err := a.rememberDevice(w, r, user); err != nil {
		return err
	}
	if err := messages.Success(ctx, i18n.From(ctx).T("Welcome, {name}! You are logged in.", "name", user.Called())); err != nil {
		return err
	}
	return web.Redirect(w, r, a.cfg.Home, http.StatusSeeOther)
}
