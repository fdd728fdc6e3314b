// Package orm stores Go structs in tables and finds them again, with
// conditions that the compiler checks.
//
// A model is a plain struct:
//
//	type Post struct {
//		ID     int64
//		Title  string `db:"size=200"`
//		Author orm.Ref[Author]
//		Topics orm.Many[Topic]
//	}
//
// The command "vola gen" writes a variable for each model that has a typed
// descriptor for each field, here Posts. Queries are made of them:
//
//	posts, err := orm.From[Post](db).
//		Where(Posts.Author.Has(Authors.Name.Eq("Ann"))).
//		OrderBy(Posts.Title.Asc()).
//		With(Posts.Topics).
//		All(ctx)
//
// A misspelled field, a value of the wrong type and a condition on another
// model do not compile. Queries never change: every method returns a new one, so
// they can be kept and shared. A row is found by its key with [Find].
//
// Types named after what they describe take the model: [Condition], [Order],
// [Assignment]. Those with Of behind the name, such as [ConditionOf], take a
// pointer to it; they are what descriptors are made of, and the compiler shows
// them in errors.
//
// Nothing is read that was not asked for: a relation that a query did not name
// with [Query.With] is not there, and reading it is an error that says so.
//
// # Expressions
//
// Where a column may stand, there may stand what functions of this package make
// of columns:
//
//	full := orm.Concat(People.First, orm.Value[Person](" "), People.Last)
//	orm.From[Person](db).
//		Where(orm.Gt(People.Salary, orm.Via(People.Manager, People.Salary))).
//		OrderBy(full.Asc())
//
// [Select] reads expressions into a struct, with an [Aggregate] among them in
// groups. [Raw] is for what has no function, and [FromSQL] for whole
// statements.
//
// # Writes
//
// [Create], [Update], [Save] and [Delete] are for one row, [CreateAll],
// [UpdateAll] and [Upsert] for many, and [Query.Update] and [Query.Delete] for
// those of a query. [GetOrCreate] and [UpdateOrCreate] have one row in the end,
// however many do it at the same time, and no error for any of them.
//
//	post.Title = "Hello"
//	err := orm.Update(ctx, db, &post, Posts.Title)
//	n, err := orm.From[Post](db).Where(Posts.ID.Eq(7)).Update(ctx, Posts.Hits.Increment(1))
//
// # Methods of models
//
// A model takes part in what happens to its rows by methods: it is a [Newer],
// an [Initer], a [Validator], a [BeforeSaver], an [AfterSaver], a
// [BeforeDeleter] or an [AfterDeleter]. Those around a statement share its
// transaction, and an error of one leaves nothing written. Statements for many
// rows call none. What happens exactly, here and under races, is in
// docs/queries.md.
//
// # Tags
//
// The tag db holds options, separated by commas:
//
//	size=N          at most N characters of text
//	unique          no two rows have the same value
//	index           an index on the column
//	column=NAME     the column's name; defaults to the field's in snake case
//	on_delete=X     what happens to the row when the one referred to is deleted:
//	                protect (refuse; the default), cascade, set_null, no_action
//	                (refuse, but with deferred only at the end of the transaction)
//	deferred        the row referred to may come later in the same transaction
//	auto_now_add    the time of creation, set by Create
//	auto_now        the time of the last change, set by Create and Update
//	soft_delete     the time at which the row was deleted: it stays, out of sight
//	version         counts the changes of an int64, so that one who changes a row
//	                that was changed since they read it gets ErrConflict
//	primary_key     the key, or one of its fields, where it is not the field ID
//	reverse=FIELD   this many-to-many relation is the other side of FIELD
//	through=MODEL   the pairs of this many-to-many relation are rows of a model of
//	                the same module, which may have more fields
//	table=NAME      the name of the join table of a many-to-many relation
//	was=COLUMN      the column's name before the field was renamed, for the next
//	                migration; it may stay
//	by=FIELD        the reference that a HasMany or HasOne is the other side of
//	decimal=P.S     a decimal number of P digits, S of them after the point; the
//	                field is a string or a type that is written as text
//	json            stored as a JSON document, whatever the type
//	type=KIND       what a type with its own Value and Scan is stored as: bool,
//	                int, float, text, bytes, time
//	duration        a type made of time.Duration
//	bits=N          the column of an int64 has only 16 or 32 bits, as keys have
//	                that others made; columns that refer to such a key follow
//	default=VALUE   what the database puts where someone else's INSERT names no
//	                value; 'quoted' if it has commas; now for times and dates
//	generated=SQL   computed by the database, and only read
//	-               not stored (alone)
//
// A field that may be NULL is a pointer or a [database/sql.Null]. Which Go types
// can be stored, and how, is in docs/storage.md. Indexes and constraints over
// several fields are options of [Model].
package orm
