package sources

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
	"time"
)

// A file is a calendar on disk. Others replace it while it is read: what they write
// half is refused as cut off, and read again soon.
type file struct{ name string }

// Fetch implements Fetcher.
func (f file) Fetch(ctx context.Context, last Version) (Answer, error) {
	// Asked before it is opened: opening a pipe waits for whoever writes to it, and
	// opening a device may do anything.
	info, err := os.Stat(f.name)
	if err != nil {
		return Answer{}, fileFailure(err)
	}
	if !info.Mode().IsRegular() {
		return Answer{}, irregular(info)
	}
	if v := versionOf(info); v == last && v != (Version{}) {
		return Answer{Same: true, Version: v}, nil
	}
	r, err := os.OpenFile(f.name, os.O_RDONLY|syscall.O_NONBLOCK, 0) // it may have become a pipe since
	if err != nil {
		return Answer{}, fileFailure(err)
	}
	defer r.Close()
	if info, err = r.Stat(); err != nil {
		return Answer{}, fileFailure(err)
	}
	if !info.Mode().IsRegular() {
		return Answer{}, irregular(info)
	}
	body, err := readAll(r)
	if err != nil {
		return Answer{}, fileFailure(err)
	}
	return Answer{Body: body, Version: versionOf(info)}, nil // noted first, read then
}

// versionOf tells files apart by size and by when they were changed; what was changed
// just now may change again within what that time can tell, and is read again.
func versionOf(info fs.FileInfo) Version {
	const coarse = 2 * time.Second
	if time.Since(info.ModTime()) < coarse {
		return Version{}
	}
	return Version{ETag: fmt.Sprintf("%d/%d", info.Size(), info.ModTime().UnixNano())}
}

// readAll reads as much as an answer may be.
func readAll(r io.Reader) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, MaxBody+1))
	if err == nil && len(body) > MaxBody {
		return nil, tooLarge()
	}
	return body, err
}

func tooLarge() *Failure {
	return &Failure{Code: TooLarge, Text: fmt.Sprintf("it is larger than %d MiB", MaxBody>>20), Do: "export fewer past events, or split the calendar"}
}

// fileFailure says why a file cannot be read, without its name.
func fileFailure(err error) error {
	if known, ok := errors.AsType[*Failure](err); ok {
		return known
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &Failure{Code: Missing, Text: "there is no such file", Do: "create it, or mount it where andon runs; a relative name begins at the folder of the configuration", Err: err}
	case errors.Is(err, fs.ErrPermission):
		return &Failure{Code: Denied, Text: "andon may not read the file", Do: "give the user that andon runs as the right to", Err: err}
	}
	text := "the file cannot be read"
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		text += ": " + errno.Error()
	}
	return &Failure{Code: Unknown, Text: text, Err: err}
}

func irregular(info fs.FileInfo) error {
	kind := "no regular file"
	switch {
	case info.IsDir():
		kind = "a folder"
	case info.Mode()&fs.ModeNamedPipe != 0:
		kind = "a pipe"
	}
	return &Failure{Code: Refused, Text: "it is " + kind + ", and andon reads it again and again", Do: "name a regular file"}
}
