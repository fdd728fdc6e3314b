# Renders Markdown as GitHub Pages does. On standard input come documents, each
# behind a line with its number of bytes; the HTML of each leaves the same way.
require "kramdown"
require "kramdown-parser-gfm"

STDIN.binmode
STDOUT.binmode
STDOUT.sync = true
options = { input: "GFM", hard_wrap: false, syntax_highlighter: nil, math_engine: nil, auto_ids: false }
while (length = STDIN.gets)
  text = STDIN.read(length.to_i).force_encoding("UTF-8")
  html = begin
    Kramdown::Document.new(text, options).to_html
  rescue StandardError => e
    "<error>#{e.class}</error>"
  end
  html = html.b
  STDOUT.write("#{html.bytesize}\n")
  STDOUT.write(html)
end
