// Package jekyll reads blogs as Jekyll and its relatives have them: files with
// YAML front matter, the Markdown and the HTML that people have written since
// 2008, a little Liquid, and what the site says of all of them.
//
//	doc, err := jekyll.Parse("2013-10-17-queues.md", text, jekyll.Options{Zone: kolkata})
//
// Everything here is a pure function of its arguments: no database, no HTTP, no
// files but those of [Options.Includes] and [ReadSite].
//
// # How a file becomes a page
//
//  1. The text is checked: UTF-8, no binary, not too large.
//  2. Front matter is read into the fields of [Document].
//  3. Liquid, and dialects of Markdown that only these programs have, are
//     resolved as far as they are known; see [Options].
//  4. Package markup makes a page of it and cleans it. Interviews become lists
//     on the way. This is the last step, so whatever the ones before it did, no
//     script, style, frame, event handler or javascript: address gets through.
//
// # Dialects
//
//   - {% highlight python %} and <pre lang="python"> hold code; what is inside
//     need not be escaped.
//   - Rows between bars are a table without a heading too, as in kramdown, if
//     there are two of them, or pictures in one.
//   - {::comment}, {::options} and {:toc} show nothing, {::nomarkdown} holds
//     HTML, and a line of one ^ keeps two blocks apart.
//   - Addresses of links may have spaces, and there may be one between the text
//     of a link and its label.
//   - A bar in code in a table does not part cells, and a list in an item of a
//     numbered list may begin two spaces to the right.
//
// # Liquid
//
// {% raw %}, {% comment %}, {% highlight %}, {% post_url %}, {% link %},
// {% gist %} and {% include %} are known, and {{ site.baseurl }},
// {{ site.url }}, {{ page.title }} and a quoted path with the filters
// relative_url, absolute_url or prepend. So are the tags of Octopress, which many
// have written with: {% codeblock %}, {% blockquote %}, {% img %}, {% youtube %}
// and {% vimeo %}; of videos a link remains. With [Options.Site], {{ site.name }}
// is what the site's _config.yml says. All other Liquid stays as it was
// written, as text: on a blog about web frameworks it is more often an example
// than an instruction. For the same reason code is left alone, but for the
// markers of {% raw %}, which disappear from it.
//
// An include is looked up in [Options.Includes]; its parameters replace
// {{ include.name }} in the file. One that is not found, or has more Liquid in it
// than this, stays as text and is among [Document.Warnings], unless its
// parameters name a picture: then that is shown, with its caption.
//
// {% assign %} of a value that is known gives it a name. The first Liquid of a
// post that is not known is among [Document.Warnings]. Where the site has the
// plugin jemoji, the most common of its names, such as :heart:, are characters.
//
// A post includes at most 100 files, 5 deep, of 64 kB each and 2 MB in all. What
// Liquid puts into a text may make it longer by four times its length and 2 MB.
// Only regular files are opened.
//
// # Where a post was
//
// [ReadSite] reads what a Jekyll site says of all its posts. With it, [Parse]
// knows the address that a post had: it is among [Document.OldPaths], and
// relative links count from it. Folders around _posts are categories, and
// authors have the names that _data/authors.yml gives them.
package jekyll
