package gallery

import (
	"time"

	"github.com/volaweb/vola/civil"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/storage"
)

// snippet: model

// Photo is a picture that somebody sent.
type Photo struct {
	ID      int64
	Title   string           `db:"size=100,unique" label:"Title"`
	Picture storage.Name     `db:"size=200" form:"types=pictures,size=15MB" label:"Picture"`
	Taken   *civil.Date      `label:"Day" help:"When it was taken."`
	By      *orm.Ref[Person] `db:"on_delete=set_null" label:"Photographer" help:"Type a part of the name."`
	Release storage.Name     `db:"size=200" form:"optional,types=pdf,size=5MB" label:"Release" help:"The agreement of who is in it, as a PDF."`
	Added   time.Time        `db:"auto_now_add"`
}

// end snippet

// Person is somebody who takes pictures.
type Person struct {
	ID   int64
	Name string `db:"size=60,index"`
}
