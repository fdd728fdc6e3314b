package module

import "context"

// HasMetrics is a module with figures for those who operate the site. The module of contrib/metrics shows
// those of all.
type HasMetrics interface {
	// Metrics returns the figures as they are now. It is called after Start, each time that somebody asks, so it is quick
	// also when there is much; ctx ends after some seconds.
	Metrics(ctx context.Context) ([]Metric, error)
}

// Metric is a figure, or one for each of several things.
type Metric struct {
	// Name begins with that of the module, has its unit at the end, in plural and without a prefix, and "_total" after that
	// if it only grows: "shop_orders_total", "shop_oldest_order_seconds".
	Name string
	// Help says in one sentence what it is.
	Help string
	// Grows says that the figure only goes up while the program runs: a counter, and not a gauge.
	Grows   bool
	Samples []Sample
}

// Sample is one value of a [Metric].
type Sample struct {
	// Labels say what it is of, by names such as "queue". There are few different values of each.
	Labels map[string]string
	Value  float64
}
