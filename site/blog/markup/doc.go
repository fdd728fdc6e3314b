// Package markup turns Markdown and HTML that people wrote into HTML that is
// safe to show, and makes excerpts, plain text and addresses of it.
//
//	html, err := markup.Render(text, markup.Options{Untrusted: true})
//
// Everything here is a pure function of its arguments: no files, no database, no
// HTTP.
//
// # How a text becomes a page
//
//  1. The text is checked: UTF-8, no binary, not too large, not nested as only
//     an attacker would nest it.
//  2. goldmark renders Markdown. HTML skips this step.
//  3. The HTML is parsed into a tree and worked over: headings get ids, code is
//     highlighted, tables get a box to scroll in.
//  4. What comes out is cleaned against a list of allowed elements and
//     attributes. This is the last step, so whatever the ones before it did,
//     no script, style, frame, event handler or javascript: address leaves the
//     package. Strings documented as clean may be made a template.HTML.
//
// # Markdown
//
// It is CommonMark with tables, footnotes, definition lists, ~~struck text~~,
// bare addresses, to-do lists and curly quotes. Where most of what people have
// written was written for kramdown, it reads it as kramdown does:
//
//   - What stands inside of * and ** decides whether they are marks, not what
//     stands around them, so that they work in scripts without spaces.
//   - {: #id .class key="value"} after a block or an element, and {#id} after
//     a heading, give it attributes. {:name: .class} gives a list of them a name.
//   - $$x$$ is a formula: its TeX stays as it is, in <code class="math">.
//   - *[HTML]: Hyper Text explains an abbreviation.
//   - Two backslashes at the end of a line break it.
//   - A block of HTML ends after its end tag, and a line with nothing but the
//     tag of an element that stands within text begins a paragraph. <x/> is
//     <x></x>.
//
// Of what older programs understood it also knows:
//
//   - "###Heading" without a space is a heading. With a single #, which is also
//     how hashtags and shell scripts begin, only when it stands alone between
//     blank lines.
//   - An indented line after a blank one inside a raw HTML block goes on with
//     the block, where CommonMark would see code in the middle of a table.
//   - What follows a line with <div markdown="1"> is Markdown.
//
// # Limits
//
// A text has at most 5 MB, 200,000 lines and 400,000 marks such as * and [, of
// which 20,000 in a paragraph; quotations and lists are nested at most 60 deep;
// its tables have at most 100,000 cells, and it has 4,000 footnotes and
// references to them. The HTML of it has at most 32 times as many bytes, and
// 64 kB; see [MaxHTML]. What is beyond is refused, with the line where that can
// be said. Code beyond 16 kB in a block has no colours.
package markup
