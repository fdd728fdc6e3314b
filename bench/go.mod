module github.com/volaweb/vola/bench

go 1.26.0

require (
	github.com/go-chi/chi/v5 v5.5.0
	github.com/volaweb/vola v0.0.0
)

replace github.com/volaweb/vola => ..
