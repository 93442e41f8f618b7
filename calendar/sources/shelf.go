package sources

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/andon-project/andon/calendar"
)

// A shelf keeps the last good copy of each source in a folder, so that a restart while
// a source is down forgets nothing. What lies there may be as secret as the source, so
// only our user may read it, and no name of a file tells where it came from.
//
// A copy is two files: KEY-DIGEST.ics, and KEY.json that says which of those counts.
// The latter is replaced in one step when the former is safely there.
type shelf struct{ folder string }

// A label is what is known of a copy.
type label struct {
	Digest  string    `json:"sha256"` // of the copy
	Version Version   `json:"version"`
	Read    time.Time `json:"read"` // when the source last said that it is so
	Seen    time.Time `json:"seen"` // when this was written
}

// keyOfSource is the same as long as a window reads the same thing. Another address at
// the same window has another key, and so no copy.
func keyOfSource(s calendar.Source) string {
	parts := []string{"andon calendar source 1", s.Calendar, s.Window, kindOf(s)}
	if s.ICS != nil {
		parts = append(parts, s.ICS.File, s.ICS.URL, s.ICS.S3, s.ICS.Region)
	}
	if s.SSM != nil {
		parts = append(parts, s.SSM.Name, s.SSM.Region)
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", parts))
	return hex.EncodeToString(sum[:16])
}

func (s shelf) labelFile(key string) string { return filepath.Join(s.folder, key+".json") }
func (s shelf) bodyFile(key, digest string) string {
	return filepath.Join(s.folder, key+"-"+digest[:16]+".ics")
}

// load returns a copy. The error is fs.ErrNotExist where there is none; any other says
// that the copy is damaged and cannot be used.
func (s shelf) load(ctx context.Context, key string) ([]byte, label, error) {
	if s.folder == "" {
		return nil, label{}, fs.ErrNotExist
	}
	a, err := file{s.labelFile(key)}.Fetch(ctx, Version{})
	if err != nil {
		return nil, label{}, err
	}
	var l label
	if err := json.Unmarshal(a.Body, &l); err != nil || len(l.Digest) != 2*sha256.Size || strings.Trim(l.Digest, "0123456789abcdef") != "" || l.Read.IsZero() {
		return nil, label{}, errors.New("what describes it makes no sense")
	}
	a, err = file{s.bodyFile(key, l.Digest)}.Fetch(ctx, Version{})
	if err != nil {
		return nil, label{}, errors.New(err.Error()) // that it is missing is no excuse here
	}
	if sum := sha256.Sum256(a.Body); hex.EncodeToString(sum[:]) != l.Digest {
		return nil, label{}, errors.New("it is not what was written")
	}
	return a.Body, l, nil
}

// put keeps a copy, or of one that is kept already what is new of it: body is nil then.
func (s shelf) put(key string, body []byte, l label) error {
	if s.folder == "" {
		return nil
	}
	if err := os.MkdirAll(s.folder, 0o700); err != nil {
		return err
	}
	if body != nil {
		if err := s.write(s.bodyFile(key, l.Digest), body); err != nil {
			return err
		}
	}
	text, err := json.Marshal(l)
	if err != nil {
		return err
	}
	if err := s.write(s.labelFile(key), text); err != nil {
		return err
	}
	if body != nil {
		s.tidy(key, s.bodyFile(key, l.Digest))
	}
	return nil
}

// write replaces a file as a whole: after a crash it is what it was, or what it became.
func (s shelf) write(name string, text []byte) error {
	f, err := os.CreateTemp(s.folder, ".new-*") // 0600
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return s.sync()
}

// sync makes a rename last.
func (s shelf) sync() error {
	d, err := os.Open(s.folder)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// tidy removes the copies of a key that do not count any more.
func (s shelf) tidy(key, counts string) {
	old, _ := filepath.Glob(filepath.Join(s.folder, key+"-*.ics"))
	for _, name := range old {
		if name != counts {
			_ = os.Remove(name) // next time
		}
	}
}

// sweep removes what no source has used for long: addresses change, and what was
// secret should not lie about. Crashes leave files that were begun.
func (s shelf) sweep(used map[string]bool, now time.Time) {
	const long = 30 * 24 * time.Hour
	entries, _ := os.ReadDir(s.folder)
	for _, e := range entries {
		key := strings.TrimSuffix(e.Name(), ".json")
		key, _, _ = strings.Cut(key, "-")
		ours := strings.HasPrefix(e.Name(), ".new-") || len(key) == 32 && strings.Trim(key, "0123456789abcdef") == ""
		info, err := e.Info()
		if ours && err == nil && info.Mode().IsRegular() && !used[key] && now.Sub(info.ModTime()) > long {
			_ = os.Remove(filepath.Join(s.folder, e.Name()))
		}
	}
}
