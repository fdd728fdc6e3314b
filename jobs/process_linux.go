package jobs

import (
	"os"
	"strconv"
	"strings"
)

// placeOf says where process numbers are those of this process: in one boot of one machine, and one name space of
// processes. It is empty if that cannot be found out.
func placeOf() string {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	space, err := os.Readlink("/proc/self/ns/pid")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(boot)) + " " + space
}

// beganAt returns when the process of that number began, in clock ticks since the boot. It is 0 if there is
// none, or if it has ended and its parent has not looked yet (proc_pid_stat(5), fields 3 and 22).
func beganAt(pid int64) int64 {
	stat, err := os.ReadFile("/proc/" + strconv.FormatInt(pid, 10) + "/stat")
	if err != nil {
		return 0
	}
	// The name, in parentheses, may hold anything.
	_, rest, _ := strings.Cut(string(stat), ") ")
	if i := strings.LastIndex(string(stat), ") "); i >= 0 {
		rest = string(stat)[i+2:]
	}
	fields := strings.Fields(rest)
	if len(fields) < 20 || fields[0] == "Z" || fields[0] == "X" {
		return 0
	}
	began, err := strconv.ParseInt(fields[19], 10, 64)
	if err != nil {
		return 0
	}
	return began
}
