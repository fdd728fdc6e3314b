// Package jsimports finds what JavaScript modules import, without parsing them whole: it knows
// comments, strings, templates and regular expressions, and the forms of import and
// export declarations (ECMAScript 2026, sections 16.2.2 and 16.2.3, and import() in 13.3.10).
package jsimports

// Import is one module that another asks for.
type Import struct {
	Specifier string
	At        int  // offset of the string in the source
	Dynamic   bool // by import("..."), so only when that is run
}

// Result is what was found in a source.
type Result struct {
	Imports []Import
	// Module says that the source has an import or export declaration, or import.meta:
	// it only works as a module.
	Module bool
	// CommonJS says that it calls require("..."), or sets exports: it only works in Node.js or
	// after a bundler.
	CommonJS bool
}

// Find looks through a source. It takes anything: what is no JavaScript has no
// imports from where the error is on.
func Find(source []byte) Result {
	f := &finder{lexer: lexer{text: source}}
	for f.next() {
		if f.kind == word && f.before != '.' {
			f.word()
		}
	}
	return f.result
}

// finder watches the tokens of a lexer.
type finder struct {
	lexer
	result Result
}

// word looks at a word that is no property.
func (f *finder) word() {
	switch string(f.token()) {
	case "import":
		f.importing()
	case "export":
		f.exporting()
	case "require", "module", "exports":
		was := f.lexer
		f.peeking = true
		f.result.CommonJS = f.commonJS(string(f.token())) || f.result.CommonJS
		f.lexer = was
	}
}

// commonJS reports whether a word is used as it is in modules of Node.js.
func (f *finder) commonJS(name string) bool {
	switch name {
	case "require":
		return f.next() && f.is('(') && f.next() && f.kind == text
	case "module":
		return f.next() && f.is('.') && f.next() && string(f.token()) == "exports"
	}
	return f.next() && (f.is('.') || f.is('[') || f.is(','))
}

// importing looks at what follows the word import: a string, import.meta, import(...), or
// names and then "from" and a string.
func (f *finder) importing() {
	if !f.next() {
		return
	}
	switch {
	case f.kind == text:
		f.found(false)
	case f.is('.'):
		if f.next() && string(f.token()) == "meta" {
			f.result.Module = true
		} else if f.next() && f.is('(') { // import.defer("x")
			f.calling()
		}
	case f.is('('):
		f.calling()
	case f.kind == word || f.is('*') || f.is('{'):
		f.clause()
	}
}

// calling looks at the argument of import(...).
func (f *finder) calling() {
	if !f.next() || f.kind != text {
		return
	}
	at, specifier := f.start, f.value
	if f.next() && (f.is(')') || f.is(',')) {
		f.result.Imports = append(f.result.Imports, Import{Specifier: specifier, At: at, Dynamic: true})
	}
}

// clause goes from the first token of a list of names to the string behind "from".
func (f *finder) clause() {
	for was := false; ; {
		switch {
		case f.kind == word:
			was = string(f.token()) == "from"
		case f.kind == text && was:
			f.found(false)
			return
		case f.kind == text, f.is(','), f.is('{'), f.is('}'), f.is('*'):
			was = false
		default:
			return
		}
		if !f.next() {
			return
		}
	}
}

// exporting looks at what follows the word export.
func (f *finder) exporting() {
	if !f.next() {
		return
	}
	switch {
	case f.is('*'):
		f.result.Module = true
		f.clause()
	case f.is('{'):
		f.result.Module = true
		for f.next() && !f.is('}') {
			if f.kind != word && f.kind != text && !f.is(',') {
				return
			}
		}
		// Only "from" may belong to it: what else comes is looked at as always.
		rest := f.lexer
		f.peeking = true
		if f.next() && f.kind == word && string(f.token()) == "from" && f.next() && f.kind == text {
			f.found(false)
			f.peeking = false
		} else {
			f.lexer = rest
		}
	case f.kind == word:
		f.result.Module = true
		if string(f.token()) == "import" {
			f.importing()
		}
	}
}

func (f *finder) found(dynamic bool) {
	f.result.Module = true
	f.result.Imports = append(f.result.Imports, Import{Specifier: f.value, At: f.start, Dynamic: dynamic})
}
