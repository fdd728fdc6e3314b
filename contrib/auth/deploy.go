package auth

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/volaweb/vola/contrib/auth/passwords"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/web/sessions"
)

// Limits of what is found.
const (
	unusedFor  = 365 * 24 * time.Hour // after which a staff account is not used
	factorTime = 7 * 24 * time.Hour   // in which new staff set up a second factor
	mostNamed  = 5                    // users that a finding names
)

// DeployChecks are about accounts in production.
func (a *Auth) DeployChecks() []module.DeployCheck {
	return []module.DeployCheck{
		{ID: "A01", Level: module.LevelError, Title: "a superuser whom everybody guesses", Find: a.findGuessed},
		{ID: "A02", Level: module.LevelWarning, Title: "staff without a second factor", Find: a.findWithoutFactor},
		{ID: "A03", Level: module.LevelWarning, Title: "short passwords", Find: a.findShort},
		{ID: "A04", Level: module.LevelWarning, Title: "passwords hashed in an older way", Find: a.findOldHashes},
		{ID: "A08", Level: module.LevelNote, Title: "staff accounts that nobody uses", Find: a.findUnused},
		{ID: "C03", Level: module.LevelWarning, Title: "sessions that last too long", Find: a.findLong},
	}
}

// findGuessed finds superusers with a name that is tried first and one of the worst passwords.
func (a *Auth) findGuessed(ctx context.Context, h *module.Host) ([]module.Finding, error) {
	if h.DB == nil {
		return nil, nil
	}
	users, err := orm.From[User](h.DB).Where(Users.Superuser.Eq(true), Users.Active.Eq(true)).OrderBy(Users.ID.Asc()).Limit(20).All(ctx)
	if err != nil {
		return nil, err
	}
	var out []module.Finding
	for i := range users {
		u := &users[i]
		if slices.Contains([]string{"admin", "administrator", "root", "superuser", "test", "user"}, u.UsernameKey) {
			out = append(out, module.Finding{Level: module.LevelWarning, Reason: fmt.Sprintf("the superuser %q has a name that is tried first", u.Username),
				Where: "the table accounts_user", Write: "accounts createuser --superuser ANOTHER-NAME"})
		}
		for _, guess := range []string{u.Username, "password", "password123", "123456789012", "changeme", "admin", "secret", "vola", h.Site.Name} {
			if u.Password == "" || guess == "" {
				continue
			}
			ok, _, err := a.hasher.Check(ctx, u.Password, guess)
			if err != nil {
				return nil, fmt.Errorf("try a password of user %d: %w", u.ID, err)
			}
			if ok {
				out = append(out, module.Finding{Reason: fmt.Sprintf("the superuser %q has one of the worst passwords", u.Username),
					Where: "the table accounts_user", Write: "accounts changepassword " + u.Username})
				break
			}
		}
	}
	return out, nil
}

// findWithoutFactor finds staff who have had time to set up a second factor.
func (a *Auth) findWithoutFactor(ctx context.Context, h *module.Host) ([]module.Finding, error) {
	return staff(ctx, h, "log in with a password alone", "each of them sets one up at accounts/factor/",
		Users.Created.Lt(h.Now().Add(-factorTime)), orm.Not(orm.ReverseOf(Factors.User).Any(Factors.Confirmed.IsNotNull())))
}

// findUnused finds staff who have not logged in for a year.
func (a *Auth) findUnused(ctx context.Context, h *module.Host) ([]module.Finding, error) {
	old := h.Now().Add(-unusedFor)
	return staff(ctx, h, "have not logged in for a year", "accounts deactivate USERNAME",
		orm.Or(Users.LastLogin.Lt(old), orm.And(Users.LastLogin.IsNull(), Users.Created.Lt(old))))
}

// staff returns a finding that names the active staff of whom conditions are true.
func staff(ctx context.Context, h *module.Host, what, write string, conditions ...orm.Condition[User]) ([]module.Finding, error) {
	if h.DB == nil {
		return nil, nil
	}
	conditions = append(conditions, Users.Active.Eq(true), orm.Or(Users.Staff.Eq(true), Users.Superuser.Eq(true)))
	names, err := orm.Select[string](orm.From[User](h.DB).Where(conditions...).OrderBy(Users.ID.Asc()).Limit(mostNamed+1), Users.Username).All(ctx)
	if err != nil || len(names) == 0 {
		return nil, err
	}
	if len(names) > mostNamed {
		names[mostNamed] = "others"
	}
	return []module.Finding{{Reason: strings.Join(names, ", ") + " " + what, Where: "the table accounts_user", Write: write}}, nil
}

// findShort finds rules that let short passwords pass.
func (a *Auth) findShort(context.Context, *module.Host) ([]module.Finding, error) {
	f := module.Finding{Where: "auth.Config", Write: fmt.Sprintf("MinPassword: %d,", passwords.MinLengthStrict)}
	switch {
	case a.cfg.MinPassword < passwords.MinLength:
		f.Reason = fmt.Sprintf("passwords of %d characters are found by trying", a.cfg.MinPassword)
	case a.cfg.MinPassword < passwords.MinLengthStrict:
		f.Level = module.LevelNote
		f.Reason = fmt.Sprintf("NIST SP 800-63B-4 asks for %d characters of a password that is the only factor, and %d are asked for", passwords.MinLengthStrict, a.cfg.MinPassword)
	default:
		return nil, nil
	}
	return []module.Finding{f}, nil
}

// findOldHashes finds out whether many passwords are hashed in another way than argon2id.
func (a *Auth) findOldHashes(ctx context.Context, h *module.Host) ([]module.Finding, error) {
	if h.DB == nil || a.cfg.Hashing.Format != passwords.PHC {
		return nil, nil
	}
	with := orm.From[User](h.DB).Where(Users.Password.Ne(""), Users.Active.Eq(true))
	all, err := with.Count(ctx)
	if err != nil || all == 0 {
		return nil, err
	}
	old, err := with.Where(orm.Not(Users.Password.HasPrefix("$argon2id$"))).Count(ctx)
	if err != nil || old*10 <= all {
		return nil, err
	}
	return []module.Finding{{Reason: fmt.Sprintf("%d of %d users have passwords in an older form, which are renewed when they log in", old, all),
		Where: "the table accounts_user", Write: "mail users who do not log in that they choose a new password at accounts/reset/"}}, nil
}

// findLong finds limits of sessions above 90 days.
func (a *Auth) findLong(context.Context, *module.Host) ([]module.Finding, error) {
	var out []module.Finding
	for _, l := range []struct {
		name   string
		limits sessions.Options
		most   time.Duration
	}{{"Remember", a.cfg.Remember, 90 * 24 * time.Hour}, {"Staff", a.cfg.Staff, 24 * time.Hour}} {
		if l.limits.Absolute > l.most || l.limits.Idle > l.most {
			out = append(out, module.Finding{Reason: fmt.Sprintf("who finds a device is still logged in after %v", max(l.limits.Absolute, l.limits.Idle)),
				Where: "auth.Config." + l.name, Write: fmt.Sprintf("%s: sessions.Options{Absolute: %d * time.Hour},", l.name, int(l.most/time.Hour))})
		}
	}
	return out, nil
}
