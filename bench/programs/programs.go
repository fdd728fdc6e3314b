package programs

import (
	"errors"
	"time"
)

// Program is one piece of work, and how it is done with each library: by a
// function of a context, the library's handle and further arguments.
type Program struct {
	Name string // as in the table of docs/comparison.md
	// Function is the part of the functions' names that they have in common,
	// such as ByKey of volaByKey.
	Function       string
	Vola, Ent, Bun any
	// Runs are the further arguments of each run, one after the other.
	Runs [][]any
}

// Draft is a post before it is stored.
type Draft struct {
	Title, Slug, Body string
	AuthorID          int64
	Published         time.Time
	Hits              int64
	Pinned            bool
}

// AuthorCount is a result of CountPerGroup: how many posts an author has, and
// how often they were read in all.
type AuthorCount struct {
	Author int64 `bun:"author_id" sql:"author_id"`
	Posts  int64
	Hits   int64
}

// Best is a result of PlainSQL.
type Best struct {
	Username string
	Hits     int64
}

const bestSQL = `SELECT a.username, max(p.hits) AS hits FROM bench_post p JOIN bench_author a ON a.id = p.author_id
	WHERE p.hits >= ? GROUP BY a.username ORDER BY a.username`

// errNoPage is for libraries that have no error for a page that does not exist.
var errNoPage = errors.New("there is no such page")

// All returns the programs in the order of the table.
func All() []Program {
	day := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	draft := Draft{"Nuages", "nuages", "Clouds.", 2, day, 7, true}
	none := [][]any{{}}
	return []Program{
		{"one row by its key", "ByKey", volaByKey, entByKey, bunByKey, [][]any{{int64(3)}, {int64(999)}}},
		{"one row or none", "OneOrNone", volaOneOrNone, entOneOrNone, bunOneOrNone, [][]any{{"post-3"}, {"nothing"}}},
		{"the newest ten", "Newest", volaNewest, entNewest, bunNewest, none},
		{"rows with two relations", "WithRelations", volaWithRelations, entWithRelations, bunWithRelations, none},
		{"by a field of the row referred to", "ByAuthor", volaByAuthor, entByAuthor, bunByAuthor, [][]any{{"ann"}, {"nobody"}}},
		{"by a many-to-many, no row twice", "ByTopics", volaByTopics, entByTopics, bunByTopics, [][]any{{"go", "sql"}, {"css"}}},
		{"or, not", "OrNot", volaOrNot, entOrNot, bunOrNot, [][]any{{int64(50), "Post 9"}}},
		{"optional filters", "Filters", volaFilters, entFilters, bunFilters,
			[][]any{{"", int64(0)}, {"ann", int64(0)}, {"", int64(40)}, {"bob", int64(40)}}},
		{"show loaded relations", "Show", volaShow, entShow, bunShow, none},
		{"create", "Create", volaCreate, entCreate, bunCreate, [][]any{{"Dora", "dora"}, {"Ann", "ann"}}},
		{"create with a reference", "CreatePost", volaCreatePost, entCreatePost, bunCreatePost, [][]any{{draft}, {draft}}},
		{"change two fields of one row", "Change", volaChange, entChange, bunChange,
			[][]any{{int64(4), "Changed", int64(1)}, {int64(999), "Nothing", int64(1)}}},
		{"count up", "CountUp", volaCountUp, entCountUp, bunCountUp, [][]any{{int64(3)}, {int64(999)}}},
		{"delete by a condition", "DeleteFew", volaDeleteFew, entDeleteFew, bunDeleteFew, [][]any{{int64(25)}, {int64(25)}}},
		{"get or create", "GetOrCreate", volaGetOrCreate, entGetOrCreate, bunGetOrCreate, [][]any{{"go"}, {"html"}, {"html"}}},
		{"count and sum per group", "CountPerGroup", volaCountPerGroup, entCountPerGroup, bunCountPerGroup, none},
		{"one column", "Slugs", volaSlugs, entSlugs, bunSlugs, none},
		{"transaction of two statements", "HandOver", volaHandOver, entHandOver, bunHandOver,
			[][]any{{int64(1), int64(2)}, {int64(2), int64(999)}}},
		{"page by number, with the number of pages", "Page", volaPage, entPage, bunPage,
			[][]any{{1, 4}, {2, 4}, {3, 4}, {4, 4}, {0, 4}}},
		{"plain SQL into a struct", "PlainSQL", volaPlainSQL, entPlainSQL, bunPlainSQL, [][]any{{int64(30)}, {int64(1000)}}},
	}
}
