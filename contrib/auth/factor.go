package auth

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/volaweb/vola/contrib/auth/totp"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/signing"
)

// Factor is the app of a user that makes codes (RFC 6238), the second factor of their log-in.
type Factor struct {
	ID   int64
	User orm.Ref[User] `db:"on_delete=cascade,unique"`
	// Secret is sealed with the key of the site.
	Secret signing.Sealed `db:"size=200" json:"-"`
	// LastStep is that of the code that was used last. Codes up to it are not good any more.
	LastStep int64
	// Confirmed is when the first code of the app was right, nil as long as none was.
	Confirmed *time.Time
}

// Internal says that only the program uses the rows; see module.Internal.
func (*Factor) Internal() {}

// RecoveryCode is one that stands in for the app of a user, once.
type RecoveryCode struct {
	ID   int64
	User orm.Ref[User] `db:"on_delete=cascade"`
	Hash string        `db:"size=64,unique" json:"-"` // SHA-256
}

// Internal says that only the program uses the rows; see module.Internal.
func (*RecoveryCode) Internal() {}

const factorPurpose = signing.Purpose("accounts second factor")

// HasFactor reports whether a user has a second factor, without which nobody is logged in as
// them by a password.
func (a *Auth) HasFactor(ctx context.Context, h database.Handle, user *User) (bool, error) {
	return orm.From[Factor](h).Where(Factors.User.Eq(user.ID), Factors.Confirmed.IsNotNull()).Exists(ctx)
}

// newFactor makes the secret of an app that is not confirmed yet, in place of one that was not
// confirmed either.
func (a *Auth) newFactor(ctx context.Context, user *User) (secret []byte, err error) {
	if secret, err = totp.NewSecret(nil); err != nil {
		return nil, err
	}
	f := Factor{User: orm.RefTo[User](user.ID), Secret: factorPurpose.Seal(a.Signer, strconv.FormatInt(user.ID, 10), string(secret))}
	err = a.DB.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		if _, err := orm.From[Factor](tx).Where(Factors.User.Eq(user.ID), Factors.Confirmed.IsNull()).Delete(ctx); err != nil {
			return err
		}
		return orm.Create(ctx, tx, &f)
	})
	if errors.Is(err, database.ErrUnique) {
		return nil, fault.New(fault.Conflict, "You have a second factor already.")
	}
	return secret, err
}

// factor returns that of a user, nil if there is none, and its secret.
func (a *Auth) factor(ctx context.Context, h database.Handle, user *User) (*Factor, []byte, error) {
	f, ok, err := orm.From[Factor](h).Where(Factors.User.Eq(user.ID)).Lookup(ctx)
	if err != nil || !ok {
		return nil, nil, err
	}
	secret, err := factorPurpose.Open(a.Signer, strconv.FormatInt(user.ID, 10), f.Secret)
	if err != nil {
		return nil, nil, fmt.Errorf("the second factor of user %d: %w", user.ID, err)
	}
	return &f, []byte(secret), nil
}

func errCode() error {
	return fault.New(fault.Invalid, "This code is not right, or was used already. Wait for the next one.")
}

// useCode accepts a code of the app, or a recovery code, of a user who has confirmed one. Each
// is good once: of many who send it at the same time one gets nil, the others errCode.
func (a *Auth) useCode(ctx context.Context, h database.Handle, user *User, code string) error {
	if hash, ok := totp.RecoveryHash(code); ok {
		return a.useRecoveryCode(ctx, h, user, hash)
	}
	f, secret, err := a.factor(ctx, h, user)
	if err != nil {
		return err
	}
	if f == nil || f.Confirmed == nil {
		return errCode()
	}
	return a.useStep(ctx, h, f, secret, code)
}

func (a *Auth) useStep(ctx context.Context, h database.Handle, f *Factor, secret []byte, code string) error {
	step, ok := totp.Step(secret, code, a.Now(), f.LastStep)
	if !ok {
		return errCode()
	}
	n, err := orm.From[Factor](h).Where(Factors.ID.Eq(f.ID), Factors.LastStep.Lt(step)).Update(ctx, Factors.LastStep.Set(step))
	if err != nil {
		return fmt.Errorf("use the code: %w", err)
	}
	if n != 1 {
		return errCode()
	}
	return nil
}

func (a *Auth) useRecoveryCode(ctx context.Context, h database.Handle, user *User, hash string) error {
	return h.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		n, err := orm.From[RecoveryCode](tx).Where(RecoveryCodes.User.Eq(user.ID), RecoveryCodes.Hash.Eq(hash)).Delete(ctx)
		if err != nil {
			return fmt.Errorf("use the recovery code: %w", err)
		}
		if n != 1 {
			return errCode()
		}
		left, err := a.recoveryCodesLeft(ctx, tx, user)
		if err != nil {
			return err
		}
		if err := a.note(ctx, tx, RecoveryUsed, user, ""); err != nil {
			return err
		}
		return a.tellFactor(ctx, tx, user, factorMailData{Event: "recovery", Left: left})
	})
}

func (a *Auth) recoveryCodesLeft(ctx context.Context, h database.Handle, user *User) (int64, error) {
	return orm.From[RecoveryCode](h).Where(RecoveryCodes.User.Eq(user.ID)).Count(ctx)
}

// confirmFactor turns the second factor on when a first code is right, and returns recovery
// codes, which are shown once. All other sessions end.
func (a *Auth) confirmFactor(ctx context.Context, user *User, code string) (codes []string, err error) {
	err = a.DB.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		f, secret, err := a.factor(ctx, tx, user)
		if err != nil {
			return err
		}
		if f == nil || f.Confirmed != nil {
			return fault.New(fault.Conflict, "Begin again: this second factor is on already, or was begun again elsewhere.")
		}
		if err := a.useStep(ctx, tx, f, secret, code); err != nil {
			return err
		}
		if _, err := orm.From[Factor](tx).Where(Factors.ID.Eq(f.ID)).Update(ctx, Factors.Confirmed.Set(a.Now())); err != nil {
			return err
		}
		if codes, err = a.renewRecoveryCodes(ctx, tx, user); err != nil {
			return err
		}
		if err := a.renewStamp(ctx, tx, user); err != nil {
			return err
		}
		if err := a.note(ctx, tx, FactorOn, user, ""); err != nil {
			return err
		}
		return a.tellFactor(ctx, tx, user, factorMailData{Event: "on"})
	})
	return codes, err
}

// renewRecoveryCodes makes new ones. Those of before are not good any more.
func (a *Auth) renewRecoveryCodes(ctx context.Context, tx *database.Tx, user *User) ([]string, error) {
	codes, err := totp.NewRecoveryCodes(nil)
	if err != nil {
		return nil, err
	}
	if _, err := orm.From[RecoveryCode](tx).Where(RecoveryCodes.User.Eq(user.ID)).Delete(ctx); err != nil {
		return nil, err
	}
	rows := make([]RecoveryCode, len(codes))
	for i, code := range codes {
		hash, _ := totp.RecoveryHash(code)
		rows[i] = RecoveryCode{User: orm.RefTo[User](user.ID), Hash: hash}
	}
	return codes, orm.CreateAll(ctx, tx, rows)
}

// RemoveFactor turns the second factor of a user off. All sessions of theirs end.
func (a *Auth) RemoveFactor(ctx context.Context, h database.Handle, user *User) error {
	return h.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		n, err := orm.From[Factor](tx).Where(Factors.User.Eq(user.ID)).Delete(ctx)
		if err != nil {
			return err
		}
		if _, err := orm.From[RecoveryCode](tx).Where(RecoveryCodes.User.Eq(user.ID)).Delete(ctx); err != nil {
			return err
		}
		if err := a.renewStamp(ctx, tx, user); err != nil || n == 0 {
			return err
		}
		if err := a.note(ctx, tx, FactorOff, user, ""); err != nil {
			return err
		}
		return a.tellFactor(ctx, tx, user, factorMailData{Event: "off"})
	})
}

// factorMailData says what became of a second factor.
type factorMailData struct {
	Name  string
	Event string // "on", "off", "codes", "recovery"
	Left  int64  // recovery codes
	Link  string // where the user sees it
}

// tellFactor mails a user what became of their second factor.
func (a *Auth) tellFactor(ctx context.Context, tx *database.Tx, user *User, data factorMailData) error {
	if user.Email == "" {
		return nil
	}
	path, err := a.URLFor(ctx, "accounts:factor")
	if err != nil {
		return err
	}
	data.Name, data.Link = user.Called(), a.Site.BaseURL+path
	return a.SendMail(ctx, tx, factorMail.Data(data), addressOf(user))
}
