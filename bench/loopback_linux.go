package main

import (
	"os/exec"
	"syscall"
)

// onLoopback binds a socket to the device: nobody outside this machine
// reaches it, whatever its address.
func onLoopback(_, _ string, c syscall.RawConn) error {
	failed := error(nil)
	err := c.Control(func(fd uintptr) {
		failed = syscall.SetsockoptString(int(fd), syscall.SOL_SOCKET, syscall.SO_BINDTODEVICE, "lo")
	})
	if err == nil {
		err = failed
	}
	return err
}

// mortal ends a child with us, however we end.
func mortal(c *exec.Cmd) { c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM} }
