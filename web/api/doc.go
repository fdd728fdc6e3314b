// Package api answers programs: handlers that take and return Go values, and a
// description of them in the form of OpenAPI 3.1.
//
//	type newBook struct {
//		Title string `json:"title" form:"size=100" help:"As on the cover."`
//	}
//
//	func (s *shop) createBook(ctx context.Context, in newBook) (book, error)
//
//	r := router.API()
//	api.Post(r, "/books/", s.createBook, api.Summary("Add a book")).Name("books")
//
// # Input
//
// A field with one of these tags is read from the request:
//
//	path:"id"        the parameter {id} of the pattern
//	query:"q"        a parameter of the address; with default:"20" if it is not there
//	header:"If-Match"  a field of the header
//
// The other fields are the body, which is read as [web.ReadJSON] does, by the names of
// the tag json. A handler for GET or DELETE has no body. The tag form has rules for a field, as in
// package forms. What is not known, in the body or in the address, is refused. A description
// of a field is in the tag help.
//
// Input is a struct. If a pointer to it has a method Validate(context.Context) error, that is asked at the end.
//
// # Output
//
// The value is sent as JSON with 200, or 201 for Post, or with 204 and no body if it is [Nothing].
// Errors are a [web.Problem].
package api
