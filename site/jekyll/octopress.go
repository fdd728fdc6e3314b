package jekyll

import (
	"html"
	"path"
	"regexp"
	"strings"

	"github.com/volaweb/vola/site/blog/markup"
)

// octopress handles the tags that Octopress, and after it Hexo and others, gave
// those who write: pictures, videos, quotations, code with a caption.
func (l *liquid) octopress(rest, name, args string, n int) bool {
	switch name {
	case "codeblock":
		body, end := l.until(rest[n:], "endcodeblock", &l.noEnd.codeblock)
		if end < 0 {
			return false
		}
		return l.code(n+end, markup.Code{Lang: codeblockLanguage(args), Text: dedent(withoutRaw(body))})
	case "blockquote":
		if _, end := l.until(rest[n:], "endblockquote", &l.noEnd.blockquote); end < 0 || l.indented() {
			return false
		}
		l.quoted = append(l.quoted, args)
		return l.replace(n, "\n\n<blockquote>\n\n")
	case "endblockquote":
		if len(l.quoted) == 0 {
			return false
		}
		last := len(l.quoted) - 1
		footer := ""
		if who := strings.TrimSpace(l.quoted[last]); who != "" {
			footer = "<footer>" + citation(who) + "</footer>"
		}
		l.quoted = l.quoted[:last]
		return l.replace(n, "\n\n"+footer+"</blockquote>\n\n")
	case "img":
		return l.picture(args, n)
	case "youtube":
		return l.video(n, "https://www.youtube.com/watch?v=", args)
	case "vimeo":
		return l.video(n, "https://vimeo.com/", args)
	}
	return false
}

// codeblockLanguage returns the language that a codeblock is said to be in, by
// lang:x, else by the ending of the file that it is called after.
func codeblockLanguage(args string) string {
	lang := ""
	for word := range strings.FieldsSeq(args) {
		if after, ok := strings.CutPrefix(word, "lang:"); ok {
			return markup.Language(after)
		}
		if ext := path.Ext(word); lang == "" && len(ext) > 1 && !strings.Contains(word, "/") {
			lang = markup.Language(ext[1:])
		}
	}
	return lang
}

// address is what begins as an address does.
var address = regexp.MustCompile(`^(?:https?://|/)\S*$`)

// citation returns who is quoted, and from where, as HTML.
func citation(args string) string {
	var words []string
	link := ""
	for word := range strings.FieldsSeq(args) {
		if link == "" && strings.HasPrefix(word, "http") && address.MatchString(word) {
			link = word
			continue
		}
		words = append(words, word)
	}
	text := html.EscapeString(strings.Trim(strings.Join(words, " "), `"'`))
	if link == "" {
		return text
	}
	if text == "" {
		text = html.EscapeString(link)
	}
	return `<cite><a href="` + html.EscapeString(link) + `">` + text + `</a></cite>`
}

// picture handles {% img class /address.png 200 100 "what it shows" %}, of which
// only the address need be there.
func (l *liquid) picture(args string, n int) bool {
	words := strings.Fields(args)
	at := 0
	for at < len(words) && !address.MatchString(words[at]) && !isPicture(words[at]) {
		at++
	}
	if at == len(words) || at > 5 {
		return false
	}
	src, rest := strings.Trim(words[at], `"'`), words[at+1:]
	for range 2 { // width and height
		if len(rest) > 0 && size.MatchString(rest[0]) {
			rest = rest[1:]
		}
	}
	text := strings.Join(rest, " ")
	// Of a title and a description, each in quotes, the last says more.
	for _, quote := range [...]string{`"`, `'`} {
		if parts := strings.Split(text, quote); len(parts) > 2 {
			text = parts[len(parts)-2]
			break
		}
	}
	return l.replace(n, image(src, text))
}

func image(src, alt string) string {
	return `<img src="` + html.EscapeString(src) + `" alt="` + html.EscapeString(alt) + `">`
}

// isPicture reports whether an address ends as those of pictures do.
func isPicture(address string) bool {
	switch strings.ToLower(path.Ext(strings.Trim(address, `"'`))) {
	case ".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".avif":
		return true
	}
	return false
}

// size is the width or height of a picture.
var size = regexp.MustCompile(`^[0-9]{1,4}%?$`)

// videoKey is a number or name that a site gives to a video.
var videoKey = regexp.MustCompile(`^[\w-]{4,20}$`)

// video writes a link to a video: an embedded player is nothing that one can
// keep.
func (l *liquid) video(n int, site, args string) bool {
	key, _, _ := strings.Cut(args, " ")
	key = strings.Trim(key, `"'`)
	switch {
	case strings.HasPrefix(key, "https://") && !strings.ContainsAny(key, "<>"):
		return l.replace(n, "<"+key+">")
	case videoKey.MatchString(key):
		return l.replace(n, "<"+site+key+">")
	}
	return false
}

// figure shows the picture that the parameters of an include name. Themes have
// such includes, under many names, in files that are not the writer's.
func (l *liquid) figure(n int, params string) bool {
	var src, alt, caption string
	for _, p := range parseParams(params) {
		switch p.name {
		case "image_path", "path", "src", "url", "image", "img", "file":
			if src == "" && isPicture(p.value) {
				src = l.resolved(p.value)
			}
		case "alt":
			alt = p.value
		case "caption", "description", "title":
			if caption == "" {
				caption = p.value
			}
		}
	}
	if src == "" {
		return false
	}
	if caption == "" {
		return l.replace(n, image(src, alt))
	}
	return l.replace(n, "<figure>"+image(src, alt)+"<figcaption>"+html.EscapeString(caption)+"</figcaption></figure>")
}

// resolved returns a parameter with the Liquid in it resolved, as far as it is
// known.
func (l *liquid) resolved(value string) string {
	for {
		before, rest, ok := strings.Cut(value, "{{")
		inner, after, closed := strings.Cut(rest, "}}")
		if !ok || !closed {
			return value
		}
		text, known := l.evaluate(strings.TrimSpace(inner))
		if !known || strings.Contains(text, "{{") {
			return value
		}
		value = before + text + after
	}
}
