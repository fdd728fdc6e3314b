// Package templates finds, joins and renders HTML templates.
//
// The language is that of [html/template], with its escaping by context, and
// these additions:
//
//	{{extends "base.html"}}             first action of a file: fill the blocks of another
//	{{super}}                           inside a block: what the file extended has there
//	{{template "partials/row.html" .}}  another file, found by the loaders
//	{{template "list.html#row" .}}      one block or define of another file
//
// A file that extends another may hold only {{block}} and {{define}} outside
// its first action; a block overrides the one of the same name in the files
// above it, to any depth. {{super}} runs the overridden one with the data the
// block was given, {{super .X}} with .X. The blocks of an included file are
// its own: they neither override nor are overridden by those of the including
// one. A name in {{template}} is a block of the file or of the files it
// extends when there is one, otherwise a file.
//
// A program declares its pages with the type of their data, and makes one
// [Set] of them. [New] loads, parses, joins and escapes every page and reports
// all errors at once, so that a page that can be rendered at all cannot fail
// because a template is missing or malformed:
//
//	var indexPage = templates.Page[indexData]("blog/index.html")
//
//	set, err := templates.New(templates.Config{
//		Loaders: []templates.Loader{templates.Dir("templates")},
//		Pages:   []templates.Checked{indexPage},
//	})
//	err = set.Render(ctx, w, indexPage.Data(indexData{Posts: posts}))
//
// New also follows the type of each page's data through its templates: a field
// that does not exist, a method or function with the wrong arguments, a range
// over what has no elements are errors with file, line and column. What it
// cannot decide, because a value is in an interface or no page shows it,
// [Set.Unchecked] says.
// [Config].Checks add checks of your own, such as that a route exists.
//
// Pages are escaped by html/template and then compiled, which makes them an
// order of magnitude faster; what they write and which errors they report is
// what html/template would have written and reported.
//
// The package knows neither HTTP nor models: functions such as url and static
// are given in [Config].Funcs. {{importmap}} writes the import map of
// [Config].ImportMap with the script around it, and nothing where that has nothing;
// a module that stands before it is an error.
//
// # Overriding
//
// The first loader that has a file wins. A file that extends its own name is
// put in front of the one it hides, so that it can change some of its blocks:
//
//	{{extends "blog/post.html"}}         in the project's own blog/post.html
//	{{block "title" .}}Our {{super}}{{end}}
//
// # Components
//
// A file can be called with named arguments, and with content for its slots:
//
//	{{$title := arg "title"}}{{$kind := arg "kind" "note"}}
//	<section class="{{$kind}}">
//	<h2>{{$title}}</h2>{{slot}}
//	{{if slot "footer"}}<footer>{{slot "footer"}}</footer>{{end}}
//	</section>
//
//	{{component "card.html" "title" .Title}}
//	{{with component "card.html" "title" .Title "kind" "warning"}}
//	<p>{{.Text}}</p>
//	{{with slot "footer"}}<a href="{{.Link}}">more</a>{{end}}
//	{{end}}
//
// An argument without a default must be given. A component has no data but its
// arguments; dot and the variables in the content are those of the caller. The
// call is replaced by the component before anything is escaped or checked, so
// that it can be used in any context. A file that has arguments or slots can only
// be called like that: it is neither a page nor a partial, and extends nothing.
//
// # Functions
//
// Besides those of [text/template], every template has the following. The
// value comes last, so that each reads well in a pipeline. The result is text,
// which is escaped where it is used, unless it says HTML or URL: those escape
// what they are given, but leave template.HTML as it is.
//
//	{{.Published | date "2 January 2006"}}      a time in Go's layout; nothing for nil and the zero time
//	{{.Published | timesince}}                  how long ago: "2 weeks, 3 days"
//	{{.Starts | timeuntil}}                     how long until then
//	{{.Body | truncatewords 30}}                the first words, then "…"
//	{{.Body | truncatechars 80}}                at most so many characters
//	{{.HTML | truncatehtml 30}}                 HTML: the first words, all tags closed
//	{{.HTML | striptags}}                       the text of HTML
//	{{.Text | linebreaks}}                      HTML: paragraphs and <br>
//	{{.Text | urlize}}                          HTML: links for the addresses in a text
//	{{.Body | wordcount}}                       the number of words
//	{{.Name | upper}} lower capfirst            letters
//	{{.Title | slugify}}                        "Café Müller" becomes "cafe-muller"
//	{{.Count | pluralize "reply" "replies"}}    the word for a number, or for a length
//	{{.Name | default "anonymous"}}             the value, or the default where it is empty
//	{{.Paid | yesno "paid" "open"}}             one of two texts
//	{{.Page | add 1}}                           the sum of two whole numbers
//	{{.Size | filesize}}                        "4.2 MB"
//	{{t "Hello, {name}!" "name" .Name}}         a text in the visitor's language; tc with a context, tn for a number
//	{{lang}} {{dir}}                            the tag of that language, and the direction of its script
//	{{localpath "/"}} {{range alternates}}      paths in that language, and the page in the others
//	{{range languages}}                         a menu of languages: .Name .Tag .Current, and .Path if they have paths
//	{{.At | localdate "long"}}                  in that language and the visitor's zone; localtime, localdatetime
//	{{.At | ago}}                               "3 days ago", "yesterday", "in 2 hours"
//	{{.Hits | number}} percent compact          "1,234,567", "25.6%", "1.2M"
//	{{.Price | money "EUR"}}                    "€48.50"
//	{{.Length | unit "kilometer"}}              "33.5 kilometers"
//	{{.Names | andlist}} orlist                 "Ann, Bob, and Cy"
//	{{.Hits | intcomma}}                        "1,234,567"
//	{{.Ratio | floatformat 2}}                  digits after the point
//	{{.Tags | join ", "}}                       the elements of a list as one text
//	{{list 1 2}} {{dict "a" 1}}                 a list, a map
//	{{cycle $i "odd" "even"}}                   the value whose turn it is
//	{{range pages .Page .Last}}                 the links below a list: see PageLink
//	<a href="{{query .Query "page" 2}}">        URL: the query string with some values set or, by nil, taken out
//	{{jsonscript "data" .Points}}               HTML: a script element with the value as JSON
package templates
