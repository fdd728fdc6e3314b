package pagepeers

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// limit is the blog as it could hardly be faster on these drivers: one statement
// a request, bytes appended to a buffer.
func limit(ctx context.Context, s *Stores) (http.Handler, error) {
	topics := "(SELECT group_concat(x.topic, char(31)) FROM (SELECT t.id || ':' || t.name AS topic FROM blog_post_topics pt JOIN blog_topic t ON t.id = pt.topic_id WHERE pt.post_id = p.id ORDER BY t.name) x)"
	if !s.SQLite {
		topics = "(SELECT string_agg(t.id || ':' || t.name, chr(31) ORDER BY t.name) FROM blog_post_topics pt JOIN blog_topic t ON t.id = pt.topic_id WHERE pt.post_id = p.id)"
	}
	columns := "SELECT p.id, p.title, p.slug, p.body, p.published, a.id, a.first_name, a.last_name, " + topics
	one := columns + " FROM blog_post p JOIN blog_author a ON a.id = p.author_id WHERE p."
	h := &limitBlog{}
	h.buffers.New = func() any { return new([]byte) }
	var errs []error
	prepare := func(stmt **sql.Stmt, db *sql.DB, query string) {
		var err error
		*stmt, err = db.PrepareContext(ctx, s.Text(query))
		errs = append(errs, err)
	}
	prepare(&h.list, s.Read, columns+", (SELECT count(*) FROM blog_post)"+
		" FROM (SELECT id FROM blog_post ORDER BY published DESC, id DESC LIMIT ? OFFSET ?) k"+
		" JOIN blog_post p ON p.id = k.id JOIN blog_author a ON a.id = p.author_id ORDER BY p.published DESC, p.id DESC")
	prepare(&h.bySlug, s.Read, one+"slug = ?")
	prepare(&h.byID, s.Read, one+"id = ?")
	prepare(&h.hit, s.Write, "UPDATE blog_post SET hits = hits + 1 WHERE id = ? RETURNING hits")
	mux := http.NewServeMux()
	mux.HandleFunc("GET /blog/{$}", h.serve(HTMLType, h.index))
	mux.HandleFunc("GET /blog/{slug}/{$}", h.serve(HTMLType, h.post))
	mux.HandleFunc("GET /api/posts/{id}", h.serve(JSONType, h.api))
	mux.HandleFunc("POST /hits/{id}", h.serve(JSONType, h.count))
	return mux, errors.Join(errs...)
}

type limitBlog struct {
	list, bySlug, byID, hit *sql.Stmt
	buffers                 sync.Pool
}

// limitPost is a row; its texts are the driver's memory.
type limitPost struct {
	id, authorID      int64
	title, slug, body sql.RawBytes
	published         time.Time
	first, last       sql.RawBytes
	topics            sql.RawBytes
}

func (p *limitPost) scan(rows *sql.Rows, more ...any) error {
	return rows.Scan(append([]any{&p.id, &p.title, &p.slug, &p.body, &p.published, &p.authorID, &p.first, &p.last, &p.topics}, more...)...)
}

// serve returns the handler for what a function appends.
func (h *limitBlog) serve(contentType string, appendTo func(b []byte, r *http.Request) ([]byte, error)) http.HandlerFunc {
	types := []string{contentType}
	return func(w http.ResponseWriter, r *http.Request) {
		buffer := h.buffers.Get().(*[]byte)
		defer h.buffers.Put(buffer)
		b, err := appendTo((*buffer)[:0], r)
		if err != nil {
			Fail(w, err)
			return
		}
		*buffer = b
		w.Header()["Content-Type"] = types
		w.Header()["Content-Length"] = []string{strconv.Itoa(len(b))}
		w.Write(b)
	}
}

func (h *limitBlog) index(b []byte, r *http.Request) ([]byte, error) {
	text, _ := strings.CutPrefix(r.URL.RawQuery, "page=")
	number, err := PageNumber(text)
	if err != nil {
		return b, err
	}
	rows, err := h.list.QueryContext(r.Context(), PageSize, (number-1)*PageSize)
	if err != nil {
		return b, err
	}
	defer rows.Close()
	b = append(b, htmlStart...)
	b = strconv.AppendInt(append(b, "Posts, page "...), int64(number), 10)
	b = append(b, htmlHeader+"<h1>Posts</h1>\n"...)
	var p limitPost
	var total int64
	for rows.Next() {
		if err := p.scan(rows, &total); err != nil {
			return b, err
		}
		b = append(b, "<article>\n<h2><a href=\"/blog/"...)
		b = append(b, p.slug...) // letters, digits and hyphens
		b = append(b, "/\">"...)
		b = appendHTML(b, p.title)
		b = append(b, "</a></h2>\n<p>"...)
		b = p.by(b)
		b = append(b, "</p>\n<p>"...)
		b = appendExcerpt(b, p.body)
		b = append(b, "</p>\n"...)
		b = p.list(b)
		b = append(b, "</article>\n"...)
	}
	if err := rows.Err(); err != nil {
		return b, err
	}
	at, err := PagerOf(number, total)
	if err != nil {
		return b, err
	}
	b = strconv.AppendInt(append(b, "<nav>Page "...), int64(at.Number), 10)
	b = strconv.AppendInt(append(b, " of "...), int64(at.Pages), 10)
	b = strconv.AppendInt(append(b, ", "...), at.Total, 10)
	b = append(b, " posts"...)
	b = appendLink(b, at.Prev, "newer")
	b = appendLink(b, at.Next, "older")
	return append(b, "</nav>\n"+htmlEnd...), nil
}

const (
	htmlStart  = "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>"
	htmlHeader = " - The blog</title></head>\n<body>\n<header><a href=\"/blog/\">The blog</a></header>\n<main>\n"
	htmlEnd    = "</main>\n</body>\n</html>\n"
)

func appendLink(b []byte, number int, text string) []byte {
	if number == 0 {
		return b
	}
	b = strconv.AppendInt(append(b, " <a href=\"/blog/?page="...), int64(number), 10)
	return append(append(append(b, "\">"...), text...), "</a>"...)
}

func (p *limitPost) by(b []byte) []byte {
	b = appendHTML(b, p.first)
	b = appendHTML(append(b, ' '), p.last)
	return p.published.AppendFormat(append(b, ", "...), time.DateOnly)
}

func (p *limitPost) list(b []byte) []byte {
	b = append(b, "<ul>"...)
	p.each(func(_ int, _, name string) {
		b = appendHTML(append(b, "<li>"...), name)
		b = append(b, "</li>"...)
	})
	return append(b, "</ul>\n"...)
}

// each takes the topics of a row apart.
func (p *limitPost) each(do func(i int, id, name string)) {
	rest := string(p.topics)
	for i := 0; rest != ""; i++ {
		var t string
		t, rest, _ = strings.Cut(rest, "\x1f")
		id, name, _ := strings.Cut(t, ":")
		do(i, id, name)
	}
}

// find appends what a function makes of the one post that is found by key.
func find(ctx context.Context, stmt *sql.Stmt, key any, b []byte, appendTo func([]byte, *limitPost) []byte) ([]byte, error) {
	rows, err := stmt.QueryContext(ctx, key)
	if err != nil {
		return b, err
	}
	defer rows.Close()
	if !rows.Next() {
		return b, errors.Join(rows.Err(), ErrNotFound)
	}
	var p limitPost
	if err := p.scan(rows); err != nil {
		return b, err
	}
	return appendTo(b, &p), nil
}

func (h *limitBlog) post(b []byte, r *http.Request) ([]byte, error) {
	return find(r.Context(), h.bySlug, r.PathValue("slug"), b, func(b []byte, p *limitPost) []byte {
		b = appendHTML(append(b, htmlStart...), p.title)
		b = appendHTML(append(b, htmlHeader+"<article>\n<h1>"...), p.title)
		b = p.by(append(b, "</h1>\n<p>"...))
		b = appendHTML(append(b, "</p>\n<div>"...), p.body)
		b = p.list(append(b, "</div>\n"...))
		return append(b, "</article>\n"+htmlEnd...)
	})
}

func (h *limitBlog) api(b []byte, r *http.Request) ([]byte, error) {
	id, err := PostID(r.PathValue("id"))
	if err != nil {
		return b, err
	}
	return find(r.Context(), h.byID, id, b, func(b []byte, p *limitPost) []byte {
		b = strconv.AppendInt(append(b, `{"id":`...), p.id, 10)
		b = appendJSON(append(b, `,"title":"`...), p.title)
		b = appendJSON(append(b, `","slug":"`...), p.slug)
		b = appendJSON(append(b, `","body":"`...), p.body)
		b = p.published.UTC().AppendFormat(append(b, `","published":"`...), time.RFC3339Nano)
		b = strconv.AppendInt(append(b, `","author":{"id":`...), p.authorID, 10)
		b = appendJSON(append(b, `,"name":"`...), p.first)
		b = appendJSON(append(b, ' '), p.last)
		b = append(b, `"},"topics":[`...)
		p.each(func(i int, id, name string) {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(append(b, `{"id":`...), id...)
			b = append(appendJSON(append(b, `,"name":"`...), name), `"}`...)
		})
		return append(b, "]}\n"...)
	})
}

func (h *limitBlog) count(b []byte, r *http.Request) ([]byte, error) {
	id, err := PostID(r.PathValue("id"))
	if err != nil {
		return b, err
	}
	hits, err := increment(r.Context(), h.hit, id)
	if err != nil {
		return b, err
	}
	b = strconv.AppendInt(append(b, `{"id":`...), id, 10)
	b = strconv.AppendInt(append(b, `,"hits":`...), hits, 10)
	return append(b, "}\n"...), nil
}

// appendHTML escapes text for HTML, as html/template does.
func appendHTML[T string | sql.RawBytes](b []byte, text T) []byte {
	done := 0
	for i := range len(text) {
		var escaped string
		switch text[i] {
		case '<':
			escaped = "&lt;"
		case '>':
			escaped = "&gt;"
		case '&':
			escaped = "&amp;"
		case '"':
			escaped = "&#34;"
		case '\'':
			escaped = "&#39;"
		default:
			continue
		}
		b = append(append(b, text[done:i]...), escaped...)
		done = i + 1
	}
	return append(b, text[done:]...)
}

// appendExcerpt appends the first words of a text.
func appendExcerpt(b []byte, text sql.RawBytes) []byte {
	n := 0
	for at := 0; at < len(text); {
		if text[at] == ' ' || text[at] == '\n' {
			at++
			continue
		}
		end := at
		for end < len(text) && text[end] != ' ' && text[end] != '\n' {
			end++
		}
		if n == excerptWords {
			return append(b, "…"...)
		}
		if n > 0 {
			b = append(b, ' ')
		}
		b = appendHTML(b, text[at:end])
		n, at = n+1, end
	}
	return b
}

// appendJSON escapes text for a string in JSON, as encoding/json does.
func appendJSON[T string | sql.RawBytes](b []byte, text T) []byte {
	const hex = "0123456789abcdef"
	done := 0
	for i := range len(text) {
		c := text[i]
		if c >= ' ' && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&' && c < utf8.RuneSelf || c >= utf8.RuneSelf {
			continue
		}
		b = append(b, text[done:i]...)
		done = i + 1
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		default:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	return append(b, text[done:]...)
}
