// Package club is the notice board of a club: everybody reads it, members pin notices to it, and
// each changes their own; who may edit the board changes all of them.
package club

import (
	"context"
	"embed"
	"io/fs"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/forms"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/orm/ormforms"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/messages"
	"github.com/volaweb/vola/web/ratelimit"
	"github.com/volaweb/vola/web/ratelimit/dbstore"

	"github.com/volaweb/vola/examples/club/migrations"
)

//go:embed templates
var files embed.FS

var (
	noticeForm  = forms.New[Notice]()
	profileForm = forms.New[Profile]()
	boardPage   = templates.Page[[]onBoard]("club/board.html")
	noticePage  = templates.Page[*forms.Bound[Notice]]("club/notice.html")
	editPage    = templates.Page[*forms.Bound[Notice]]("club/edit.html")
	profilePage = templates.Page[*forms.Bound[Profile]]("club/profile.html")
)

type club struct{ module.Base }

// New returns the module. The site needs auth.New too.
func New() module.Module { return &club{} }

func (*club) Name() string { return "club" }
func (*club) Models() []orm.Declaration {
	return []orm.Declaration{orm.Model[Notice](), orm.Model[Profile]()}
}
func (*club) Migrations() []migrate.Migration { return migrations.All() }
func (*club) Forms() []forms.Checked          { return []forms.Checked{noticeForm, profileForm} }
func (*club) Pages() []templates.Checked {
	return []templates.Checked{boardPage, noticePage, editPage, profilePage}
}
func (*club) Templates() fs.FS { return files }

// Permissions are those that the models do not have.
func (*club) Permissions() []module.Permission {
	return []module.Permission{{Name: "edit_board", Help: "change and remove notices of others"}}
}

// snippet: routes

// Routes are for everybody, for members, and for members of whom the database says so.
func (c *club) Routes(r *web.Router) {
	r.Get("/", c.board).Name("board")
	members := r.Wrap(auth.LoginRequired)
	members.Get("/pin/", c.pin).Name("pin")
	members.Wrap(c.fewPins()).Post("/pin/", c.pin)
	members.Get("/{id:int}/", c.edit).Name("edit")
	members.Post("/{id:int}/", c.edit)
	members.Get("/profile/", c.profile).Name("profile")
	members.Post("/profile/", c.profile)
	r.Wrap(auth.PermissionRequired("club.edit_board")).Post("/clear/", c.clear).Name("clear")
	r.Group("/api", c.programs)
}

// end snippet

// snippet: limit

// fewPins lets each member pin 20 notices in an hour, at whatever address, to all processes of the site
// together: the buckets are in the table that package auth brings.
func (c *club) fewPins() web.Middleware {
	pins := ratelimit.New(ratelimit.Config{
		Name:  "pins",
		Limit: ratelimit.Limit{Rate: 20, Per: time.Hour},
		Store: dbstore.New(func() *database.DB { return c.DB }),
		Now:   func() time.Time { return c.Now() },
	})
	return ratelimit.Middleware(pins, ratelimit.User(userID))
}

// userID names the user who sends a request, or nobody.
func userID(ctx context.Context) (string, error) {
	user, err := auth.Current(ctx)
	if user == nil {
		return "", err
	}
	return strconv.FormatInt(user.ID, 10), nil
}

// end snippet

// snippet: rule

// notices says who may do what with which notice.
var notices = auth.Rule[Notice](func(u *auth.User, verb auth.Verb) orm.Condition[Notice] {
	switch {
	case u == nil && verb == auth.View:
		return Notices.Inner.Eq(false)
	case u == nil:
		return orm.Or[Notice]() // nothing
	case verb == auth.View || u.Superuser:
		return orm.And[Notice]() // everything
	}
	return Notices.Author.Eq(u.ID)
})

// end snippet

// board shows the notices that the visitor may see.
func (c *club) board(w http.ResponseWriter, r *http.Request) error {
	q, err := notices.Filter(r.Context(), auth.View, orm.From[Notice](c.DB))
	if err != nil {
		return err
	}
	all, err := q.With(Notices.Author).OrderBy(Notices.Pinned.Desc(), Notices.ID.Desc()).Limit(50).All(r.Context())
	if err != nil {
		return err
	}
	page, err := c.onBoard(r.Context(), all)
	if err != nil {
		return err
	}
	return c.Render(w, r, boardPage.Data(page))
}

// onBoard is a notice as the visitor sees it.
type onBoard struct {
	Notice Notice
	Phone  string // of its author, for members
	Change bool   // the visitor may change it
}

// onBoard returns notices with what the visitor may see and do.
func (c *club) onBoard(ctx context.Context, all []Notice) ([]onBoard, error) {
	user, err := auth.Current(ctx)
	if err != nil {
		return nil, err
	}
	page := make([]onBoard, len(all))
	keys, authors := make([]int64, len(all)), make([]int64, len(all))
	for i, n := range all {
		page[i].Notice, keys[i], authors[i] = n, n.ID, n.Author.ID
	}
	if user == nil {
		return page, nil
	}
	profiles, err := orm.From[Profile](c.DB).Where(Profiles.User.In(authors...)).All(ctx)
	if err != nil {
		return nil, err
	}
	everything, err := auth.Can(ctx, "club.edit_board")
	if err != nil {
		return nil, err
	}
	q, err := notices.Filter(ctx, auth.Change, orm.From[Notice](c.DB).Where(Notices.ID.In(keys...)))
	if err != nil {
		return nil, err
	}
	own, err := orm.Select[int64](q, Notices.ID).All(ctx)
	if err != nil {
		return nil, err
	}
	for i := range page {
		if at := slices.IndexFunc(profiles, func(p Profile) bool { return p.User.ID == authors[i] }); at >= 0 {
			page[i].Phone = profiles[at].Phone
		}
		page[i].Change = everything || slices.Contains(own, keys[i])
	}
	return page, nil
}

// pin is the page for a new notice.
func (c *club) pin(w http.ResponseWriter, r *http.Request) error {
	user, err := auth.Current(r.Context())
	if err != nil {
		return err
	}
	form := noticeForm.BindNew(r.Context(), Notice{Author: orm.RefTo[auth.User](user.ID)})
	return c.save(w, r, form, noticePage, func(ctx context.Context, tx *database.Tx) error {
		return orm.Create(ctx, tx, form.Value)
	})
}

// edit is the page for one that there is.
func (c *club) edit(w http.ResponseWriter, r *http.Request) error {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return fault.Wrap(fault.NotFound, err, "There is no such notice.")
	}
	may, err := auth.Can(r.Context(), "club.edit_board")
	if err != nil {
		return err
	}
	if !may {
		if err := notices.Require(r.Context(), c.DB, auth.Change, Notices.ID.Eq(id)); err != nil {
			return err
		}
	}
	notice, err := orm.Find[Notice](r.Context(), c.DB, id)
	if err != nil {
		return err
	}
	form := noticeForm.Bind(r.Context(), notice)
	return c.save(w, r, form, editPage, func(ctx context.Context, tx *database.Tx) error {
		return orm.Update(ctx, tx, form.Value)
	})
}

// save answers with the form until it is right, then stores it.
func (c *club) save(w http.ResponseWriter, r *http.Request, form *forms.Bound[Notice], page templates.PageOf[*forms.Bound[Notice]], write func(ctx context.Context, tx *database.Tx) error) error {
	ok, err := form.Read(r)
	if err == nil && ok {
		ok, err = ormforms.Save(r.Context(), c.DB, form, write)
	}
	if err != nil {
		return err
	}
	if !ok {
		return c.RenderStatus(w, r, form.Status(), page.Data(form))
	}
	if err := messages.Success(r.Context(), "The notice is on the board."); err != nil {
		return err
	}
	return c.toBoard(w, r)
}

// snippet: change-profile

// profile lets a member change what the club knows of them.
func (c *club) profile(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	user, err := auth.Current(ctx)
	if err != nil {
		return err
	}
	profile, found, err := orm.From[Profile](c.DB).Where(Profiles.User.Eq(user.ID)).Lookup(ctx)
	if err != nil {
		return err
	}
	if !found {
		profile.User = orm.RefTo[auth.User](user.ID)
	}
	form := profileForm.Bind(ctx, profile)
	ok, err := form.Read(r)
	if err == nil && ok {
		ok, err = ormforms.Save(ctx, c.DB, form, func(ctx context.Context, tx *database.Tx) error {
			return orm.Save(ctx, tx, form.Value)
		})
	}
	if err != nil {
		return err
	}
	if !ok {
		return c.RenderStatus(w, r, form.Status(), profilePage.Data(form))
	}
	if err := messages.Success(ctx, "Your profile is stored."); err != nil {
		return err
	}
	return c.toBoard(w, r)
}

// end snippet

// clear takes all notices off the board.
func (c *club) clear(w http.ResponseWriter, r *http.Request) error {
	if _, err := orm.From[Notice](c.DB).Every().Delete(r.Context()); err != nil {
		return err
	}
	if err := messages.Success(r.Context(), "The board is empty."); err != nil {
		return err
	}
	return c.toBoard(w, r)
}

func (c *club) toBoard(w http.ResponseWriter, r *http.Request) error {
	to, err := c.URL("club:board")
	if err != nil {
		return err
	}
	return web.Redirect(w, r, to, http.StatusSeeOther)
}
