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
