package auth

import (
	"context"
	"errors"
	"fmt"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
)

// groupCommands are those about who is in which group.
func (a *Auth) groupCommands() []module.Command {
	return []module.Command{
		{
			Name: "groups", Args: "[USERNAME]", Help: "list all groups with their number of users, or those of a user",
			Run: a.listGroups,
		},
		{
			Name: "join", Args: "USERNAME GROUP", Help: "put a user into a group, which gets its permissions by accounts allow --group",
			Run: func(ctx context.Context, _ module.Env, args []string) error {
				return a.moveUser(ctx, args[0], args[1], true)
			},
		},
		{
			Name: "leave", Args: "USERNAME GROUP", Help: "take a user out of a group",
			Run: func(ctx context.Context, _ module.Env, args []string) error {
				return a.moveUser(ctx, args[0], args[1], false)
			},
		},
	}
}

func (a *Auth) listGroups(ctx context.Context, env module.Env, args []string) error {
	q := orm.From[Group](a.DB).OrderBy(Groups.Name.Asc())
	if len(args) == 1 {
		user, err := a.named(ctx, args[0])
		if err != nil {
			return err
		}
		names, err := orm.Select[string](q.Where(Groups.Users.Any(Users.ID.Eq(user.ID))), Groups.Name).All(ctx)
		for _, name := range names {
			fmt.Fprintln(env.Stdout, name)
		}
		return err
	}
	groups, err := orm.Select[groupSize](q, Groups.Name, orm.As("Users", orm.Via(Groups.Users, orm.Count[User]()))).All(ctx)
	for _, g := range groups {
		fmt.Fprintf(env.Stdout, "%s\t%d\n", g.Name, g.Users)
	}
	return err
}

// groupSize is how many users a group has.
type groupSize struct {
	Name  string
	Users int64
}

// moveUser puts a user into a group or takes them out, and stores the event if it changes something.
func (a *Auth) moveUser(ctx context.Context, username, group string, in bool) error {
	return a.DB.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		user, err := a.namedIn(ctx, tx, username)
		if err != nil {
			return err
		}
		g, err := orm.From[Group](tx).Where(Groups.Name.Eq(group)).First(ctx)
		if errors.Is(err, orm.ErrNotFound) {
			return fmt.Errorf("there is no group %q; accounts groups lists all, and accounts allow --group makes one", group)
		}
		if err != nil {
			return err
		}
		is, err := orm.From[Group](tx).Where(Groups.ID.Eq(g.ID), Groups.Users.Any(Users.ID.Eq(user.ID))).Exists(ctx)
		if err != nil || is == in {
			return err
		}
		kind := PermissionGiven
		if in {
			err = Users.Groups.Add(ctx, tx, user, &g)
		} else {
			kind = PermissionTaken
			err = Users.Groups.Remove(ctx, tx, user, &g)
		}
		if err != nil {
			return err
		}
		return a.note(ctx, tx, kind, user, "those of the group "+g.Name)
	})
}
