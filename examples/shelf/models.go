package shelf

import "time"

// Book is one that somebody likes to read.
type Book struct {
	ID    int64
	Title string `db:"size=120,unique" form:"" label:"Title"`
	Likes int64
	Added time.Time `db:"auto_now_add,index"`
}
