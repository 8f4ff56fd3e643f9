package daemon

import "golang.org/x/sys/unix"

// roomOn gives what says whether each of the folders would have enough left free
// on its disk for what matters more, if so many bytes were written: mark, or on
// a small disk a quarter of it.
func roomOn(mark int64, folders ...string) func(need int64) bool {
	return func(need int64) bool {
		for _, folder := range folders {
			var s unix.Statfs_t
			if unix.Statfs(folder, &s) != nil {
				continue // writing there will say what is wrong
			}
			free, all := int64(s.Bavail)*int64(s.Bsize), int64(s.Blocks)*int64(s.Bsize)
			if free-need < min(mark, all/4) {
				return false
			}
		}
		return true
	}
}
