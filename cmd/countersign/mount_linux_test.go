package main

import (
	"fmt"
	"os"
	"syscall"
	"testing"

	"countersign/internal/mailtest"
)

// mount puts a small file system in memory on a folder, or skips the test.
func mount(t *testing.T, dir string, size int) {
	t.Helper()
	if os.Getuid() != 0 {
		mailtest.Lacks(t, "only root can mount a file system")
	}
	must(t, os.MkdirAll(dir, 0o700))
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d,mode=700", size)); err != nil {
		mailtest.Lacks(t, "a file system can't be mounted here: ", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Errorf("unmount %s: %v", dir, err)
			_ = syscall.Unmount(dir, syscall.MNT_DETACH)
		}
	})
}

// remount makes the file system at dir read-only, or writable again.
func remount(t *testing.T, dir string, readOnly bool) {
	t.Helper()
	flags := uintptr(syscall.MS_REMOUNT)
	if readOnly {
		flags |= syscall.MS_RDONLY
	}
	must(t, syscall.Mount("tmpfs", dir, "tmpfs", flags, ""))
}
