module github.com/volaweb/vola/bench

go 1.26.0

require (
	github.com/go-chi/chi/v5 v5.5.0
	github.com/volaweb/vola v0.0.0
)

require (
	github.com/a-h/templ v0.3.977 // indirect
	github.com/flosch/pongo2/v6 v6.0.0 // indirect
	github.com/valyala/bytebufferpool v1.0.0 // indirect
	github.com/valyala/quicktemplate v1.8.0 // indirect
	maragu.dev/gomponents v1.2.0 // indirect
)

replace github.com/volaweb/vola => ..
