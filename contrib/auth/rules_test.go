package auth_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/contrib/auth/authtest"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/web"

	"net/http"
)

// paper is a row that a rule is about: of somebody, in a folder, perhaps open to all.
type paper struct {
	ID     int64
	Owner  *int64
	Folder string `db:"size=10"`
	Open   bool
	Size   int64
}

type columns struct {
	ID     *orm.Number[*paper, int64]
	Owner  *orm.NullNumber[*paper, int64]
	Folder *orm.Text[*paper, string]
	Open   *orm.Column[*paper, bool]
	Size   *orm.Number[*paper, int64]
}

func papersOf() columns { return orm.Describe[columns]() }

func (*paper) Descriptors() any { return papersOf() }

// someRule makes a rule of random parts.
func someRule(r *rand.Rand, users []int64) auth.Rule[paper] {
	p := papersOf()
	var condition func(depth int) orm.Condition[paper]
	condition = func(depth int) orm.Condition[paper] {
		n := r.IntN(10)
		if depth == 0 {
			n = r.IntN(7)
		}
		switch n {
		case 0:
			return p.Owner.Eq(users[r.IntN(len(users))])
		case 1:
			return p.Folder.Eq(fmt.Sprint("f", r.IntN(3)))
		case 2:
			return p.Open.Eq(r.IntN(2) == 0)
		case 3:
			return p.Size.Gt(int64(r.IntN(10)))
		case 4:
			return p.Owner.IsNull()
		case 5:
			return orm.And[paper]()
		case 6:
			return orm.Or[paper]()
		case 7:
			return orm.And(condition(depth-1), condition(depth-1))
		case 8:
			return orm.Or(condition(depth-1), condition(depth-1))
		}
		return orm.Not(condition(depth - 1))
	}
	byVerb := map[auth.Verb]orm.Condition[paper]{}
	for _, v := range auth.Verbs() {
		byVerb[v] = condition(3)
	}
	nobody := condition(2)
	return func(u *auth.User, verb auth.Verb) orm.Condition[paper] {
		switch {
		case u == nil:
			return nobody
		case u.Superuser:
			return orm.And[paper]()
		}
		return orm.Or(byVerb[verb], p.Owner.Eq(u.ID))
	}
}

// archive is a module with the rows, and a page that compares.
type archive struct {
	module.Base
	ask web.HandlerFunc
}

func (*archive) Name() string              { return "archive" }
func (*archive) Models() []orm.Declaration { return []orm.Declaration{orm.Model[paper]()} }
func (a *archive) Routes(r *web.Router) {
	r.Get("/", func(w http.ResponseWriter, r *http.Request) error { return a.ask(w, r) })
}

// TestRulesAgree: the rows that a rule lists are exactly those that it allows one by one, for
// random rules, rows, users and verbs.
func TestRulesAgree(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		models, err := orm.NewModels(orm.Group{Module: "archive", Models: []orm.Declaration{orm.Model[paper]()}})
		if err != nil {
			t.Fatal(err)
		}
		a := &archive{}
		c := volatest.Start(t, vola.Config{Modules: []module.Module{auth.New(auth.Config{Hashing: quick()}), a}}, volatest.Options{DB: db})
		if err := models.CreateTables(t.Context(), db); err != nil {
			t.Fatal(err)
		}
		clients := []*volatest.Client{c}
		var ids []int64
		for _, name := range []string{"ann", "bob", "sue"} {
			u := authtest.User(t, c, name, func(u *auth.User) { u.Superuser = name == "sue" })
			b := c.Another()
			authtest.LogIn(t, b, u)
			clients, ids = append(clients, b), append(ids, u.ID)
		}
		r := rand.New(rand.NewPCG(18, 2))
		rows := make([]paper, 40)
		for i := range rows {
			rows[i] = paper{Folder: fmt.Sprint("f", r.IntN(3)), Open: r.IntN(2) == 0, Size: int64(r.IntN(10))}
			if r.IntN(3) > 0 {
				rows[i].Owner = &ids[r.IntN(len(ids))]
			}
		}
		if err := orm.CreateAll(t.Context(), db, rows); err != nil {
			t.Fatal(err)
		}
		listed, refused := 0, 0
		for range 25 {
			rule := someRule(r, ids)
			verb := auth.Verbs()[r.IntN(4)]
			a.ask = func(_ http.ResponseWriter, req *http.Request) error {
				q, err := rule.Filter(req.Context(), verb, orm.From[paper](db))
				if err != nil {
					return err
				}
				all, err := q.All(req.Context())
				if err != nil {
					return err
				}
				in := map[int64]bool{}
				for _, row := range all {
					in[row.ID] = true
				}
				for _, row := range rows {
					ok, err := rule.Allows(req.Context(), db, verb, papersOf().ID.Eq(row.ID))
					if err != nil {
						return err
					}
					if ok != in[row.ID] {
						t.Errorf("%s of row %+v: listed %v, allowed %v", verb, row, in[row.ID], ok)
					}
					if ok {
						listed++
					} else {
						refused++
					}
				}
				return nil
			}
			for _, client := range clients {
				client.Get("/archive/").WantStatus(200)
			}
		}
		if listed == 0 || refused == 0 {
			t.Errorf("%d listed, %d refused: the test shows nothing", listed, refused)
		}
	})
}
