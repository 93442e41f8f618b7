package kinds

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/andon-project/andon/egress"
)

// A dialogue is what is said over one connection. Its failures tell how much
// came and never what: a peer may send back what it was sent, and that may be
// secret.
type dialogue struct {
	tls      *tlsClient
	watch    *stopwatch
	conn     net.Conn // a tls.Conn once TLS has begun
	address  string
	demanded bool // the server wanted a certificate of ours

	heard    []byte // what came and no step has matched yet
	bytes    int64  // what came in all
	searched int    // how much patterns have looked through
}

func (d *dialogue) secure(ctx context.Context) error {
	conn, demanded, err := d.tls.handshake(ctx, d.watch, d.conn, d.address)
	if err != nil {
		return err
	}
	d.conn, d.demanded = conn, demanded
	return nil
}

// step is number n of the steps, counted from 1.
func (d *dialogue) step(ctx context.Context, n int, l line) error {
	if l.send != "" {
		d.watch.during(phaseProcessing, "sending ", name(n))
		if _, err := io.WriteString(d.conn, l.send); err != nil {
			return broken(ctx, fmt.Sprintf("%s could not be sent (%d bytes)", name(n), len(l.send)), err)
		}
	}
	if l.expect != nil {
		d.watch.during(phaseProcessing, "waiting for what ", name(n)+" expects"+d.came()+endless(l.send))
		if err := d.listen(ctx, n, l); err != nil {
			return err
		}
	}
	if !l.starttls {
		return nil
	}
	// What came in the clear must not count as said in TLS: whoever stands in
	// between may have put it there (CVE-2011-0411).
	if rest := strings.TrimRight(string(d.heard), "\r\n"); rest != "" {
		return failed(reasonProtocol, "before TLS began the server said %d bytes more than %s expects; let expect match the whole answer", len(rest), name(n))
	}
	d.heard = nil
	return d.secure(ctx)
}

// listen reads until the pattern of l matches. What comes after the match is
// left for the next step.
func (d *dialogue) listen(ctx context.Context, n int, l line) error {
	chunk := make([]byte, 4096)
	for {
		if d.searched += len(d.heard); d.searched > mostSearched {
			return failed(reasonProtocol, "the answer comes in too many small pieces to search it for what %s expects", name(n))
		}
		if match := l.expect.FindIndex(d.heard); match != nil {
			d.heard = d.heard[match[1]:]
			return nil
		}
		if len(d.heard) >= mostAnswer {
			return failed(reasonExpect, "%s expects %s, and %d other bytes came", name(n), wanted(l), len(d.heard))
		}
		size, err := d.conn.Read(chunk[:min(len(chunk), mostAnswer-len(d.heard))])
		d.heard = append(d.heard, chunk[:size]...)
		d.bytes += int64(size)
		d.watch.read(d.bytes)
		if size > 0 {
			d.watch.during(phaseProcessing, "waiting for what ", name(n)+" expects"+d.came())
		} else if err != nil {
			return d.ended(ctx, n, l, err)
		}
	}
}

// ended tells of a connection that ended before the answer came.
func (d *dialogue) ended(ctx context.Context, n int, l line, err error) error {
	switch {
	case ctx.Err() != nil || !errors.Is(err, io.EOF):
		return broken(ctx, "the answer to "+name(n)+" could not be read", err)
	case len(d.heard) == 0:
		return failed(reasonProtocol, "the server closed the connection without the answer that %s expects", name(n))
	}
	return failed(reasonExpect, "%s expects %s, and the server closed the connection%s", name(n), wanted(l), d.came())
}

// came tells how much came that is not what is expected.
func (d *dialogue) came() string {
	if len(d.heard) == 0 {
		return ""
	}
	return fmt.Sprintf(" after %d other bytes", len(d.heard))
}

func name(n int) string { return fmt.Sprintf("step %d", n) }

func wanted(l line) string { return `"` + printable(l.shown, 80) + `"` }

// endless is a hint at the mistake that is made most.
func endless(send string) string {
	if send == "" || strings.HasSuffix(send, "\n") || !ascii(strings.ReplaceAll(send, " ", "")) {
		return ""
	}
	return ` (what it sends has no line end; write "…\r\n" in double quotes)`
}

// broken is err, met while what was done, in words of this kind; doubt in
// ourselves is left to explain.
func broken(ctx context.Context, what string, err error) error {
	_, known := errors.AsType[*failure](err)
	if known || ctx.Err() != nil || egress.Exhausted(err) || alert(err) {
		return err
	}
	return failed(reasonProtocol, "%s: %v", what, err)
}
