package templates

import (
	"fmt"
	"html/template"
	"net/url"
	"reflect"
	"strings"

	"github.com/volaweb/vola/internal/htmlcompile"
)

// query is the query string of a link: that of the page with some values set
// again. It takes a url.Values, a *url.URL or a string, and pairs of a name and
// a value; nil as a value, or an empty string, takes the name out. The result
// begins with "?", also when nothing is left, so that it always replaces the
// query of the page it is on.
func query(current any, pairs ...any) (template.URL, error) {
	values, err := queryValues(current)
	if err != nil {
		return "", err
	}
	if len(pairs)%2 != 0 {
		return "", fmt.Errorf("query: the name %v has no value", pairs[len(pairs)-1])
	}
	for i := 0; i < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return "", fmt.Errorf("query: the name %v is a %T, not a string", pairs[i], pairs[i])
		}
		values.Del(name)
		if text := htmlcompile.Stringify(pairs[i+1]); text != "" {
			values.Set(name, text)
		}
	}
	return template.URL("?" + values.Encode()), nil
}

// queryValues returns a copy.
func queryValues(current any) (url.Values, error) {
	switch q := current.(type) {
	case nil:
		return url.Values{}, nil
	case url.Values:
		values := make(url.Values, len(q))
		for name, list := range q {
			values[name] = append([]string(nil), list...)
		}
		return values, nil
	case *url.URL:
		if q == nil {
			return url.Values{}, nil
		}
		return q.Query(), nil
	}
	if text := reflect.ValueOf(current); text.Kind() == reflect.String { // also what query returns
		values, _ := url.ParseQuery(strings.TrimPrefix(text.String(), "?")) // what is malformed is left out
		return values, nil
	}
	return nil, fmt.Errorf("query: a %T is neither url.Values, *url.URL nor string", current)
}

// PageLink is one of the links below a list that is shown in pages; the
// template function pages makes them.
type PageLink struct {
	Number  int  // of the page, from 1; 0 for a gap
	Current bool // it is the page being shown
	Gap     bool // pages are left out here
}

// pages returns the links for a list of so many pages: the first and the last
// one, and two on each side of the current one. There are none for one page.
func pages(current, total any) ([]PageLink, error) {
	now, err := wholeNumber(current)
	if err != nil {
		return nil, fmt.Errorf("pages: %w", err)
	}
	last, err := wholeNumber(total)
	if err != nil {
		return nil, fmt.Errorf("pages: %w", err)
	}
	if last < 2 {
		return nil, nil
	}
	now = min(max(now, 1), last)
	var links []PageLink
	previous := int64(0)
	for _, n := range [...]int64{1, now - 2, now - 1, now, now + 1, now + 2, last} {
		if n <= previous || n > last {
			continue
		}
		switch n - previous {
		case 1:
		case 2: // a gap would be no shorter than the page
			links = append(links, PageLink{Number: int(n - 1)})
		default:
			links = append(links, PageLink{Gap: true})
		}
		links = append(links, PageLink{Number: int(n), Current: n == now})
		previous = n
	}
	return links, nil
}
