package markup

import (
	"net/url"
	"regexp"
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
)

// clean returns text with only those elements, attributes and addresses left
// that can do no harm.
func clean(text string, untrusted bool) string {
	if untrusted {
		return untrustedPolicy().Sanitize(text)
	}
	return writers().Sanitize(text)
}

// The two policies. They may be used concurrently, as nothing changes them.
var (
	writers         = sync.OnceValue(func() *bluemonday.Policy { return newPolicy(anyClass) })
	untrustedPolicy = sync.OnceValue(func() *bluemonday.Policy { return newPolicy(ourClasses) })
)

// What attributes may hold, where it matters. Values are escaped in any case.
var (
	anyClass   = regexp.MustCompile(`^[\w\s-]{1,200}$`)
	ourClasses = regexp.MustCompile(`^(?:chroma|math|[a-z][a-z0-9]{0,3}|language-[\w+#.-]{1,30}|scroll|number|footnotes|footnote-ref|footnote-backref|interview|question)$`)
	codeClass  = regexp.MustCompile(`^language-[\w+#.-]{1,30}$`)
	// Without a bound: repeating these large classes a few hundred times costs
	// 12 MB and 30 ms at every start of the program.
	idents    = regexp.MustCompile(`^[\pL\pN_][\pL\pN\pM_:.-]*$`)
	number    = regexp.MustCompile(`^[0-9]{1,4}%?$`)
	zero      = regexp.MustCompile(`^0$`)
	langs     = regexp.MustCompile(`^[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,4}$`)
	direction = regexp.MustCompile(`^(?:ltr|rtl|auto)$`)
	roles     = regexp.MustCompile(`^(?:region|doc-noteref|doc-backlink|doc-endnotes)$`)
	rels      = regexp.MustCompile(`^(?:(?:nofollow|ugc|sponsored|author|me|license|tag|bookmark) ?)+$`)
	scopes    = regexp.MustCompile(`^(?:row|col|rowgroup|colgroup)$`)
	listTypes = regexp.MustCompile(`^[1aAiI]$`)
	times     = regexp.MustCompile(`^[0-9TZPYMDWHS:+. -]{1,40}$`)
	none      = regexp.MustCompile(`^$`)
	// A link has one of these schemes or none: not that of data, which is for
	// images.
	link = regexp.MustCompile(`^(?i:\s*(?:https?|mailto|tel|ftp|xmpp):|[^:]*$|[^:]*[/?#])`)
	// What shows a picture, a film or a sound has an address that begins so, or
	// none of a scheme.
	imageLink  = regexp.MustCompile(`^(?i:\s*(?:https?:|data:image/(?:png|jpe?g|gif|webp);)|[^:]*$|[^:]*[/?#])`)
	mediaLink  = regexp.MustCompile(`^(?i:\s*https?:|[^:]*$|[^:]*[/?#])`)
	mediaTypes = regexp.MustCompile(`^(?:video|audio)/[\w.+-]{1,40}(?:;\s*codecs="?[\w., -]{1,80}"?)?$`)
	preloads   = regexp.MustCompile(`^(?:none|metadata|auto)$`)
	imageData  = regexp.MustCompile(`^image/(?:png|jpe?g|gif|webp);base64,[A-Za-z0-9+/=\s]*$`)
)

func newPolicy(classes *regexp.Regexp) *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements(
		"p", "br", "hr", "div", "span", "h1", "h2", "h3", "h4", "h5", "h6",
		"em", "strong", "b", "i", "u", "s", "strike", "del", "ins", "sub", "sup", "small", "big", "mark",
		"cite", "q", "dfn", "abbr", "acronym", "kbd", "samp", "var", "code", "tt", "time", "address", "center",
		"pre", "blockquote", "footer", "ul", "ol", "li", "dl", "dt", "dd", "ruby", "rt", "rp", "wbr", "bdi", "bdo",
		"table", "caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "th", "td",
		"figure", "figcaption", "img", "video", "audio", "source", "track", "details", "summary", "section", "article", "aside",
	)
	p.AllowNoAttrs().OnElements("a", "span", "img", "bdo")

	p.AllowAttrs("class").Matching(classes).Globally()
	p.AllowAttrs("class").Matching(codeClass).OnElements("code")
	p.AllowAttrs("id").Matching(idents).Globally()
	p.AllowAttrs("title").Globally()
	p.AllowAttrs("lang").Matching(langs).Globally()
	p.AllowAttrs("dir").Matching(direction).Globally()

	p.AllowAttrs("href").Matching(link).OnElements("a")
	p.AllowAttrs("rel").Matching(rels).OnElements("a")
	p.AllowAttrs("role").Matching(roles).OnElements("a", "div")
	p.AllowAttrs("aria-label").OnElements("a", "div")
	p.AllowAttrs("tabindex").Matching(zero).OnElements("div", "pre")

	p.AllowAttrs("src").Matching(imageLink).OnElements("img")
	p.AllowAttrs("src").Matching(mediaLink).OnElements("video", "audio", "source", "track")
	p.AllowAttrs("poster").Matching(mediaLink).OnElements("video")
	p.AllowAttrs("controls", "loop", "muted").Matching(none).OnElements("video", "audio")
	p.AllowAttrs("default").Matching(none).OnElements("track")
	p.AllowAttrs("preload").Matching(preloads).OnElements("video", "audio")
	p.AllowAttrs("type").Matching(mediaTypes).OnElements("source")
	p.AllowAttrs("kind", "srclang").Matching(langs).OnElements("track")
	p.AllowAttrs("label").OnElements("track")
	p.AllowAttrs("width", "height").Matching(number).OnElements("video")
	p.AllowAttrs("alt").OnElements("img")
	p.AllowAttrs("width", "height").Matching(number).OnElements("img")
	p.AllowAttrs("colspan", "rowspan").Matching(number).OnElements("td", "th")
	p.AllowAttrs("span").Matching(number).OnElements("col", "colgroup")
	p.AllowAttrs("scope").Matching(scopes).OnElements("th")
	p.AllowAttrs("start", "value").Matching(number).OnElements("ol", "li")
	p.AllowAttrs("type").Matching(listTypes).OnElements("ol")
	p.AllowAttrs("reversed").Matching(none).OnElements("ol")
	p.AllowAttrs("open").Matching(none).OnElements("details")
	p.AllowAttrs("datetime").Matching(times).OnElements("time", "del", "ins")
	p.AllowAttrs("cite").Matching(link).OnElements("blockquote", "q", "del", "ins")

	p.RequireParseableURLs(true)
	p.AllowRelativeURLs(true)
	p.AllowURLSchemes("http", "https", "mailto", "tel", "ftp", "xmpp")
	p.AllowURLSchemeWithCustomPolicy("data", func(u *url.URL) bool {
		return u.RawQuery == "" && u.Fragment == "" && imageData.MatchString(strings.TrimSpace(u.Opaque))
	})
	return p
}
