package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// L5: a configuration that has become a pipe must not keep andon waiting. One
// that somebody writes, like <(sops -d FILE) of a shell, is as good as a file.
func TestConfigurationInAPipe(t *testing.T) {
	t.Parallel()
	pipe := filepath.Join(t.TempDir(), "andon.yaml")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		_, _, err := LoadFiles(pipe, Overrides{})
		ended <- err
	}()
	select {
	case err := <-ended:
		if err == nil {
			t.Error("nobody wrote a configuration, and it is one")
		}
	case <-time.After(20 * time.Second):
		t.Fatal("it waits for somebody to write")
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := w.WriteString("instance: shop"); err != nil {
		t.Fatal(err)
	}
	w.Close()
	if text, err := read(fmt.Sprintf("/dev/fd/%d", r.Fd())); err != nil || string(text) != "instance: shop" {
		t.Errorf("%q, %v", text, err)
	}
}

// What is read again and again is no pipe, whether anybody writes to it or not.
func TestReadFileOfAPipe(t *testing.T) {
	t.Parallel()
	pipe := filepath.Join(t.TempDir(), "web.yaml")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadFile(pipe, 1); err == nil || !strings.Contains(err.Error(), "it is a pipe, and andon reads it again and again: name a regular file") {
		t.Error(err)
	}
	if _, err := ReadFile(filepath.Dir(pipe), 1); err == nil || !strings.Contains(err.Error(), "it is a folder") {
		t.Error(err)
	}
}
