package migrate_test

import (
	"encoding/json"
	"time"

	"github.com/volaweb/vola/civil"
	"github.com/volaweb/vola/orm"
)

// AuthGroup is a row of table auth_group.
type AuthGroup struct {
	ID   int64  `db:"bits=32"`
	Name string `db:"size=150,unique"`
}

// AuthGroupPermissions is a row of table auth_group_permissions.
type AuthGroupPermissions struct {
	ID         int64
	Group      orm.Ref[AuthGroup]      `db:"on_delete=no_action,deferred"`
	Permission orm.Ref[AuthPermission] `db:"on_delete=no_action,deferred"`
}

// AuthPermission is a row of table auth_permission.
type AuthPermission struct {
	ID          int64                      `db:"bits=32"`
	ContentType orm.Ref[DjangoContentType] `db:"on_delete=no_action,deferred"`
	Codename    string                     `db:"size=100"`
	Name        string                     `db:"size=255"`
}

// AuthUser is a row of table auth_user.
type AuthUser struct {
	ID          int64  `db:"bits=32"`
	Password    string `db:"size=128"`
	LastLogin   *time.Time
	IsSuperuser bool
	Username    string `db:"size=150,unique"`
	LastName    string `db:"size=150"`
	Email       string `db:"size=254"`
	IsStaff     bool
	IsActive    bool
	DateJoined  time.Time
	FirstName   string `db:"size=150"`
}

// AuthUserGroups is a row of table auth_user_groups.
type AuthUserGroups struct {
	ID    int64
	User  orm.Ref[AuthUser]  `db:"on_delete=no_action,deferred"`
	Group orm.Ref[AuthGroup] `db:"on_delete=no_action,deferred"`
}

// AuthUserUserPermissions is a row of table auth_user_user_permissions.
type AuthUserUserPermissions struct {
	ID         int64
	User       orm.Ref[AuthUser]       `db:"on_delete=no_action,deferred"`
	Permission orm.Ref[AuthPermission] `db:"on_delete=no_action,deferred"`
}

// CustomGroup is a row of table custom group.
type CustomGroup struct {
	ID   int64
	Name string `db:"size=50"`
}

// DjangoAdminLog is a row of table django_admin_log.
type DjangoAdminLog struct {
	ID            int64
	ObjectID      *string
	ObjectRepr    string `db:"size=200"`
	ActionFlag    int16
	ChangeMessage string
	ContentType   *orm.Ref[DjangoContentType] `db:"on_delete=no_action,deferred"`
	User          orm.Ref[AuthUser]           `db:"on_delete=no_action,deferred"`
	ActionTime    time.Time
}

// DjangoContentType is a row of table django_content_type.
type DjangoContentType struct {
	ID       int64  `db:"bits=32"`
	AppLabel string `db:"size=100"`
	Model    string `db:"size=100"`
}

// DjangoMigrations is a row of table django_migrations.
type DjangoMigrations struct {
	ID      int64
	App     string `db:"size=255"`
	Name    string `db:"size=255"`
	Applied time.Time
}

// DjangoSession is a row of table django_session.
type DjangoSession struct {
	SessionKey  string `db:"size=40,primary_key"`
	SessionData string
	ExpireDate  time.Time `db:"index"`
}

// Author is a row of table shop_author.
type Author struct {
	ID      int64
	Created time.Time
	Changed time.Time
	User    *orm.Ref[AuthUser] `db:"on_delete=no_action,deferred,unique"`
	Name    string             `db:"size=100"`
	Email   string             `db:"size=254"`
	Site    string             `db:"size=200"`
	Mentor  *orm.Ref[Author]   `db:"on_delete=no_action,deferred"`
}

// AuthorFriends is a row of table shop_author_friends.
type AuthorFriends struct {
	ID         int64
	FromAuthor orm.Ref[Author] `db:"on_delete=no_action,deferred"`
	ToAuthor   orm.Ref[Author] `db:"on_delete=no_action,deferred"`
}

// Book is a row of table shop_book.
type Book struct {
	ID        int64
	Created   time.Time
	Changed   time.Time
	Author    orm.Ref[Author] `db:"on_delete=no_action,deferred"`
	Title     string          `db:"size=200,index"`
	Kind      string          `db:"size=1"`
	Isbn13    *string         `db:"size=13"`
	Price     string          `db:"decimal=15.2"`
	Published *civil.Date
	Pages     int32
}

// BookTags is a row of table shop_book_tags.
type BookTags struct {
	ID   int64
	Book orm.Ref[Book] `db:"on_delete=no_action,deferred"`
	Tag  orm.Ref[Tag]  `db:"on_delete=no_action,deferred"`
}

// Kitchen is a row of table shop_kitchen.
type Kitchen struct {
	ID       [16]byte
	Big      int64
	Small    int16
	Pos      int32
	Posbig   int64
	Possmall int16
	Integer  *int32
	Flag     bool
	Maybe    *bool
	Real     float64
	Dec      string      `db:"decimal=15.2"`
	D        *civil.Date `db:"column=d"`
	Dt       *time.Time
	T        *civil.Clock `db:"column=t"`
	Dur      *int64
	Txt      string
	Js       *json.RawMessage
	Raw      *[]byte
	Ip       *string `db:"size=39"`
	Ip4      *string `db:"size=39"`
	Upload   string  `db:"size=100"`
	Path     string  `db:"size=100"`
}

// Membership is a row of table shop_membership.
type Membership struct {
	ID     int64
	Group  orm.Ref[CustomGroup] `db:"on_delete=no_action,deferred"`
	Author orm.Ref[Author]      `db:"on_delete=no_action,deferred"`
	Joined civil.Date
}

// Place is a row of table shop_place.
type Place struct {
	ID   int64
	Name string `db:"size=50"`
}

// Restaurant is a row of table shop_restaurant.
type Restaurant struct {
	PlacePtr orm.Ref[Place] `db:"on_delete=no_action,deferred,primary_key"`
	Stars    int16
}

// Tag is a row of table shop_tag.
type Tag struct {
	ID   int64
	Name string `db:"size=30,unique"`
	Slug string `db:"size=50,index"`
}

// Models returns the declarations of the models of this package.
func Models() []orm.Declaration {
	return []orm.Declaration{
		orm.Model[AuthGroup](orm.Table("auth_group")),
		orm.Model[AuthGroupPermissions](
			orm.Table("auth_group_permissions"),
			orm.Unique("Group", "Permission"),
		),
		orm.Model[AuthPermission](
			orm.Table("auth_permission"),
			orm.Unique("ContentType", "Codename"),
		),
		orm.Model[AuthUser](orm.Table("auth_user")),
		orm.Model[AuthUserGroups](
			orm.Table("auth_user_groups"),
			orm.Unique("User", "Group"),
		),
		orm.Model[AuthUserUserPermissions](
			orm.Table("auth_user_user_permissions"),
			orm.Unique("User", "Permission"),
		),
		orm.Model[CustomGroup](orm.Table("custom group")),
		orm.Model[DjangoAdminLog](
			orm.Table("django_admin_log"),
			orm.Check("django_admin_log_action_flag_check", `"action_flag" >= 0`),
		),
		orm.Model[DjangoContentType](
			orm.Table("django_content_type"),
			orm.Unique("AppLabel", "Model"),
		),
		orm.Model[DjangoMigrations](orm.Table("django_migrations")),
		orm.Model[DjangoSession](orm.Table("django_session")),
		orm.Model[Author](),
		orm.Model[AuthorFriends](
			orm.Table("shop_author_friends"),
			orm.Unique("FromAuthor", "ToAuthor"),
		),
		orm.Model[Book](
			orm.Unique("Author", "Title"),
			orm.Unique("Isbn13").Where(`"kind" = 'p'`).Named("book_isbn_paper"),
			orm.Index("-Published").Named("book_pub_desc"),
			orm.Check("book_price_ge_0", `"price" >= '0'`),
			orm.Check("shop_book_pages_check", `"pages" >= 0`),
		),
		orm.Model[BookTags](
			orm.Table("shop_book_tags"),
			orm.Unique("Book", "Tag"),
		),
		orm.Model[Kitchen](
			orm.Check("shop_kitchen_pos_check", `"pos" >= 0`),
			orm.Check("shop_kitchen_posbig_check", `"posbig" >= 0`),
			orm.Check("shop_kitchen_possmall_check", `"possmall" >= 0`),
		),
		orm.Model[Membership](),
		orm.Model[Place](),
		orm.Model[Restaurant](),
		orm.Model[Tag](),
	}
}
