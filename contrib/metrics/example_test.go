package metrics_test

import (
	"context"

	"github.com/volaweb/vola/contrib/metrics"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
)

// stock is a module with figures.
type stock struct{ module.Base }

func (*stock) Name() string { return "stock" }

// Item is something that is in stock.
type Item struct{ ID int64 }

// snippet: metrics

// Metrics are asked for each time that somebody reads /metrics.
func (s *stock) Metrics(ctx context.Context) ([]module.Metric, error) {
	n, err := orm.From[Item](s.DB).Count(ctx)
	return []module.Metric{{
		Name: "stock_items", Help: "Items in stock.",
		Samples: []module.Sample{{Value: float64(n)}},
	}}, err
}

// end snippet

func Example() {
	_ = []module.Module{
		metrics.New(), // first, so that it sees all of a request
		&stock{},
	}
}
