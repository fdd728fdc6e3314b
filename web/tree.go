package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
)

// node is a place in the tree of segments. Each segment of a path goes down
// one level. A path meets each node at most once, so that a search with all
// its backtracking takes no more steps than the tree has nodes.
type node struct {
	static  []staticEdge // sorted by text
	params  []paramEdge  // sorted by rank
	rest    *leaf        // routes that end in a path parameter here
	subtree *leaf        // handlers mounted here
	leaf    *leaf        // routes that end here
	api     bool         // all routes here and below are declared with API
	secret  string       // the pattern of a route here or above that is declared with Secret
}

type staticEdge struct {
	text string
	node *node
}

type paramEdge struct {
	prefix, suffix string
	conv           converter
	node           *node
}

// leaf holds the routes of one place, at most one for each method.
type leaf struct {
	routes []*endpoint
}

// endpoint is a route as the mux uses it.
type endpoint struct {
	method  string // "" is every method
	pattern string
	params  []string
	inner   http.Handler // in the route's own middleware
	handler http.Handler // in all middleware
	route   *boundRoute
	info    RouteInfo
	first   bool // it is in the first language alone
}

// place returns the leaf of pattern p, made where it is missing.
func (n *node) place(p *pattern) *leaf {
	for _, s := range p.segments {
		switch {
		case s.param == "":
			n = n.literalChild(s.prefix)
		case s.conv == convPath:
			return ensure(&n.rest)
		default:
			n = n.paramChild(s)
		}
	}
	if p.subtree {
		return ensure(&n.subtree)
	}
	return ensure(&n.leaf)
}

// hide makes the tree remember that paths which begin like those of p are not
// logged.
func (n *node) hide(p *pattern) {
	for _, s := range p.segments {
		if s.param != "" {
			break // from here on anything may be the secret
		}
		n = n.literalChild(s.prefix)
	}
	n.secret = p.text
}

// reach returns the node that the path leads to as far as there is one, and
// the pattern to log in its place, if any.
func (n *node) reach(path string) (last *node, secret string) {
	for seg := range strings.SplitSeq(path[1:], "/") {
		next := n.lookup(seg)
		for i := range n.params {
			if _, ok := n.params[i].value(seg); ok && next == nil {
				next = n.params[i].node
			}
		}
		if next == nil {
			break
		}
		n = next
		if n.secret != "" {
			secret = n.secret
		}
	}
	return n, secret
}

func ensure(l **leaf) *leaf {
	if *l == nil {
		*l = &leaf{}
	}
	return *l
}

func (n *node) literalChild(text string) *node {
	i, found := slices.BinarySearchFunc(n.static, text, compareStatic)
	if !found {
		n.static = slices.Insert(n.static, i, staticEdge{text, &node{}})
	}
	return n.static[i].node
}

func compareStatic(e staticEdge, text string) int { return strings.Compare(e.text, text) }

func (n *node) paramChild(s segment) *node {
	want := paramEdge{prefix: s.prefix, suffix: s.suffix, conv: s.conv}
	i, found := slices.BinarySearchFunc(n.params, want, compareParams)
	if !found {
		want.node = &node{}
		n.params = slices.Insert(n.params, i, want)
	}
	return n.params[i].node
}

// compareParams orders the parameters at one place by rank. Those that only
// the last two comparisons tell apart have no segment in common.
func compareParams(a, b paramEdge) int {
	return cmp.Or(
		cmp.Compare(len(b.prefix)+len(b.suffix), len(a.prefix)+len(a.suffix)),
		cmp.Compare(len(b.prefix), len(a.prefix)),
		cmp.Compare(a.conv, b.conv),
		strings.Compare(a.prefix, b.prefix),
		strings.Compare(a.suffix, b.suffix),
	)
}

// value returns the value of the parameter in the decoded segment seg.
func (e *paramEdge) value(seg string) (string, bool) {
	if e.prefix != "" || e.suffix != "" {
		if len(seg) < len(e.prefix)+len(e.suffix) ||
			!strings.HasPrefix(seg, e.prefix) || !strings.HasSuffix(seg, e.suffix) {
			return "", false
		}
		seg = seg[len(e.prefix) : len(seg)-len(e.suffix)]
	}
	return seg, e.conv.accepts(seg)
}

// find returns the route that answers method, in another language than the first if language
// says so. GET answers HEAD.
func (l *leaf) find(method string, language bool) *endpoint {
	var get *endpoint
	for _, e := range l.routes {
		if language && e.first {
			continue
		}
		switch e.method {
		case method, "":
			return e
		case http.MethodGet:
			get = e
		}
	}
	if method == http.MethodHead {
		return get
	}
	return nil
}

// search is one walk down the tree.
type search struct {
	method   string
	language bool // the path begins with that of a language
	values   [maxParams]string
	missed   bool      // a route matched the path but not the method
	allow    *[]string // collects the methods of the routes missed, unless nil
}

// below looks for the rest of the path, which has at least one segment, under
// n, in the order of rank.
func (s *search) below(n *node, rest string, depth int) *endpoint {
	seg, tail, more := rest, "", false
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		seg, tail, more = rest[:i], rest[i+1:], true
	}
	if child := n.lookup(seg); child != nil {
		if e := s.at(child, tail, more, depth); e != nil {
			return e
		}
	}
	for i := range n.params {
		edge := &n.params[i]
		if v, ok := edge.value(seg); ok {
			s.values[depth] = v
			if e := s.at(edge.node, tail, more, depth+1); e != nil {
				return e
			}
		}
	}
	if n.rest != nil && convPath.accepts(rest) {
		if e := s.in(n.rest); e != nil {
			s.values[depth] = rest
			return e
		}
	}
	if n.subtree != nil {
		return s.in(n.subtree)
	}
	return nil
}

func (s *search) at(n *node, tail string, more bool, depth int) *endpoint {
	if more {
		return s.below(n, tail, depth)
	}
	if n.leaf != nil {
		return s.in(n.leaf)
	}
	return nil
}

func (s *search) in(l *leaf) *endpoint {
	if e := l.find(s.method, s.language); e != nil {
		return e
	}
	for _, e := range l.routes {
		if s.language && e.first {
			continue
		}
		s.missed = true
		if s.allow != nil {
			*s.allow = append(*s.allow, e.method)
		}
	}
	return nil
}

// lookup finds a literal. A handful is quicker to compare than to bisect.
func (n *node) lookup(text string) *node {
	if len(n.static) <= 8 {
		for i := range n.static {
			if n.static[i].text == text {
				return n.static[i].node
			}
		}
		return nil
	}
	if i, found := slices.BinarySearchFunc(n.static, text, compareStatic); found {
		return n.static[i].node
	}
	return nil
}
