package club

import (
	"time"

	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/orm"
)

// Notice is something that a member has pinned to the board.
type Notice struct {
	ID     int64
	Title  string             `db:"size=100" form:"" label:"Title"`
	Text   string             `db:"size=2000" form:"textarea" label:"What is it about?"`
	Inner  bool               `form:"" label:"For members only"`
	Author orm.Ref[auth.User] `db:"on_delete=cascade"`
	Pinned time.Time          `db:"auto_now_add,index"`
}

// snippet: profile

// Profile is what the club knows of a user apart from the account: one row for each user who has
// filled it in. It is deleted with the account.
type Profile struct {
	ID    int64
	User  orm.Ref[auth.User] `db:"unique,on_delete=cascade"`
	Phone string             `db:"size=30" form:"tel,complete=tel" label:"Phone number" help:"Members see it."`
}

// end snippet
