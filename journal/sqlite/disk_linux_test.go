package sqlite

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// ownDisk runs the calling test once more, in a process of its own that may
// mount, and returns "" when that has passed. In that process it returns a
// directory on a disk of 1 MB.
func ownDisk(t *testing.T) string {
	t.Helper()
	const inside = "ANDON_TEST_OWN_DISK"
	if os.Getenv(inside) != "" {
		dir := t.TempDir()
		if err := syscall.Mount("none", dir, "tmpfs", 0, "size=1m"); err != nil {
			t.Skipf("skipped: may not mount: %v", err)
		}
		t.Cleanup(func() { check(t, syscall.Unmount(dir, 0)) })
		return dir
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.v", "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), inside+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	out, err := cmd.CombinedOutput()
	_, ran := errors.AsType[*exec.ExitError](err)
	switch {
	case err == nil && bytes.Contains(out, []byte("--- PASS: "+t.Name())):
	case err == nil, !ran:
		t.Skipf("skipped: no disk of its own to be had here: %v\n%s", err, out)
	default:
		t.Errorf("on a disk of its own: %v\n%s", err, out)
	}
	return ""
}

func TestFullDisk(t *testing.T) {
	t.Parallel()
	dir := ownDisk(t)
	if dir == "" {
		return
	}
	ballast := filepath.Join(dir, "ballast")
	s := mustOpen(t, filepath.Join(dir, "journal.db"))
	refusesWhenFull(t, s, func() { check(t, os.Remove(ballast)) }, func() {
		f, err := os.Create(ballast)
		for err == nil {
			_, err = f.Write(make([]byte, 4096))
		}
		check(t, f.Close())
	})
	check(t, s.Close()) // before its disk goes
}

func TestReadOnlyDisk(t *testing.T) {
	t.Parallel()
	dir := ownDisk(t)
	if dir == "" {
		return
	}
	path := filepath.Join(dir, "journal.db")
	s := mustOpen(t, path)
	fill(t, s, 2)
	check(t, s.Close())
	check(t, syscall.Mount("none", dir, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""))

	reader, err := OpenReadOnly(t.Context(), path)
	check(t, err)
	wantStream(t, reader, 2)
	_, err = Open(t.Context(), path)
	wantError(t, err, path, "cannot be", "the user andon runs as")
	_, err = Open(t.Context(), filepath.Join(dir, "other.db"))
	wantError(t, err, "cannot create it", "read-only file system", "another data directory")
}
