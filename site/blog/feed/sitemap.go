package feed

import (
	"encoding/xml"
	"io"
	"time"
)

// SitemapLimit is how many pages one sitemap may have by the protocol
// (https://www.sitemaps.org/protocol.html).
const SitemapLimit = 50_000

// Place is a page of the site, or a further sitemap.
type Place struct {
	Link    string
	Changed time.Time // zero when it is not known
}

type sitemapPlace struct {
	Link    string `xml:"loc"`
	Changed string `xml:"lastmod,omitempty"`
}

const sitemapSpace = "http://www.sitemaps.org/schemas/sitemap/0.9"

// WriteSitemap writes a sitemap of at most [SitemapLimit] pages.
func WriteSitemap(w io.Writer, places []Place) error {
	return encode(w, struct {
		XMLName xml.Name       `xml:"urlset"`
		Space   string         `xml:"xmlns,attr"`
		Places  []sitemapPlace `xml:"url"`
	}{Space: sitemapSpace, Places: sitemapPlaces(places)})
}

// WriteSitemapIndex writes a list of sitemaps, for sites with more pages.
func WriteSitemapIndex(w io.Writer, sitemaps []Place) error {
	return encode(w, struct {
		XMLName xml.Name       `xml:"sitemapindex"`
		Space   string         `xml:"xmlns,attr"`
		Places  []sitemapPlace `xml:"sitemap"`
	}{Space: sitemapSpace, Places: sitemapPlaces(sitemaps)})
}

func sitemapPlaces(places []Place) []sitemapPlace {
	out := make([]sitemapPlace, len(places))
	for i, p := range places {
		out[i].Link = p.Link
		if !p.Changed.IsZero() {
			out[i].Changed = p.Changed.UTC().Format(time.RFC3339)
		}
	}
	return out
}
