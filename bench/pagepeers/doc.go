// Package pagepeers has the programs of bench/pages: the same small blog
// written with Vola, with net/http by hand, and with other libraries, each as a
// competent user of it would.
//
// All answer four requests on the same tables, which [Seed] makes and fills:
//
//	GET /blog/?page=N   ten posts with author, topics and excerpt, and how many there are
//	GET /blog/SLUG/     one post with author and topics
//	GET /api/posts/ID   one post with author and topics as JSON
//	POST /hits/ID       counts a reader of the post, answers the new number as JSON
//
// A page that is not there is 404, a number that cannot be read 400 in the
// query and 404 in the path.
package pagepeers
