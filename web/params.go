package web

import (
	"net/http"
	"strconv"
)

// Int returns the path parameter declared as {name:int}. A route that
// declared it is only reached with a number that fits, so there is no error to
// check; for any other name Int returns 0. Parameters of other kinds are read
// by r.PathValue.
func Int(r *http.Request, name string) int64 {
	s := r.PathValue(name)
	if s == "" || !isInt(s) {
		return 0
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0
	}
	return n
}
