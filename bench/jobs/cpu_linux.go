package main

import (
	"fmt"
	"syscall"
	"time"
	"unsafe"
)

// processTime returns the processor time, user and system, that a process has
// used, in nanoseconds; /proc/PID/stat has hundredths of a second. It is the
// clock of clock_getcpuclockid(3), whose number the kernel's
// include/linux/posix-timers.h makes from the process's.
func processTime(pid int) (time.Duration, error) {
	const schedulerClock = 2 // CPUCLOCK_SCHED
	clock := ^pid<<3 | schedulerClock
	var at syscall.Timespec
	if _, _, errno := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, uintptr(clock), uintptr(unsafe.Pointer(&at)), 0); errno != 0 {
		return 0, fmt.Errorf("the processor time of process %d: %w", pid, errno)
	}
	return time.Duration(at.Nano()), nil
}
