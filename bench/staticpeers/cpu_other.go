//go:build !linux

package main

import (
	"errors"
	"time"
)

// processTime is only known on Linux.
func processTime(int) (time.Duration, error) {
	return 0, errors.New("static files are measured on Linux only")
}
