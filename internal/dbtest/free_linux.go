package dbtest

import "syscall"

// free returns how many bytes may be written below the path, 0 where there is no such path.
func free(path string) int64 {
	var stat syscall.Statfs_t
	if err := syscall.Statfs(path, &stat); err != nil {
		return 0
	}
	return int64(stat.Bavail) * int64(stat.Bsize)
}
