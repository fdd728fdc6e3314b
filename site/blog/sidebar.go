package blog

import (
	"cmp"
	"slices"
)

// How much of it all stands beside every page.
const (
	sidebarTopics = 40
	sidebarMonths = 12
)

// sidebar is what stands beside every page.
type sidebar struct {
	Recent     []Post
	Topics     []topicCount // by name
	Months     []monthCount
	MoreMonths bool
	NoSearch   bool // the page has a search box of its own
}

func (o *overview) sidebar() sidebar {
	s := sidebar{Recent: o.recent, Months: o.months}
	s.Topics = slices.Clone(o.topics[:min(len(o.topics), sidebarTopics)])
	slices.SortFunc(s.Topics, func(a, b topicCount) int { return cmp.Compare(a.Slug, b.Slug) })
	if len(s.Months) > sidebarMonths {
		s.Months, s.MoreMonths = s.Months[:sidebarMonths], true
	}
	return s
}
