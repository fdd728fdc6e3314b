// Package i18n has the texts of a site in the languages of its visitors.
//
// Texts stand in the code in one language, and are their own keys. Catalogues
// translate them: files of GNU gettext's form, one for each language, such as
// de.po, which the tools of translators read and write. [Load] reads and checks
// them when the site starts.
//
// The language of a request is in its context. [From] returns it:
//
//	lang := i18n.From(r.Context())
//	lang.T("Your comment was saved.")
//	lang.T("Hello, {name}!", "name", user.Name)
//	lang.TN(n, "{n} comment", "{n} comments")
//	lang.TC("verb", "Post") // not the noun
//
// A name in braces is a value that is given by its name; {n} of TN is the number
// itself. Other braces are text. Translations have the values of the text, in any
// order.
package i18n
