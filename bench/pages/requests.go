package main

import (
	"fmt"
	"math/rand/v2"

	"github.com/volaweb/vola/bench/pagepeers/volablog"
)

// request is one of the four pages.
type request struct {
	name   string
	title  string
	method string
	goal   float64 // the most CPU that Vola may take, against the program by hand
	path   func(n uint64) string
}

// requestsOf returns the pages; of the list the first so many are asked for.
// The n-th path is the same for all programs.
func requestsOf(lists int) []request {
	post := func(n uint64) int { return rand.New(rand.NewPCG(7, n)).IntN(volablog.PostCount) + 1 }
	return []request{
		{"list", "ten posts", "GET", 0.70, func(n uint64) string { return fmt.Sprintf("/blog/?page=%d", 1+n%uint64(lists)) }},
		{"post", "one post", "GET", 0.85, func(n uint64) string { return "/blog/" + volablog.Slug(post(n)) + "/" }},
		{"json", "one post as JSON", "GET", 1.0, func(n uint64) string { return fmt.Sprintf("/api/posts/%d", post(n)) }},
		{"hit", "a counter", "POST", 1.0, func(n uint64) string { return fmt.Sprintf("/hits/%d", post(n)) }},
	}
}
