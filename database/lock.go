package database

import "context"

// Locker is implemented by backends on which several processes work at once
// and that can keep a lock beside transactions. A database that dies or loses
// the connection frees the lock.
type Locker interface {
	// Lock waits until no other holder has the lock of that name, calling
	// waiting once if it has to wait, and takes it. It is held until unlock
	// is called, on a connection of its own.
	Lock(ctx context.Context, name string, waiting func()) (unlock func() error, err error)
}
