package templates

import "github.com/volaweb/vola/internal/nearest"

// didYouMean returns `; did you mean "x"?` for the candidate nearest to name,
// or "" when none is near.
func didYouMean(name string, candidates []string) string {
	if best := nearest.Name(name, candidates); best != "" && best != name {
		return `; did you mean "` + best + `"?`
	}
	return ""
}
