// Package markup turns what people have written for their blogs since 2008
// into HTML that is safe to show: files as Jekyll reads them, with YAML front
// matter, Markdown of several generations, raw HTML, and a little Liquid.
//
//	doc, err := markup.Parse("2013-10-17-queues.md", text, markup.Options{Zone: kolkata})
//
// Everything here is a pure function of its arguments: no database, no HTTP, no
// files but those of [Options.Includes].
//
// # How a text becomes a page
//
//  1. The text is checked: UTF-8, no binary, not too large, not nested as only
//     an attacker would nest it.
//  2. Front matter is read into the fields of [Document].
//  3. Liquid is resolved as far as it is known; see [Options].
//  4. goldmark renders Markdown. Posts named .html skip this step.
//  5. The HTML is parsed into a tree and worked over: headings get ids, code is
//     highlighted, tables get a box to scroll in, interviews become lists.
//  6. What comes out is cleaned against a list of allowed elements and
//     attributes. This is the last step, so whatever the ones before it did,
//     no script, style, frame, event handler or javascript: address leaves the
//     package. Strings documented as clean may be made a template.HTML.
//
// # Old Markdown
//
// Beyond CommonMark, tables, footnotes, definition lists, struck text, bare
// addresses and smart quotes, it understands what older programs understood:
//
//   - "###Heading" without a space is a heading. With a single #, which is also
//     how hashtags and shell scripts begin, only when it stands alone between
//     blank lines.
//   - An indented line after a blank one inside a raw HTML block goes on with
//     the block, where CommonMark would see code in the middle of a table.
//   - What follows a line with <div markdown="1"> is Markdown.
//   - <pre lang="python"> and {% highlight python %} hold code; what is inside
//     need not be escaped.
//   - Rows between bars are a table without a heading too, as in kramdown, if
//     there are two of them, or pictures in one.
//   - Notes to kramdown are left out: a line such as {:.class} or {:toc}, and
//     {:target="_blank"} directly behind a link.
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
// # Where a post was
//
// [ReadSite] reads what a Jekyll site says of all its posts. With it, [Parse]
// knows the address that a post had: it is among [Document.OldPaths], and
// relative links count from it. Folders around _posts are categories, and
// authors have the names that _data/authors.yml gives them.
package markup
