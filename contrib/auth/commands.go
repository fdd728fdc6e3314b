package auth

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"golang.org/x/term"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
)

// Commands are those about users and what they may do.
func (a *Auth) Commands() []module.Command {
	return append([]module.Command{a.createUserCommand(), a.changePasswordCommand(), a.permissionsCommand(), a.allowCommand(true), a.allowCommand(false),
		a.activateCommand(true), a.activateCommand(false), a.removeFactorCommand(), a.eventsCommand()}, a.groupCommands()...)
}

// CreateUser stores a new user who may log in, with a password if it is not "". An error of
// kind fault.Invalid says why a name, an address or a password may not be used.
func (a *Auth) CreateUser(ctx context.Context, h database.Handle, user *User, password string) error {
	user.Active = true
	if password != "" {
		if err := a.rules(user.Username, user.Email).Check(password); err != nil {
			return &orm.FieldError{Field: "Password", Err: err}
		}
		encoded, err := a.hasher.Hash(ctx, password)
		if err != nil {
			return err
		}
		user.Password = encoded
	}
	return orm.Create(ctx, h, user)
}

func (a *Auth) createUserCommand() module.Command {
	user := User{}
	invite := false
	return module.Command{
		Name: "createuser", Args: "USERNAME", Help: "make a user who can log in; the password is asked for, or read from standard input",
		Flags: func(flags *flag.FlagSet) {
			flags.StringVar(&user.Email, "email", "", "the email `ADDRESS`, which is taken for proved")
			flags.StringVar(&user.Name, "name", "", "the `NAME` that the user is called by")
			flags.BoolVar(&user.Staff, "staff", false, "the user may use the admin")
			flags.BoolVar(&user.Superuser, "superuser", false, "the user has all permissions")
			flags.BoolVar(&invite, "invite", false, "mail a link, with which the user chooses the password")
		},
		Run: func(ctx context.Context, env module.Env, args []string) error {
			user.Username = args[0]
			if invite && user.Email == "" {
				return module.Usagef("createuser: --invite needs --email")
			}
			password := ""
			if !invite {
				var err error
				if password, err = readPassword(env); err != nil {
					return err
				}
			}
			err := a.DB.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
				if err := a.CreateUser(ctx, tx, &user, password); err != nil || !invite {
					return err
				}
				return a.Invite(ctx, tx, &user)
			})
			if err != nil {
				return createError(&user, err)
			}
			fmt.Fprintf(env.Stdout, "made the user %s, number %d\n", user.Username, user.ID)
			return nil
		},
	}
}

// createError says in words for operators why a user was not made.
func createError(user *User, err error) error {
	if e, ok := errors.AsType[*database.Error](err); ok && errors.Is(err, database.ErrUnique) {
		if slices.Contains(e.Columns, "email_key") || strings.Contains(e.Constraint, "email_key") {
			return fmt.Errorf("there is a user with the address %s already", user.Email)
		}
		return fmt.Errorf("there is a user called %s already; changepassword gives them another password", user.Username)
	}
	return plain(err)
}

// plain returns the text that people get, if there is one.
func plain(err error) error {
	if text := fault.Message(err); fault.KindOf(err) == fault.Invalid && text != "" {
		return errors.New(text)
	}
	return err
}

func (a *Auth) changePasswordCommand() module.Command {
	return module.Command{
		Name: "changepassword", Args: "USERNAME", Help: "give a user another password, which ends their sessions; it is asked for, or read from standard input",
		Run: func(ctx context.Context, env module.Env, args []string) error {
			user, err := a.named(ctx, args[0])
			if err != nil {
				return err
			}
			password, err := readPassword(env)
			if err != nil {
				return err
			}
			if err := a.SetPassword(ctx, a.DB, user, password); err != nil {
				return plain(err)
			}
			fmt.Fprintf(env.Stdout, "changed the password of %s\n", user.Username)
			return nil
		},
	}
}

// named returns the user with a name or address.
func (a *Auth) named(ctx context.Context, name string) (*User, error) {
	return a.namedIn(ctx, a.DB, name)
}

func (a *Auth) namedIn(ctx context.Context, h database.Handle, name string) (*User, error) {
	user, err := a.byLogin(ctx, h, name)
	if err == nil && user == nil {
		err = fmt.Errorf("there is no user called %q", name)
	}
	return user, err
}

// readPassword asks for a password twice on a terminal, and reads a line from anything else.
func readPassword(env module.Env) (string, error) {
	file, ok := env.Stdin.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		line, err := bufio.NewReader(io.LimitReader(env.Stdin, 4096)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", fmt.Errorf("read the password: %w", err)
		}
		if line = strings.TrimRight(line, "\r\n"); line == "" {
			return "", errors.New("no password on standard input; write one line, or call the command from a terminal")
		}
		return line, nil
	}
	ask := func(prompt string) (string, error) {
		fmt.Fprint(env.Stderr, prompt)
		line, err := term.ReadPassword(int(file.Fd()))
		fmt.Fprintln(env.Stderr)
		if err != nil {
			return "", fmt.Errorf("read the password: %w", err)
		}
		return string(line), nil
	}
	first, err := ask("Password: ")
	if err != nil {
		return "", err
	}
	again, err := ask("Once more: ")
	if err != nil {
		return "", err
	}
	if first != again {
		return "", errors.New("the two passwords are not the same")
	}
	return first, nil
}

func (a *Auth) permissionsCommand() module.Command {
	return module.Command{
		Name: "permissions", Args: "[USERNAME]", Help: "list all permissions, or those of a user",
		Run: func(ctx context.Context, env module.Env, args []string) error {
			names := a.allPermissions()
			if len(args) == 1 {
				user, err := a.named(ctx, args[0])
				if err != nil {
					return err
				}
				if names, err = a.Permissions(ctx, a.DB, user); err != nil {
					return err
				}
			}
			for _, name := range names {
				fmt.Fprintln(env.Stdout, name)
			}
			return nil
		},
	}
}

func (a *Auth) allowCommand(allow bool) module.Command {
	name, help := "allow", "give permissions to a user or, with --group, to a group, which is made if there is none"
	if !allow {
		name, help = "disallow", "take permissions from a user or, with --group, from a group"
	}
	group := false
	return module.Command{
		Name: name, Args: "NAME PERMISSION...", Help: help,
		Flags: func(flags *flag.FlagSet) { flags.BoolVar(&group, "group", false, "NAME is that of a group") },
		Run: func(ctx context.Context, env module.Env, args []string) error {
			return a.DB.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
				who, err := a.holder(ctx, tx, args[0], group)
				if err != nil {
					return err
				}
				if allow {
					return a.Allow(ctx, tx, who, args[1:]...)
				}
				return a.Disallow(ctx, tx, who, args[1:]...)
			})
		},
	}
}

// holder returns a user by their name, or a group, which is made if there is none.
func (a *Auth) holder(ctx context.Context, tx *database.Tx, name string, group bool) (Holder, error) {
	if group {
		g, _, err := orm.GetOrCreate(ctx, tx, orm.By(Groups.Name.Set(name)), func(context.Context) (Group, error) { return Group{}, nil })
		return &g, err
	}
	return a.namedIn(ctx, tx, name)
}

func (a *Auth) eventsCommand() module.Command {
	number := 50
	return module.Command{
		Name: "events", Args: "[USERNAME]", Help: "print the last events of all accounts, or of one",
		Flags: func(flags *flag.FlagSet) { flags.IntVar(&number, "n", number, "print at most `N`, up to 10000") },
		Run: func(ctx context.Context, env module.Env, args []string) error {
			q := orm.From[Event](a.DB).OrderBy(Events.ID.Desc()).Limit(min(max(number, 1), 10_000))
			if len(args) == 1 {
				user, err := a.named(ctx, args[0])
				if err != nil {
					return err
				}
				q = q.Where(Events.UserID.Eq(user.ID))
			}
			all, err := q.All(ctx)
			if err != nil {
				return err
			}
			for _, e := range slices.Backward(all) {
				who := "-"
				if e.UserID != nil {
					who = fmt.Sprint("user ", *e.UserID)
				}
				fmt.Fprintf(env.Stdout, "%s\t%s\t%s\t%s\t%s\n", e.At.Format("2006-01-02 15:04:05"), who, e.Kind, e.Network, e.Detail)
			}
			return nil
		},
	}
}

func (a *Auth) activateCommand(active bool) module.Command {
	name, help := "activate", "let a user log in again"
	if !active {
		name, help = "deactivate", "log a user out everywhere, and let them log in no more"
	}
	return module.Command{
		Name: name, Args: "USERNAME", Help: help,
		Run: func(ctx context.Context, env module.Env, args []string) error {
			return a.DB.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
				user, err := a.namedIn(ctx, tx, args[0])
				if err != nil {
					return err
				}
				kind := AccountKept
				if !active {
					kind = AccountClosed
				}
				user.Active, user.DeleteAt = active, nil
				if err := a.renewStamp(ctx, tx, user, Users.Active, Users.DeleteAt); err != nil {
					return err
				}
				return a.note(ctx, tx, kind, user, "by command")
			})
		},
	}
}

func (a *Auth) removeFactorCommand() module.Command {
	return module.Command{
		Name: "removefactor", Args: "USERNAME", Help: "turn off the second factor of a user who has lost the phone and the recovery codes, which ends their sessions",
		Run: func(ctx context.Context, env module.Env, args []string) error {
			user, err := a.named(ctx, args[0])
			if err != nil {
				return err
			}
			has, err := a.HasFactor(ctx, a.DB, user)
			if err != nil {
				return err
			}
			if !has {
				return fmt.Errorf("%s has no second factor", user.Username)
			}
			return a.RemoveFactor(ctx, a.DB, user)
		},
	}
}
