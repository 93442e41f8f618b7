package config

import (
	"crypto/sha256"
	"io"
	"os"
)

// Files are what a configuration was made from: its own file and those that it
// refers to, with a digest of each, zero for one that could not be read.
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
	info, err := os.Stat(file) // what is no file might never end, or keep us waiting
	if err != nil || !info.Mode().IsRegular() {
		return sum
	}
	r, err := os.Open(file)
	if err != nil {
		return sum
	}
	defer r.Close()
	h := sha256.New()
	if _, err := io.Copy(h, io.LimitReader(r, maxBytes+1)); err != nil {
		return sum
	}
	h.Sum(sum[:0])
	return sum
}
