package orm

import (
	"encoding/binary"
	"fmt"
	"io"
	"time"
	"unsafe"
)

// makeKey gives a row whose key is a uuid that is zero a new one, of version 7
// ([RFC 9562]): they stand in the order of time, so that new rows are added at
// the end of the key's index.
//
// [RFC 9562]: https://www.rfc-editor.org/rfc/rfc9562#section-5.7
func (p *plan) makeKey(row unsafe.Pointer) error {
	if p.key == nil || p.key.form != formUUID || p.key.ref != nil {
		return nil
	}
	at := (*[16]byte)(unsafe.Add(row, p.key.offset))
	if *at != [16]byte{} {
		return nil
	}
	key, err := newUUID(p.b.models.now(), p.b.models.random)
	if err != nil {
		return fieldError(p.model, p.key, err)
	}
	*at = key
	return nil
}

// newUUID returns a uuid of version 7: 48 bits of milliseconds, 12 bits of the
// fraction of a millisecond (RFC 9562, section 6.2, method 3), 62 random bits.
func newUUID(now time.Time, random io.Reader) ([16]byte, error) {
	var u [16]byte
	if _, err := io.ReadFull(random, u[8:]); err != nil {
		return u, fmt.Errorf("make a uuid: %w", err)
	}
	ns := now.UnixNano()
	fraction := uint64(ns%1e6) << 12 / 1e6
	binary.BigEndian.PutUint64(u[:8], uint64(ns/1e6)<<16|7<<12|fraction)
	u[8] = u[8]&0x3f | 0x80
	return u, nil
}
