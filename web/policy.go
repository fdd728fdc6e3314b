package web

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"

	"github.com/volaweb/vola/templates"
)

// policyHeaders are those that a page's own scripts and styles are named in.
var policyHeaders = [...]string{"Content-Security-Policy", "Content-Security-Policy-Report-Only"}

// nonceBytes is the size of a nonce: the 128 bits that the specification asks
// for (Content Security Policy Level 3, section 7.1).
const nonceBytes = 16

// newNonce makes a nonce in base64 for URLs, which needs no escaping anywhere.
func newNonce() string {
	var b [nonceBytes]byte
	rand.Read(b[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// pageNeeds are what a page needs from a policy.
type pageNeeds struct {
	script, linked, style bool
	hashes                string // of its import maps, each with a space in front
}

// needsOf finds out what a page needs.
func needsOf(page []byte, own []templates.Place) (n pageNeeds) {
	for _, place := range own {
		switch place.Kind {
		case templates.InlineScript:
			n.script = true
		case templates.LinkedScript:
			n.linked = true
		case templates.InlineStyle:
			n.style = true
		case templates.ImportMap:
			sum := sha256.Sum256(asParsed(scriptText(page[place.At:])))
			n.hashes += " 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
		}
	}
	return n
}

// scriptText returns the text of a script, from the attributes of its tag on.
func scriptText(tag []byte) []byte {
	quote := byte(0)
	for i, c := range tag {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return untilScriptEnd(tag[i+1:])
		}
	}
	return nil
}

// asParsed returns a text with its line ends as a browser has them.
func asParsed(text []byte) []byte {
	if bytes.IndexByte(text, '\r') < 0 {
		return text
	}
	return bytes.ReplaceAll(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))
}

func untilScriptEnd(text []byte) []byte {
	for at := 0; ; at++ {
		next := bytes.Index(text[at:], []byte("</"))
		if next < 0 {
			return text
		}
		at += next
		if name := text[at+2:]; len(name) >= len("script") && bytes.EqualFold(name[:len("script")], []byte("script")) {
			return text[:at]
		}
	}
}

// widen changes the policies of a header so that they accept what the page has of
// its own, and returns the nonce for that; "" if no policy asks for one.
func (n pageNeeds) widen(h http.Header) (nonce string) {
	for _, header := range policyHeaders {
		values, shared := h[header], true // other requests may have the array
		for i, value := range values {
			if n.linkedOnly() && !hasWord(value, strictDynamic) {
				continue // as most pages and policies are: not worth taking apart
			}
			policies := strings.Split(value, ",")
			for k, policy := range policies {
				policies[k] = n.widenPolicy(policy, &nonce)
			}
			if wide := strings.Join(policies, ","); wide != value {
				if shared {
					values, shared = slices.Clone(values), false
					h[header] = values
				}
				values[i] = wide
			}
		}
	}
	return nonce
}

// linkedOnly reports whether the page has scripts with src, and nothing else that is its own.
func (n pageNeeds) linkedOnly() bool { return !n.script && !n.style && n.hashes == "" }

// strictDynamic is the source with which a policy accepts no script for where it comes from.
const strictDynamic = "'strict-dynamic'"

// hasWord reports whether a text has a word in quotes, in any case of its letters.
func hasWord(text, word string) bool {
	for {
		i := strings.IndexByte(text, '\'')
		if i < 0 || len(text)-i < len(word) {
			return false
		}
		if strings.EqualFold(text[i:i+len(word)], word) {
			return true
		}
		text = text[i+1:]
	}
}

// widenPolicy is widen for one policy. It makes the nonce if that is the first
// to need one.
func (n pageNeeds) widenPolicy(policy string, nonce *string) string {
	directives := strings.Split(policy, ";")
	scripts, at := governing(directives, "script-src-elem", "script-src", "default-src")
	add := n.hashes
	if at >= 0 && (n.script || n.linked && hasSource(scripts, strictDynamic)) && restricts(scripts) {
		add += nonceSource(nonce)
	}
	if add != "" && at >= 0 && restricts(scripts) {
		directives = withSources(directives, at, "script-src", scripts, add)
	}
	styles, at := governing(directives, "style-src-elem", "style-src", "default-src")
	if n.style && at >= 0 && restricts(styles) {
		directives = withSources(directives, at, "style-src", styles, nonceSource(nonce))
	}
	return strings.Join(directives, ";")
}

func nonceSource(nonce *string) string {
	if *nonce == "" {
		*nonce = newNonce()
	}
	return " 'nonce-" + *nonce + "'"
}

// governing returns the sources of the first of the named directives that a policy has, and
// which one that is; -1 for none. Of two with a name the first counts (Content Security
// Policy Level 3, section 2.2.1).
func governing(directives []string, names ...string) (sources string, at int) {
	for _, name := range names {
		for i, directive := range directives {
			if found, sources := cutDirective(directive); strings.EqualFold(found, name) {
				return sources, i
			}
		}
	}
	return "", -1
}

// cutDirective splits a directive into its name and its sources.
func cutDirective(directive string) (name, sources string) {
	directive = strings.Trim(directive, spaces)
	end := strings.IndexAny(directive, spaces)
	if end < 0 {
		return directive, ""
	}
	return directive[:end], strings.TrimLeft(directive[end:], spaces)
}

const spaces = " \t\n\f\r"

// restricts reports whether sources are to be widened for a page: not where they accept everything in the
// page already, as a nonce would end that, and not where they accept
// nothing on purpose.
func restricts(sources string) bool {
	if sources == "" || hasSource(sources, "'none'") {
		return false
	}
	if !hasSource(sources, "'unsafe-inline'") {
		return true
	}
	for source := range strings.FieldsSeq(sources) {
		source = strings.ToLower(source)
		if source == strictDynamic || strings.HasPrefix(source, "'nonce-") || strings.HasPrefix(source, "'sha") {
			return true // 'unsafe-inline' does not count beside these
		}
	}
	return false
}

func hasSource(sources, source string) bool {
	for s := range strings.FieldsSeq(sources) {
		if strings.EqualFold(s, source) {
			return true
		}
	}
	return false
}

// withSources returns directives of which one accepts more. What stands in
// default-src becomes a directive of its own name.
func withSources(directives []string, at int, name, sources, add string) []string {
	if old, _ := cutDirective(directives[at]); strings.EqualFold(old, "default-src") {
		return append(directives, " "+name+" "+sources+add)
	}
	directives[at] = strings.TrimRight(directives[at], spaces) + add
	return directives
}
