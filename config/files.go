package config

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// Files are what a configuration was made from: its own file and those that it
// refers to, with a digest of each; of one that cannot be read, of what keeps it
// from that, because people are told.
type Files map[string][sha256.Size]byte

// note keeps what file is now. Note first and read then: what is changed in
// between differs from the note.
func (f Files) note(file string) {
	if f != nil {
		f[file] = digest(file)
	}
}

// Changed tells whether one of the files is not what it was.
func (f Files) Changed() bool {
	for file, before := range f {
		if digest(file) != before {
			return true
		}
	}
	return false
}

func digest(file string) (sum [sha256.Size]byte) {
	unreadable := func(why string) [sha256.Size]byte { return sha256.Sum256([]byte("\x00" + why)) }
	info, err := os.Stat(file) // what is no file might never end, or keep us waiting
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return unreadable("missing")
	case err != nil:
		return unreadable("unknown")
	case !info.Mode().IsRegular():
		return unreadable(info.Mode().Type().String())
	}
	r, err := os.Open(file)
	if err != nil {
		return unreadable("closed")
	}
	defer r.Close()
	h := sha256.New()
	if _, err := io.Copy(h, io.LimitReader(r, maxBytes+1)); err != nil {
		return unreadable("broken")
	}
	h.Sum(sum[:0])
	return sum
}

// ReadFile reads a file that is read again and again, of at most so many bytes.
// Only a regular one will do: a pipe tells its contents once, and keeps whoever
// opens it waiting. The error is a sentence that does not name the file.
func ReadFile(name string, most int64) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil && !errors.Is(err, fs.ErrPermission) {
		return nil, errors.New("there is no such file: create it, or mount it where andon runs")
	}
	if err == nil && !info.Mode().IsRegular() {
		return nil, irregular(info.Mode())
	}
	f, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0) // it may have become a pipe since
	if err != nil {
		return nil, errors.New("andon may not read it: give its user the right to")
	}
	defer f.Close()
	if info, err = f.Stat(); err == nil && !info.Mode().IsRegular() {
		return nil, irregular(info.Mode())
	}
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("reading it failed: %w", errors.Unwrap(err)) // without the name
	case int64(len(text)) > most:
		return nil, fmt.Errorf("it is larger than %d KiB: name another file", most>>10)
	}
	return text, nil
}

func irregular(m fs.FileMode) error {
	kind := "no regular file"
	switch {
	case m.IsDir():
		kind = "a folder"
	case m&fs.ModeNamedPipe != 0:
		kind = "a pipe"
	}
	return fmt.Errorf("it is %s, and andon reads it again and again: name a regular file", kind)
}
