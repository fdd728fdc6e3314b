package vola

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/web/middleware"
)

// headerChecks are about what browsers are told.
func headerChecks() []deployCheck {
	return []deployCheck{
		{"H01", module.LevelError, "there is no Content-Security-Policy", (*deployment).noPolicy},
		{"H02", module.LevelWarning, "the Content-Security-Policy lets scripts in from anywhere", (*deployment).openPolicy},
		{"H03", module.LevelWarning, "a header for the safety of pages is left out", (*deployment).noHeaders},
		{"H05", module.LevelNote, "there is no Permissions-Policy", (*deployment).noPermissions},
		{"H06", module.LevelWarning, "the Content-Security-Policy lacks a directive that has no default", (*deployment).missingDirectives},
		{"H07", module.LevelNote, "a template has code in an attribute, which the Content-Security-Policy refuses", (*deployment).inlineAttributes},
	}
}

// policy returns the Content-Security-Policy of the site, "" for none.
func (d *deployment) policy() string {
	policy := cmp.Or(d.site.cfg.SecureHeaders.ContentSecurityPolicy, middleware.DefaultContentSecurityPolicy)
	if !d.withHeaders() || policy == middleware.Omit {
		return ""
	}
	return policy
}

// directive returns the sources of the first of these directives, and whether there is one.
func (d *deployment) directive(names ...string) (sources []string, ok bool) {
	for _, name := range names {
		for directive := range strings.SplitSeq(d.policy(), ";") {
			if fields := strings.Fields(strings.ToLower(directive)); len(fields) > 0 && fields[0] == name {
				return fields[1:], true
			}
		}
	}
	return nil, false
}

func (d *deployment) noPolicy() []module.Finding {
	if d.policy() != "" {
		return nil
	}
	where, write := "vola.Config, SecureHeaders.ContentSecurityPolicy", "remove middleware.Omit"
	if !d.withHeaders() {
		where, write = "vola.Config, NoSecureHeaders", "remove it, or silence H01 if Config.Middleware sends the headers"
	}
	return one("a script that an attacker brings into a page is run", where, write)
}

func (d *deployment) openPolicy() []module.Finding {
	if d.policy() == "" {
		return nil
	}
	const where = "vola.Config, SecureHeaders.ContentSecurityPolicy"
	sources, ok := d.directive("script-src", "default-src")
	if !ok {
		return one("scripts of every host are run, as there is neither script-src nor default-src", where, "default-src 'self'")
	}
	for _, source := range sources {
		if slices.Contains([]string{"'unsafe-inline'", "'unsafe-eval'", "*", "data:", "blob:", "http:", "https:"}, source) {
			return one(fmt.Sprintf("%s lets a script run that an attacker brings into a page", source), where, "script-src 'self'; scripts of the templates get a nonce")
		}
	}
	return nil
}

func (d *deployment) missingDirectives() (out []module.Finding) {
	if d.policy() == "" {
		return nil
	}
	for _, need := range []struct{ names, reason string }{
		{"object-src default-src", "a plug-in that an attacker brings into a page is run"},
		{"base-uri", "an attacker can turn all relative links and scripts of a page to another host"},
		{"form-action", "a form that an attacker brings into a page sends passwords elsewhere"},
		{"frame-ancestors", "other sites can show the pages in a frame, and have visitors click there"},
	} {
		names := strings.Fields(need.names)
		if _, ok := d.directive(names...); !ok {
			out = append(out, one(need.reason, "vola.Config, SecureHeaders.ContentSecurityPolicy", names[0]+" 'none'")...)
		}
	}
	return out
}

func (d *deployment) noHeaders() (out []module.Finding) {
	h := d.site.cfg.SecureHeaders
	for _, header := range []struct{ field, value, reason string }{
		{"ContentTypeOptions", h.ContentTypeOptions, "browsers guess the type of a file, and may run a text as a script"},
		{"FrameOptions", h.FrameOptions, "other sites can show the pages in a frame in old browsers"},
		{"OpenerPolicy", h.OpenerPolicy, "a page that opens one of the site keeps a hold of its window"},
		{"ReferrerPolicy", h.ReferrerPolicy, "other sites are told whole addresses, with what is in them"},
		{"ResourcePolicy", h.ResourcePolicy, "other sites can load the pages and files into their own"},
	} {
		if d.withHeaders() && header.value == middleware.Omit {
			out = append(out, one(header.reason, "vola.Config, SecureHeaders."+header.field, "remove middleware.Omit")...)
		}
	}
	return out
}

func (d *deployment) noPermissions() []module.Finding {
	if !d.withHeaders() || d.site.cfg.SecureHeaders.PermissionsPolicy != middleware.Omit {
		return nil
	}
	return one("a script in a page can ask for the camera and the place of a visitor", "vola.Config, SecureHeaders.PermissionsPolicy", "remove middleware.Omit")
}

// isMailTemplate reports whether a template is of a mail, which lie in a folder of that name. Mails
// have no Content-Security-Policy, and their styles are in attributes for the sake of old programs.
func isMailTemplate(name string) bool {
	return slices.Contains(strings.Split(path.Dir(name), "/"), "mail")
}

// attribute is code in an attribute, within one tag.
var attribute = regexp.MustCompile(`(?is)<[a-z][^<>]*?\s(on[a-z]+|style)\s*=\s*["']`)

func (d *deployment) inlineAttributes() (out []module.Finding) {
	if d.policy() == "" {
		return nil
	}
	for name, text := range d.site.templateTexts() {
		at := attribute.FindStringSubmatchIndex(text)
		if at == nil || isMailTemplate(name) {
			continue
		}
		word := strings.ToLower(text[at[2]:at[3]])
		kind, write := "script-src", "addEventListener in a script"
		if word == "style" {
			kind, write = "style-src", "a class in a style sheet"
		}
		if sources, _ := d.directive(kind, "default-src"); slices.Contains(sources, "'unsafe-inline'") {
			continue
		}
		out = append(out, one(fmt.Sprintf("browsers ignore the attribute %s, as attributes have no nonce", word),
			fmt.Sprintf("%s:%d", name, 1+strings.Count(text[:at[2]], "\n")), write)...)
	}
	return out
}
