package cache

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"
)

// Values declares a kind of values that are kept: their type, how long they are good, and the
// name that their keys begin with. It is a small immutable value, meant for a package-level
// variable. It is made by [Of].
type Values[T any] struct {
	name, prefix string
	life         life
	text         bool // T is a kind of string, and kept as it is
}

// life is how long values are used.
type life struct{ fresh, stale time.Duration }

// Option says how values are kept.
type Option func(*life)

// For sets how long a value is good. Up to a tenth of it is taken off at random, so that values
// that were made together are not all made again together. It is needed.
func For(d time.Duration) Option { return func(l *life) { l.fresh = d } }

// Stale sets how long a value is served after that, while one computes it again, and when that
// fails. Defaults to not at all: then who asks waits.
func Stale(d time.Duration) Option { return func(l *life) { l.stale = d } }

// Of declares values of type T. The name, of small letters, digits, hyphens and dots, tells
// them from others in a cache. Values are kept as JSON, but for []byte and kinds of string, which
// are kept as they are; so T has what encoding/json reads back as it was: no fields that are not
// exported or have one name, no interfaces, functions and channels. What cannot be used is a mistake of the program
// and panics. A []byte is shared by all who get it, so it must not be changed.
//
// A change of T changes the keys: a program with another version of it does not find the values of
// this one.
func Of[T any](name string, options ...Option) Values[T] {
	if name == "" || len(name) > 60 || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-.") != "" {
		panic(fmt.Sprintf("cache: the name %q is not 1 to 60 small letters, digits, hyphens and dots", name))
	}
	var l life
	for _, option := range options {
		option(&l)
	}
	if l.fresh <= 0 || l.stale < 0 {
		panic(fmt.Sprintf("cache: %s: values are good for %v and stale for %v; say cache.For with more than 0", name, l.fresh, l.stale))
	}
	t := reflect.TypeFor[T]()
	shape, err := shapeOf(t)
	if err != nil {
		panic(fmt.Sprintf("cache: %s: %v", name, err))
	}
	return Values[T]{name: name, prefix: name + "/" + shape + "/", life: l, text: t.Kind() == reflect.String && !writesItself(t)}
}

// Name returns the name given to [Of].
func (v Values[T]) Name() string { return v.name }

// Get returns the value of a key, computed by load if c does not have it, with these tags and
// those that load gives to [Tag]. The error is that of load. What is wrong with the store is no
// error: it is logged, and load computes.
//
// The context of load is not cancelled with ctx, as others may wait for the value; it ends after
// [Config].Timeout. load may also run after Get has returned, to replace a value that is stale. A
// panic of load is an error for all who wait.
//
// A nil Cache keeps nothing.
func (v Values[T]) Get(ctx context.Context, c *Cache, key string, load func(ctx context.Context) (T, error), tags ...string) (T, error) {
	var out T
	if c == nil || c.cfg.Direct != nil && c.cfg.Direct(ctx) {
		Tag(ctx, tags...) // of the value around it
		return load(ctx)
	}
	if v.name == "" {
		return out, fmt.Errorf("cache: values that cache.Of has not made")
	}
	raw, err := c.get(ctx, v.prefix+key, v.life, tags, func(ctx context.Context) ([]byte, error) {
		value, err := load(ctx)
		if err != nil {
			return nil, err
		}
		return v.encode(value)
	})
	if err != nil {
		return out, err
	}
	if err := v.decode(raw, &out); err != nil {
		return out, fmt.Errorf("cache: %s: %w", v.name, err)
	}
	return out, nil
}

func (v Values[T]) encode(value T) ([]byte, error) {
	if raw, ok := any(value).([]byte); ok {
		return raw, nil
	}
	if v.text {
		return []byte(reflect.ValueOf(value).String()), nil
	}
	return json.Marshal(&value) // so that methods of pointers count
}

func (v Values[T]) decode(raw []byte, to *T) error {
	if to, ok := any(to).(*[]byte); ok {
		*to = raw
		return nil
	}
	if v.text {
		reflect.ValueOf(to).Elem().SetString(string(raw))
		return nil
	}
	return json.Unmarshal(raw, to)
}
