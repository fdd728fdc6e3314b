package peers

import (
	"strconv"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"
)

func base(title string, body ...g.Node) g.Node {
	return h.Doctype(h.HTML(h.Head(h.TitleEl(g.Text(title), g.Text(" - Site"))), h.Body(body...)))
}

// GomponentsPage returns the page.
func GomponentsPage(d Data) g.Node {
	return base(d.Title, h.H1(g.Text(d.Title)), h.Table(g.Map(d.Rows, gomponentsRow)))
}

func gomponentsRow(r Row) g.Node {
	return h.Tr(g.If(r.Admin, h.Class("admin")),
		h.Td(g.Text(strconv.Itoa(r.ID))),
		h.Td(h.A(h.Href("/users/"+strconv.Itoa(r.ID)), g.Text(r.Name))),
		h.Td(g.Text(r.Email)))
}
