package sessions

import (
	"context"
	"encoding/json"
	"fmt"
)

// Key is the name of a value of the session, and its type, which encoding/json can write and
// read. It is made as a constant:
//
//	const visits = sessions.Key[int]("visits")
//
// Names of a module begin with the module's own, as in "shop.cart".
type Key[T any] string

// Get returns the value, and the zero value of its type if it is not set. A value that was
// stored as another type, by an older program, counts as not set.
func (k Key[T]) Get(ctx context.Context) (T, error) {
	var v T
	s, err := begin(ctx)
	if err != nil {
		return v, err
	}
	raw, err := s.value(ctx, string(k))
	if err != nil || raw == nil {
		return v, err
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		s.cfg.Log.Warn("a value of the session cannot be read and counts as not set", "name", string(k), "error", err)
		var zero T
		return zero, nil
	}
	return v, nil
}

// Set sets the value.
func (k Key[T]) Set(ctx context.Context, v T) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("sessions: value %q: %w", string(k), err)
	}
	s, err := begin(ctx)
	if err != nil {
		return err
	}
	return s.change(ctx, func(r *Record) error {
		r.Data[string(k)] = raw
		return nil
	})
}

// Update changes the value by a function, which gets the zero value if it is not set. If
// another request has changed the session meanwhile, the function is called again with what
// that one stored; so it changes nothing but the value, and does not use the session, which waits
// for it. Its error is that of Update, or if it
// is called again that of the request.
func (k Key[T]) Update(ctx context.Context, fn func(*T) error) error {
	s, err := begin(ctx)
	if err != nil {
		return err
	}
	return s.change(ctx, func(r *Record) error {
		var v T
		if raw := r.Data[string(k)]; raw != nil && json.Unmarshal(raw, &v) != nil {
			var zero T
			v = zero
		}
		if err := fn(&v); err != nil {
			return err
		}
		raw, err := json.Marshal(v)
		if err != nil {
			return fmt.Errorf("sessions: value %q: %w", string(k), err)
		}
		r.Data[string(k)] = raw
		return nil
	})
}

// Delete makes the value not set.
func (k Key[T]) Delete(ctx context.Context) error {
	s, err := begin(ctx)
	if err != nil {
		return err
	}
	return s.change(ctx, func(r *Record) error {
		delete(r.Data, string(k))
		return nil
	})
}

// Take returns the value and deletes it, at once and not when the answer begins: of several
// requests that take a value, one gets it. Requests with the method HEAD, and those of
// browsers that load a page that nobody may look at, get the zero value and leave it.
func (k Key[T]) Take(ctx context.Context) (T, error) {
	var v T
	s, err := begin(ctx)
	if err != nil {
		return v, err
	}
	raw, err := s.take(ctx, string(k))
	if err != nil || raw == nil {
		return v, err
	}
	if json.Unmarshal(raw, &v) != nil {
		var zero T
		v = zero
	}
	return v, nil
}
