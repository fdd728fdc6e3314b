package postgres

// Reads is reads, for its test.
func Reads(q string) bool { return reads(q) }
