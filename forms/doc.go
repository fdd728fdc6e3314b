// Package forms reads what people fill in, and shows it again with what is wrong.
//
// A form is declared by a struct. Each field with the tag "form" is part of it, no other
// is ever set:
//
//	type signUp struct {
//		Name  string      `form:"size=100" label:"Your name"`
//		Email string      `form:"email" label:"Email address" help:"We write to you once."`
//		Born  *civil.Date `form:"" label:"Date of birth"`
//		Note  string      `form:"optional,textarea,size=2000" label:"Anything else?"`
//	}
//
//	var signUpForm = forms.New[signUp]()
//
// A handler binds it to a request, shows it and reads it:
//
//	form := signUpForm.Bind(r.Context(), signUp{})
//	switch ok, err := form.Read(r); {
//	case err != nil:
//		return err
//	case ok:
//		return store(form.Value)
//	}
//	return h.RenderStatus(w, r, form.Status(), page.Data(data{Form: form}))
//
// Templates show it as a whole or field by field, by files that a project can replace:
//
//	{{component "forms/form.html" "form" .Form}}
//	{{component "forms/field.html" "field" (.Form.Field "name")}}
//
// # Tags
//
//	form:"name=NAME"    the name that is sent; by default the field's own in snake case
//	form:"optional"     it may be empty; pointers always may, and are nil then
//	form:"required"     of a bool: the box must be ticked
//	form:"size=N"       a text of at most N characters (code points); by default 200, of a textarea 10,000
//	form:"min=N,max=N"  the least and greatest number, or day as 2006-01-02
//	form:"email"        also url, tel, password, textarea, radio, hidden: what it is shown as, and read as
//	form:"complete=X"   what browsers fill in, as the attribute autocomplete has it
//	form:"decimal=P.S"  of a string: a decimal number of P digits, S of them after the point
//	form:"version"      of a whole number: tells whether somebody else has changed the row
//	label:"Text"        what people call it; translated
//	help:"Text"         a sentence about it; translated
//
// A field is a string, bool, whole number, float, [civil.Date], [civil.Clock] or
// [time.Time], of a type based on one of them, a pointer to one, or a slice of strings or
// whole numbers. A type with a method Choices, as for package orm, is shown as a list.
//
// A slice of structs is a set of rows, which people add, remove and move ([Rows], [ChangesOf]).
// A [File], a storage.Name and slices of them are files, which are stored while they arrive
// ([Values.Accept]). [Build] makes a form of data. [Values.Once] has a form stored once.
//
// # Values
//
// Spaces around a text of one line are cut off, but not those of passwords; line breaks are
// "\n". Numbers are read in the visitor's language, times in the visitor's zone (package
// i18n). A field that was sent as it was shown keeps its value. A box that is not ticked
// sends nothing, and is false.
package forms
