package kinds

import (
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// idleLimit is how long a connection is kept for the next run: one that nobody
// comes back for, after a reload or with a longer interval, closes itself.
const idleLimit = 5 * time.Minute

// A link is the connection of one exchange.
type link struct {
	conn      *http.ClientConn
	transport *http.Transport
	meter     *meter
	remote    string
	reused    bool
	timer     *time.Timer // closes it while it is kept
}

// A keeper keeps one idle link per origin between runs. A nil keeper keeps none.
type keeper struct {
	mu   sync.Mutex
	idle map[string]link
}

// take returns the link kept for the origin of u if it can still be used.
func (k *keeper) take(u *url.URL, t *http.Transport) (l link, ok bool) {
	if k == nil {
		return l, false
	}
	from := origin(u)
	k.mu.Lock()
	l, ok = k.idle[from]
	delete(k.idle, from)
	k.mu.Unlock()
	if !ok {
		return l, false
	}
	l.timer.Stop()
	// The transport is another after its certificates have changed.
	if l.transport != t || l.conn.Err() != nil || l.conn.Available() == 0 {
		l.conn.Close()
		return l, false
	}
	l.reused = true
	return l, true
}

// wants tells whether the connection of a redirect is to be kept: it is if there
// is little left to read.
func (k *keeper) wants(body io.Reader) bool {
	if k == nil {
		return false
	}
	_, err := io.CopyN(io.Discard, body, 4<<10)
	return err == io.EOF
}

func closing(c *http.ClientConn) func() { return func() { c.Close() } }

// put keeps l, or closes it if it is of no more use.
func (k *keeper) put(u *url.URL, l link) {
	if k == nil || l.conn.Err() != nil {
		l.conn.Close()
		return
	}
	l.timer = time.AfterFunc(idleLimit, closing(l.conn))
	from := origin(u)
	k.mu.Lock()
	before, two := k.idle[from]
	if k.idle == nil {
		k.idle = make(map[string]link)
	}
	k.idle[from] = l
	k.mu.Unlock()
	if two { // of another run at the same time
		before.timer.Stop()
		before.conn.Close()
	}
}
