package htmlcompile

// What this package and package templates know of html/template and
// text/template beyond their documentation. TestPrivate fails on a version of
// Go that changes it.

// EscaperPrefix begins the names of the functions that html/template adds to
// the pipelines of actions to escape their values.
const EscaperPrefix = "_html_template_"

// DerivedMark separates the name of a tree from the context that html/template
// escapes a copy of it for, when it is called in an attribute, a title or a
// script. That copy cannot be had from html/template, and the tree itself
// stays unescaped. But a tree that has the name of the copy is taken for it.
const DerivedMark = "$htmltemplate_"

// definedPrefix is the beginning of what DefinedTemplates of a set returns,
// before the quoted names.
const definedPrefix = "; defined templates are: "

// standardEscapers are the escapers that html/template runs for compiled pages:
// those that this package has not, or not for all values. The others are in
// escaperNamed.
const standardEscapers = "cssescaper cssvaluefilter htmlnamefilter jsregexpescaper jstmpllitescaper jsvalescaper srcsetescaper " +
	"attrescaper rcdataescaper nospaceescaper jsstrescaper"
