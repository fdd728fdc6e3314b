package club

import (
	"context"

	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/orm/ormapi"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/api"
)

// snippet: programs

// programs lets programs read the board, and those with another token change the notices of their
// user.
func (c *club) programs(r *web.Router) {
	board := ormapi.Resource[Notice]{
		DB:    func() *database.DB { return c.DB },
		Show:  []orm.Field[Notice]{Notices.ID, Notices.Title, Notices.Text, Notices.Inner, Notices.Pinned},
		Write: []orm.Field[Notice]{Notices.Title, Notices.Text, Notices.Inner},
		Rows: func(ctx context.Context, verb ormapi.Verb, q *orm.Query[Notice]) (*orm.Query[Notice], error) {
			return notices.Filter(ctx, auth.Verb(verb), q)
		},
		New: func(ctx context.Context, n *Notice) error {
			user, err := auth.Current(ctx)
			if user != nil {
				n.Author = orm.RefTo[auth.User](user.ID)
			}
			return err
		},
	}
	board.Read(r.Wrap(withToken("board:read")))
	board.Change(r.Wrap(withToken("board:write")))
}

// withToken lets requests with a token pass, and says so in the document of the API.
func withToken(scope string) web.Middleware {
	return api.Guarded(auth.TokenRequired(scope), api.Bearer(scope))
}

// end snippet
