package templates_test

import "strings"

// body returns some fragments.
func (g *generator) body() string {
	var s strings.Builder
	for range 1 + g.IntN(3) {
		s.WriteString(g.fragment())
	}
	return s.String()
}

// tags marks the beginning of an element that gets a nonce.
func (g *generator) tags(text string) string {
	for _, tag := range []string{"<script", "<style"} {
		if rest, ok := strings.CutPrefix(text, tag); ok && !strings.HasPrefix(rest, " type=") { // those are data
			return tag + g.token(item{kind: nonceItem}) + rest
		}
	}
	return text
}

// contexts are the places where html/template tells values apart, with @ for
// actions.
func contexts() []string {
	return []string{
		"<p>@</p>", "<p>@</p>", "<p>@</p>", "<title>@</title>", "<textarea>@</textarea>", "<!-- @ -->",
		`<a title="@">x</a>`, `<a title='@'>x</a>`, `<a title=@ >x</a>`, `<input @>`, `<input x@="y">`,
		`<a href="@">x</a>`, `<a href="/x?q=@">x</a>`, `<a href='/p/@/'>x</a>`, `<img src=@ srcset="@">`, `<meta http-equiv="refresh" content="0;url=@">`,
		`<a href="javascript:f('@')">x</a>`, `<a onclick="f(@)">x</a>`, `<a onclick='f("@")'>x</a>`,
		`<style>p{color:@}</style>`, `<style>p{background:url("@")}</style>`, `<p style="width:@">x</p>`,
		"<script>var x = @;</script>", "<script>var x = @;</script>", `<script>var x = "@";</script>`, "<script>var x = '@', y = /@/;</script>", "<script>var x = `@`;</script>",
		"<script>/* @ */ x // @\n</script>", `<script type="application/json">{"a": @}</script>`, `<script type="text/x-template">@</script>`,
	}
}

// fragment returns HTML with actions in some context, or with further
// fragments.
func (g *generator) fragment() string {
	if g.depth++; g.depth > 6 {
		g.depth--
		return g.actions()
	}
	defer func() { g.depth-- }()
	switch g.IntN(16) {
	case 0:
		return "{{if " + g.pipeline() + "}}" + g.inner(g.fragment) + "{{else}}" + g.inner(g.fragment) + "{{end}}"
	case 1:
		return g.inner(func() string {
			g.object, g.dot = true, true
			g.loops++
			return g.rooted("{{range $.Subs}}") + g.fragment() + "{{end}}"
		})
	case 2:
		if g.depth < 4 {
			return g.inner(func() string { return g.componentIn(len(g.components), g.fragment) })
		}
	case 3:
		if g.super {
			return g.token(item{kind: superItem, data: g.pick("", "", " .")})
		}
	case 4:
		if len(g.slots) > 0 && g.slots[0] != "any" {
			return g.slot(g.fragment)
		}
	case 5:
		return g.variable() // until the end of what is written
	case 6:
		return g.actions() + g.pick("", "text < & > ", "<br>")
	}
	parts := strings.Split(g.pick(contexts()...), "@")
	text := g.tags(parts[0])
	for _, part := range parts[1:] {
		text += g.actions() + part
	}
	return text
}
