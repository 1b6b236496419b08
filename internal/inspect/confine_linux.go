package inspect

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"syscall"
)

// self is this very program, even where its file was replaced or deleted since.
func self() (string, error) { return "/proc/self/exe", nil }

// dieWithParent has the kernel kill the process when the thread that started it ends.
func dieWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}

// confine bounds this process for good: memory and time of the processor; and it writes no file and leaves no dump.
func confine(b Bounds) error {
	if err := offerToKernel(); err != nil {
		return err
	}
	used, err := dataUsed()
	if err != nil {
		return err
	}
	limits := map[int]uint64{
		syscall.RLIMIT_DATA:  used + uint64(b.Memory), // of addresses (RLIMIT_AS) Go reserves gigabytes that it never writes to
		syscall.RLIMIT_CPU:   uint64(b.Time.Seconds()) + 1,
		syscall.RLIMIT_FSIZE: 0,
		syscall.RLIMIT_CORE:  0,
	}
	for resource, limit := range limits {
		if err := syscall.Setrlimit(resource, &syscall.Rlimit{Cur: limit, Max: limit}); err != nil {
			return err
		}
	}
	return nil
}

// offerToKernel has the kernel take this process, and not the server, where the machine's memory runs out.
func offerToKernel() error {
	err := os.WriteFile("/proc/self/oom_score_adj", []byte("1000"), 0)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return nil
	}
	return err
}

// dataUsed is what RLIMIT_DATA counts of this process already, in bytes.
func dataUsed() (uint64, error) {
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, err
	}
	var skipped, data uint64
	if _, err := fmt.Sscan(string(statm), &skipped, &skipped, &skipped, &skipped, &skipped, &data); err != nil {
		return 0, err
	}
	return data * uint64(os.Getpagesize()), nil
}
