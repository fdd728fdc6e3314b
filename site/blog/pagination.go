package blog

import (
	"net/http"
	"strconv"

	"github.com/volaweb/vola/fault"
)

// pageLink is a link to a page of a list.
type pageLink struct {
	Number  int // 0 for a gap
	URL     string
	Current bool
}

// pager is how one gets from a page of a list to others.
type pager struct {
	Links []pageLink
	Prev  string // address of the page with newer posts, or ""
	Next  string // address of the page with older posts, or ""
}

// pagerOf returns the pager of page n.
func pagerOf(n, last int, address func(int) (string, error)) (p pager, err error) {
	if n > 1 {
		p.Prev, err = address(n - 1)
	}
	if err == nil && n < last {
		p.Next, err = address(n + 1)
	}
	if err == nil {
		p.Links, err = pageLinks(n, last, address)
	}
	return p, err
}

// pageNumber returns the number in the address; the first page has none, so
// that no page has two addresses.
func pageNumber(r *http.Request) (int, error) {
	s := r.PathValue("page")
	if s == "" {
		return 1, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || s != strconv.Itoa(n) || n < 1 {
		return 0, fault.New(fault.NotFound, "There is no such page.")
	}
	return n, nil
}

// pageLinks returns links to the first and last pages and those around the
// current one, with gaps between.
func pageLinks(current, last int, address func(int) (string, error)) ([]pageLink, error) {
	if last < 2 {
		return nil, nil
	}
	var out []pageLink
	for n := 1; n <= last; n++ {
		switch {
		case n > 1 && n < current-2:
			n = current - 3
			out = append(out, pageLink{})
			continue
		case n > current+2 && n < last:
			n = last - 1
			out = append(out, pageLink{})
			continue
		}
		url, err := address(n)
		if err != nil {
			return nil, err
		}
		out = append(out, pageLink{Number: n, URL: url, Current: n == current})
	}
	return out, nil
}
