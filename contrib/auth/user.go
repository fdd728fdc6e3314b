package auth

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"log/slog"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/mail"
	"github.com/volaweb/vola/orm"
)

// User is somebody who can log in.
//
// A project adds what it knows of its users in a model of its own, which refers to this one:
//
//	type Profile struct {
//		User orm.Ref[auth.User] `db:"primary_key,on_delete=cascade"`
//		Bio  string             `form:"textarea,optional" label:"About you"`
//	}
type User struct {
	ID int64
	// Username is what others see and one may log in with. Two that differ only in case, or in
	// forms of the same characters, are one.
	Username string `db:"size=150"`
	// Name is how the user wants to be called; "" for by the Username.
	Name string `db:"size=150"`
	// Email is an address that the user has proved to read, "" for none.
	Email string `db:"size=254"`
	// Password is a hash, "" for none: the user logs in in another way.
	Password string `db:"size=255" json:"-"`
	// Active is false for somebody who may not log in; they are logged out with their next
	// request.
	Active bool
	// Staff may use the admin, as far as their permissions go.
	Staff bool
	// Superuser has all permissions.
	Superuser bool
	// Stamp is in each session and link of the user. It changes with the password and the
	// address, which ends all that have the old one.
	Stamp string `db:"size=22" json:"-"`
	// UsernameKey and EmailKey are what is unique: see [Fold].
	UsernameKey string  `db:"size=150,unique" json:"-"`
	EmailKey    *string `db:"size=254,unique" json:"-"`

	Created   time.Time `db:"auto_now_add"`
	LastLogin *time.Time
	// DeleteAt is when a user is deleted who has closed the account, nil for others.
	DeleteAt *time.Time `db:"index"`

	Groups orm.Many[Group]
}

// Group is a number of users with the same permissions.
type Group struct {
	ID    int64
	Name  string         `db:"size=150,unique"`
	Users orm.Many[User] `db:"reverse=Groups"`
}

// Grant is a permission of a user or of a group.
type Grant struct {
	ID    int64
	User  *orm.Ref[User]  `db:"on_delete=cascade"`
	Group *orm.Ref[Group] `db:"on_delete=cascade"`
	// Permission is its name, such as "shop.change_product".
	Permission string `db:"size=150,index"`
}

// Called returns the name that the user is called by.
func (u *User) Called() string {
	if u.Name != "" {
		return u.Name
	}
	return u.Username
}

// LogValue keeps passwords and addresses out of logs.
func (u *User) LogValue() slog.Value {
	return slog.GroupValue(slog.Int64("id", u.ID), slog.String("username", u.Username))
}

// BeforeSave sets what is unique, and the first stamp.
func (u *User) BeforeSave(_ context.Context, s *orm.Saving) error {
	u.Username, u.Email = norm.NFC.String(strings.TrimSpace(u.Username)), strings.TrimSpace(u.Email)
	u.UsernameKey, u.EmailKey = Fold(u.Username), nil
	if err := u.checkNames(s.Fields); err != nil {
		return err
	}
	if u.Email != "" {
		key := Fold(u.Email)
		u.EmailKey = &key
	}
	if u.Stamp == "" {
		u.Stamp = newStamp()
	}
	return nil
}

// maxUsername is how many characters a user name has, and its key.
const maxUsername = 150

// checkNames refuses names of new users, and new names, that Validate cannot refuse, as there may
// be users who have such a name and must be able to change all else. fields are what is stored,
// nil for all.
func (u *User) checkNames(fields []string) error {
	stored := func(name string) bool { return fields == nil || slices.Contains(fields, name) }
	if stored("Username") {
		switch have := utf8.RuneCountInString(u.UsernameKey); {
		case strings.ContainsFunc(u.Username, isUnseen):
			return &orm.FieldError{Field: "Username", Err: errUsername()}
		case have > maxUsername:
			return &orm.FieldError{Field: "Username", Err: fault.New(fault.Invalid, "Use at most {most} characters; these are {have}.", "most", maxUsername, "have", have)}
		}
	}
	// A mail to somebody with such a name could not be sent.
	if stored("Name") && strings.ContainsFunc(u.Name, func(c rune) bool { return unicode.IsControl(c) || c == '\u2028' || c == '\u2029' }) {
		return &orm.FieldError{Field: "Name", Err: fault.New(fault.Invalid, "The name has characters that are no text.")}
	}
	return nil
}

// isUnseen reports whether a letter or a mark is drawn as nothing, so that two names that differ
// in it look the same.
func isUnseen(c rune) bool {
	return unicode.In(c, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// Validate refuses names that could be taken for another's.
func (u *User) Validate(context.Context) error {
	if err := checkUsername(u.Username); err != nil {
		return &orm.FieldError{Field: "Username", Err: err}
	}
	if u.Email != "" && !isEmail(u.Email) {
		return &orm.FieldError{Field: "Email", Err: fault.New(fault.Invalid, "This is not an email address.")}
	}
	return nil
}

// Fold returns the form of a user name or an address in which two are compared: NFKC, and in
// lower case. Two texts that Unicode says are the same have the same form. It does not make
// letters of two scripts one that look alike.
func Fold(name string) string {
	// As a user name is stored, İ is one character, whose small letter is another than that of an
	// I with a dot above.
	name = norm.NFC.String(strings.TrimSpace(name))
	return strings.ToLower(norm.NFKC.String(strings.ToLower(name)))
}

func errUsername() error {
	return fault.New(fault.Invalid, "A user name has letters, digits and the signs . + - _ only.")
}

// checkUsername returns why a text cannot be a user name. An @ would make it an address.
func checkUsername(name string) error {
	if name = strings.TrimSpace(name); name == "" {
		return fault.New(fault.Invalid, "Choose a user name.")
	}
	for _, c := range name {
		if !unicode.IsLetter(c) && !unicode.IsMark(c) && !unicode.IsDigit(c) && !strings.ContainsRune(".+-_", c) {
			return errUsername()
		}
	}
	return nil
}

// isEmail reports whether mail can be sent to an address.
func isEmail(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Name == "" && a.Address == s
}

// newStamp returns 128 random bits.
func newStamp() string { return randomText(16) }

// randomText returns n random bytes in letters, digits, hyphens and underscores.
func randomText(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // it never fails
	return base64.RawURLEncoding.EncodeToString(b)
}
