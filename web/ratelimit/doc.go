// Package ratelimit bounds how often something is done: requests of an address, failed log-ins of
// a name, mails to an address.
//
//	limiter := ratelimit.New(ratelimit.Config{
//		Name:  "search",
//		Limit: ratelimit.Limit{Rate: 30, Per: time.Minute, Burst: 10},
//		Store: ratelimit.NewMemory(0),
//	})
//	router.Wrap(ratelimit.Middleware(limiter, ratelimit.Address)).Get("/search/", search)
//
// A [Limit] is a bucket for each name, which fills at a steady rate (GCRA, the generic cell rate
// algorithm of ITU-T I.371). There are no windows at whose edge twice as many pass.
//
// Code that must count before it knows whether to count, such as a check of a password, takes a
// [Reservation] first and returns it on success: of many guesses at once no more pass than the
// limit says.
//
// [Memory] is for one process. Package dbstore keeps buckets in the database, for several
// processes and over restarts. Neither has the names, only hashes of them.
package ratelimit
