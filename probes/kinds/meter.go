package kinds

import (
	"context"
	"io"
	"net"
	"sync/atomic"
	"time"
)

// A meter is a connection that knows when something last came. An answer that has
// come waits for its neighbours until it is read to the end: that is our time,
// and not the target's.
type meter struct {
	net.Conn
	clock func() time.Time
	made  time.Time
	last  atomic.Int64 // ns since made
}

func (m *meter) Read(b []byte) (int, error) {
	n, err := m.Conn.Read(b)
	if n > 0 || err == io.EOF { // which is the last of some answers
		m.last.Store(int64(m.clock().Sub(m.made)))
	}
	return n, err
}

// came is when something last came.
func (m *meter) came() time.Time { return m.made.Add(time.Duration(m.last.Load())) }

type meterKey struct{}

// dial connects, and leaves the meter where the context wants it.
func (w *way) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := w.env.Dialer.DialContext(ctx, network, address)
	to, wanted := ctx.Value(meterKey{}).(**meter)
	if err != nil || !wanted {
		return conn, err
	}
	*to = &meter{Conn: conn, clock: w.env.Clock, made: w.env.Clock()}
	return *to, nil
}
