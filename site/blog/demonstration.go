package blog

import (
	"context"
	"html/template"
	"net/http"
	"net/url"
	"time"
)

// Demonstration is a small thing that works on the page of an article, so that
// readers can try what the text says. It must be safe for concurrent use.
type Demonstration interface {
	// Name is what the front matter of an article calls it, of letters, digits
	// and hyphens, at most 40.
	Name() string
	// Show returns what stands below the text: HTML that begins with a heading
	// h2 with the id "demo-title", in which everything that came from a reader
	// is escaped. asked is the query of the page's address, empty at first, as
	// the form of the demonstration sends it with the method GET and the
	// address "#demo": anything may be in it. Show changes nothing, and ends
	// when ctx does. An error means that it does not work now: readers are
	// told so, and the article is shown all the same.
	Show(ctx context.Context, asked url.Values) (template.HTML, error)
}

// What one reader may ask of a demonstration.
const (
	demoQuery = 4000            // bytes in the address; more counts as none
	demoTime  = 2 * time.Second // to make an answer
)

const demoFailed template.HTML = `<h2 id="demo-title">Try it</h2>
<p>This does not work at the moment. The text above is true all the same.</p>
`

// demonstrate returns what readers of the post can try.
func (b articles) demonstrate(w http.ResponseWriter, r *http.Request, p Post) (template.HTML, error) {
	if p.Demo == "" {
		return "", nil
	}
	for _, d := range b.Demonstrations {
		if d.Name() != p.Demo {
			continue
		}
		asked := url.Values{}
		if len(r.URL.RawQuery) <= demoQuery {
			asked = r.URL.Query()
		}
		// What one reader tried is for nobody else to see.
		w.Header().Set("Cache-Control", "private, no-store")
		if r.URL.RawQuery != "" {
			w.Header().Set("X-Robots-Tag", "noindex")
		}
		ctx, cancel := context.WithTimeout(r.Context(), demoTime)
		defer cancel()
		out, err := d.Show(ctx, asked)
		if err != nil {
			if r.Context().Err() != nil {
				return "", err
			}
			b.Log.Error("the demonstration failed", "demonstration", p.Demo, "error", err)
			return demoFailed, nil
		}
		return out, nil
	}
	return "", nil
}
