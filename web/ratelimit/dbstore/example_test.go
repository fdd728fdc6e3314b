package dbstore_test

import (
	"context"
	"net/http"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/ratelimit"
	"github.com/volaweb/vola/web/ratelimit/dbstore"
)

// snippet: module
// shop is a module with a limit that holds for all processes of the site.
type shop struct {
	module.Base
	buckets *dbstore.Store
}

func newShop() *shop {
	s := &shop{}
	s.buckets = dbstore.New(func() *database.DB { return s.DB })
	return s
}

func (s *shop) Models() []orm.Declaration { return []orm.Declaration{dbstore.Model()} }

func (s *shop) Start(ctx context.Context, host *module.Host) error {
	go s.buckets.Run(ctx, host.Now, host.Log)
	return s.Base.Start(ctx, host)
}

func (s *shop) Routes(r *web.Router) {
	orders := ratelimit.New(ratelimit.Config{
		Name:  "order",
		Limit: ratelimit.Limit{Rate: 10, Per: time.Hour},
		Store: s.buckets,
		Now:   func() time.Time { return s.Now() },
	})
	r.Wrap(ratelimit.Middleware(orders, ratelimit.Address)).Post("/orders/", s.order)
}

// end snippet

func (s *shop) Name() string { return "shop" }

func (s *shop) order(http.ResponseWriter, *http.Request) error { return nil }
