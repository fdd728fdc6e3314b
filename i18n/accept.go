package i18n

import (
	"cmp"
	"slices"
	"strings"

	"github.com/volaweb/vola/internal/accept"
)

// Limits of Accept-Language: what is longer is not read further.
const (
	maxAccept = 1000 // bytes
	maxWanted = 20   // languages
)

// Accepted returns the best of the languages for a header Accept-Language (RFC 9110,
// section 12.5.4), nil if it names none that the site has, or "*" first. Of the header
// it reads 1,000 bytes and 20 languages.
func (t *Texts) Accepted(header string) *Language {
	type wanted struct {
		tag    string
		weight float64
	}
	var list []wanted
	for entry := range strings.SplitSeq(header[:min(len(header), maxAccept)], ",") {
		if len(list) == maxWanted {
			break
		}
		tag, params, _ := strings.Cut(entry, ";")
		tag = strings.TrimSpace(tag)
		if weight, ok := accept.Quality(params); ok && weight > 0 && (tag == "*" || isTag(tag)) {
			list = append(list, wanted{tag, weight})
		}
	}
	slices.SortStableFunc(list, func(a, b wanted) int { return cmp.Compare(b.weight, a.weight) })
	for _, want := range list {
		if want.tag == "*" {
			return nil
		}
		if l := t.Language(want.tag); l != nil {
			return l
		}
	}
	return nil
}
