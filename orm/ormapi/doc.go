// Package ormapi makes handlers for programs of a model: list, detail, create, edit and
// delete.
//
//	notices := ormapi.Resource[Notice]{
//		DB:     func() *database.DB { return c.DB },
//		Show:   []orm.Field[Notice]{Notices.ID, Notices.Title, Notices.Pinned},
//		Write:  []orm.Field[Notice]{Notices.Title},
//		Filter: []orm.Field[Notice]{Notices.Author},
//	}
//	notices.Read(r)
//	notices.Change(r.Wrap(auth.PermissionRequired("club.edit_board")))
//
// Fields are named, never all of a model: a field that is added later is not shown, and cannot
// be written, until somebody says so. A field that JSON leaves out, by the tag json:"-", and one
// that is sealed cannot be named.
//
// A list is read in parts of up to 200 rows, by a cursor that the part before has ([orm.Query.Seek]):
// no row is skipped or seen twice because others come and go. A field in Filter is a
// parameter of the address.
//
// Detail and edit have an ETag. An edit, a merge patch of RFC 7396, or a delete with If-Match is refused with
// 412 if the row is another one by then.
package ormapi
