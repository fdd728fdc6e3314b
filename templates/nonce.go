package templates

import "github.com/volaweb/vola/internal/htmlcompile"

// Place is where a page has an element that is written in a template: a script, a
// style or an import map. At is the offset after its "<script" or "<style", Kind one of
// the constants below. What is in the data of a page never has a Place, and
// neither has a script that browsers do not run, such as one of JSON.
type Place = htmlcompile.Place

// PlaceKind is what an element is for a Content-Security-Policy.
type PlaceKind = htmlcompile.Kind

// The kinds of elements.
const (
	// InlineScript is a script without an attribute src in the template's own text.
	InlineScript = htmlcompile.InlineScript
	// LinkedScript is a script with the attribute src.
	LinkedScript = htmlcompile.LinkedScript
	// InlineStyle is a style element.
	InlineStyle = htmlcompile.InlineStyle
	// ImportMap is a script of the type importmap.
	ImportMap = htmlcompile.ImportMap
)

// PageWriter is a writer that [Set.Render] tells where a page has scripts and
// styles of its own. It is called once, in place of Write. The page has no
// nonce: so it can be kept, and be sent with another one each time (see
// [AppendWithNonce]).
type PageWriter interface {
	// WritePage takes a whole page, with its places in order. Both are used
	// again after it returns.
	WritePage(page []byte, places []Place) error
}

// AppendWithNonce appends a page to a slice, with the nonce as an attribute of each
// element that has a place, but import maps: a policy has the hashes of those. The
// nonce needs the form that policies have, letters, digits, "+", "/", "-",
// "_" and "=", and must be new for each response.
func AppendWithNonce(to, page []byte, places []Place, nonce string) []byte {
	return htmlcompile.AppendWithNonce(to, page, places, nonce)
}
