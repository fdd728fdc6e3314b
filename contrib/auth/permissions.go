package auth

import (
	"context"
	"crypto/subtle"
	"fmt"
	"slices"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/orm"
)

func errForbidden() error {
	return fault.New(fault.Forbidden, "You may not do this.")
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// Verb is what somebody does with rows of a model.
type Verb string

// The verbs of every model.
const (
	View   Verb = "view"
	Add    Verb = "add"
	Change Verb = "change"
	Delete Verb = "delete"
)

// Verbs returns the verbs of every model.
func Verbs() []Verb { return []Verb{View, Add, Change, Delete} }

// PermissionFor returns the name of the permission to do something with a model: "shop",
// "product" and Change are "shop.change_product".
func PermissionFor(module, model string, verb Verb) string {
	return module + "." + string(verb) + "_" + model
}

// Permissions returns the permissions that a user has of their own or by a group, sorted and
// each once: all that there are of a superuser, and none of somebody who is not active.
func (a *Auth) Permissions(ctx context.Context, h database.Handle, u *User) ([]string, error) {
	if !u.Active {
		return []string{}, nil
	}
	if u.Superuser {
		return a.allPermissions(), nil
	}
	names, err := orm.Select[string](orm.From[Grant](h).Where(orm.Or(
		Grants.User.Eq(u.ID),
		Grants.Group.Has(Groups.Users.Any(Users.ID.Eq(u.ID))),
	)), Grants.Permission).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the permissions of user %d: %w", u.ID, err)
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// Holder is who can have permissions: a *User or a *Group.
type Holder interface {
	// grant is a permission of the holder, and held the condition on those that they have.
	grant(permission string) *Grant
	held() orm.Condition[Grant]
}

func (u *User) grant(name string) *Grant    { return &Grant{User: ref[User](u.ID), Permission: name} }
func (u *User) held() orm.Condition[Grant]  { return Grants.User.Eq(u.ID) }
func (g *Group) grant(name string) *Grant   { return &Grant{Group: ref[Group](g.ID), Permission: name} }
func (g *Group) held() orm.Condition[Grant] { return Grants.Group.Eq(g.ID) }

func ref[T any](id int64) *orm.Ref[T] {
	r := orm.RefTo[T](id)
	return &r
}

// Allow gives permissions to a user or to a group. Those that they have already stay. An unknown
// name is an error.
func (a *Auth) Allow(ctx context.Context, h database.Handle, who Holder, permissions ...string) error {
	known := a.allPermissions()
	for _, name := range permissions {
		if !slices.Contains(known, name) {
			return fmt.Errorf("auth: no module has the permission %q; the command accounts permissions lists all", name)
		}
	}
	return h.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		have, err := orm.Select[string](orm.From[Grant](tx).Where(who.held()), Grants.Permission).All(ctx)
		if err != nil {
			return err
		}
		for _, name := range permissions {
			if slices.Contains(have, name) {
				continue
			}
			have = append(have, name)
			if err := orm.Create(ctx, tx, who.grant(name)); err != nil {
				return err
			}
			if err := a.noteGrant(ctx, tx, PermissionGiven, who, name); err != nil {
				return err
			}
		}
		return nil
	})
}

// Disallow takes permissions of their own from a user, or from a group. What a user has by a
// group stays.
func (a *Auth) Disallow(ctx context.Context, h database.Handle, who Holder, permissions ...string) error {
	return h.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		for _, name := range permissions {
			n, err := orm.From[Grant](tx).Where(who.held(), Grants.Permission.Eq(name)).Delete(ctx)
			if err == nil && n > 0 {
				err = a.noteGrant(ctx, tx, PermissionTaken, who, name)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// noteGrant stores an event about a permission, of a user, or with the name of a group.
func (a *Auth) noteGrant(ctx context.Context, tx *database.Tx, kind EventKind, who Holder, permission string) error {
	if user, ok := who.(*User); ok {
		return a.note(ctx, tx, kind, user, permission)
	}
	return a.note(ctx, tx, kind, nil, permission+", group "+who.(*Group).Name)
}

// allPermissions returns the names of all permissions of the site, sorted: four of each model,
// and those that modules declare.
func (a *Auth) allPermissions() []string {
	names := make([]string, len(a.permissions))
	for i, p := range a.permissions {
		names[i] = p.Name
	}
	return names
}

// Rule says which rows of a model somebody may do something with: a condition on the rows.
// orm.And[M]() is all of them and orm.Or[M]() none. user is nil for people who are not
// logged in. One rule serves lists, counts, choices and single rows, so that they agree:
//
//	var editing = auth.Rule[Post](func(u *auth.User, verb auth.Verb) orm.Condition[Post] {
//		switch {
//		case u == nil && verb != auth.View:
//			return orm.Or[Post]()
//		...
//	})
type Rule[M any] func(u *User, verb Verb) orm.Condition[M]

// Filter returns the rows of a query that the user who sent the request may do something with.
func (rule Rule[M]) Filter(ctx context.Context, verb Verb, q *orm.Query[M]) (*orm.Query[M], error) {
	u, err := Current(ctx)
	if err != nil {
		return nil, err
	}
	return q.Where(rule(u, verb)), nil
}

// Allows reports whether the user who sent the request may do something with a row, which a
// condition on its key names. It asks the database, in one statement; a row that there is not
// is not allowed.
func (rule Rule[M]) Allows(ctx context.Context, h database.Handle, verb Verb, row orm.Condition[M]) (bool, error) {
	q, err := rule.Filter(ctx, verb, orm.From[M](h))
	if err != nil {
		return false, err
	}
	return q.Where(row).Exists(ctx)
}

// Require returns an error of kind fault.Forbidden if [Rule.Allows] does not.
func (rule Rule[M]) Require(ctx context.Context, h database.Handle, verb Verb, row orm.Condition[M]) error {
	ok, err := rule.Allows(ctx, h, verb, row)
	if err == nil && !ok {
		err = errForbidden()
	}
	return err
}
