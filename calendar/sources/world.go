package sources

import (
	"crypto/x509"
	"path/filepath"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/egress"
)

// A World is what files and feeds are read with.
type World struct {
	Folder string         // where relative names of files begin: that of the configuration
	Dialer *egress.Dialer // the only way out; nil: one that refuses what all refuse
	Roots  *x509.CertPool // nil: the system's
	Agent  string         // User-Agent; empty: andon
}

// Open makes the fetcher of a file or of a feed. ok is false for sources of AWS,
// which this package does not know how to ask.
func (w World) Open(s calendar.Source) (_ Fetcher, ok bool) {
	switch {
	case s.ICS == nil:
		return nil, false
	case s.ICS.File != "":
		name := s.ICS.File
		if !filepath.IsAbs(name) {
			name = filepath.Join(w.Folder, name)
		}
		return file{name}, true
	case s.ICS.URL != "":
		return newFeed(w, s.ICS.URL), true
	}
	return nil, false
}

// kindOf is the kind of a source, as states and metrics call it.
func kindOf(s calendar.Source) string {
	switch {
	case s.SSM != nil:
		return "ssm"
	case s.ICS == nil:
		return ""
	case s.ICS.File != "":
		return "file"
	case s.ICS.S3 != "":
		return "s3"
	}
	return "https"
}
