//go:build !linux

package jobs

// placeOf is empty: whether another process lives is seen by its beats alone.
func placeOf() string { return "" }

func beganAt(int64) int64 { return 0 }
