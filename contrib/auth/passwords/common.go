package passwords

import (
	"crypto/sha256"
	_ "embed"
	"sort"
)

// common has the first five bytes of the SHA-256 of common passwords in lower case, sorted.
// scripts/commonpasswords.sh writes it.
//
//go:embed common.bin
var common string

const commonPrefix = 5 // bytes

// isCommon says whether a password in lower case is in a list as common is. One in ten million
// others is taken for one that is.
func isCommon(list, password string) bool {
	sum := sha256.Sum256([]byte(password))
	prefix, n := string(sum[:commonPrefix]), len(list)/commonPrefix
	entry := func(i int) string { return list[i*commonPrefix : (i+1)*commonPrefix] }
	at := sort.Search(n, func(i int) bool { return entry(i) >= prefix })
	return at < n && entry(at) == prefix
}
