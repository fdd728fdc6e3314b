package cache

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"reflect"
)

// longKey is how long the JSON of an argument may be, in bytes, to be a key as it is. Of a longer one
// the key is a hash.
const longKey = 200

// Memoise returns fn with a memory: for an argument that it was called with before, the result
// comes from the cache, as [Values.Get] says. It wraps a function once, where that is declared or
// registered, such as a handler of package web/api:
//
//	api.Get(r, "/weather/{city}/", cache.Memoise(s.cache, weather, s.measure))
//
// kept returns the cache, and is called for each call, as there is none yet when routes are
// registered; nil keeps nothing. The result must depend on the argument alone, and not on what the
// context knows of a visitor: all who call with the same argument get the same. The key is the
// argument as JSON, so In has what [Of] demands of values. Two functions need two declarations of
// values, whose names are different: else one gets what the other one has computed. What cannot be
// used panics.
//
// A result has the tags, and those that fn gives to [Tag].
func Memoise[In, Out any](kept func() *Cache, values Values[Out], fn func(context.Context, In) (Out, error), tags ...string) func(context.Context, In) (Out, error) {
	if kept == nil || fn == nil || values.name == "" {
		panic(fmt.Sprintf("cache: Memoise of %q without a cache, without a function, or of values that cache.Of has not made", values.name))
	}
	if _, err := shapeOf(reflect.TypeFor[In]()); err != nil {
		panic(fmt.Sprintf("cache: %s: the argument: %v", values.name, err))
	}
	return func(ctx context.Context, in In) (Out, error) {
		key, err := json.Marshal(&in) // so that methods of pointers count
		if err != nil {
			var none Out
			return none, fmt.Errorf("cache: %s: the argument: %w", values.name, err)
		}
		if len(key) > longKey {
			sum := sha256.Sum256(key)
			key = base64.RawURLEncoding.AppendEncode(nil, sum[:])
		}
		return values.Get(ctx, kept(), string(key), func(ctx context.Context) (Out, error) { return fn(ctx, in) }, tags...)
	}
}
