//go:build !linux

package main

import (
	"errors"
	"time"
)

// processTime is only known on Linux.
func processTime(int) (time.Duration, error) {
	return 0, errors.New("the processor time of other processes is known on Linux only")
}
