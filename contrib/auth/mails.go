package auth

import (
	"context"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/mail"
	"github.com/volaweb/vola/templates"
)

// mailData is what mails are made of.
type mailData struct {
	Link  string // absolute
	Name  string // "" for somebody without an account
	Email string
}

// mail sends a mail to a user, who has an address.
func (a *Auth) mail(ctx context.Context, h database.Handle, page templates.PageOf[mailData], user *User, link string) error {
	return a.SendMail(ctx, h, page.Data(mailData{link, user.Called(), user.Email}), addressOf(user))
}

func addressOf(user *User) mail.Message {
	return mail.To(mail.Address{Name: user.Name, Address: user.Email})
}

// mailAddress sends a mail to an address of which it is not known whose it is, and so without a
// name, in which somebody could write to people who have not asked.
func (a *Auth) mailAddress(ctx context.Context, h database.Handle, page templates.PageOf[mailData], email, link string) error {
	return a.SendMail(ctx, h, page.Data(mailData{Link: link, Email: email}), mail.To(mail.Address{Address: email}))
}

// mailLink makes a link for a user, and mails it to them.
func (a *Auth) mailLink(ctx context.Context, tx *database.Tx, page templates.PageOf[mailData], p purpose, user *User, browser string) error {
	link, err := a.issueTo(ctx, tx, p, user, user.Email, browser)
	if err != nil {
		return err
	}
	return a.mail(ctx, tx, page, user, link)
}

// mailNobody makes a link that nobody gets, so that the work is the same as for a user, and tells
// an address that there is no account which can log in.
func (a *Auth) mailNobody(ctx context.Context, tx *database.Tx, p purpose, email, browser string) error {
	if _, err := a.issueTo(ctx, tx, p, nil, email, browser); err != nil {
		return err
	}
	return a.mailAddress(ctx, tx, nobodyMail, email, "")
}

// mailAbout tells a user something that leads to a page of accounts; those who have no address are
// not told.
func (a *Auth) mailAbout(ctx context.Context, h database.Handle, page templates.PageOf[mailData], user *User, route string) error {
	if user.Email == "" {
		return nil
	}
	path, err := a.URLFor(ctx, route)
	if err != nil {
		return err
	}
	return a.mail(ctx, h, page, user, a.Site.BaseURL+path)
}
