package exporters

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/andon-project/andon/journal"
)

// A Journal is read here, and never written.
type Journal interface {
	// Read returns the records of a stream with Seq > after, in order, at most
	// limit.
	Read(ctx context.Context, stream string, after uint64, limit int) ([]journal.Record, error)
	// Streams lists the streams that have records.
	Streams(ctx context.Context) ([]string, error)
}

// Pages of the journal, in records, and how long one may take to read.
const (
	journalPage     = 100
	maxJournalPage  = 1000
	journalDeadline = 5 * time.Second
)

// StreamsView is the body of /api/v1/journal without a stream.
type StreamsView struct {
	Streams []string `json:"streams"`
}

// JournalView is the body of /api/v1/journal?stream=: whole records, that
// verify. For the next page ask with after=Next; Next is 0 at the end.
type JournalView struct {
	Stream  string           `json:"stream"`
	Records []journal.Record `json:"records"`
	Next    uint64           `json:"next,omitempty"`
}

func (s Sources) readJournal(w http.ResponseWriter, r *http.Request) {
	if s.Journal == nil {
		writeError(w, http.StatusNotFound, "this andon shows no journal")
		return
	}
	q, err := journalQueryOf(r.URL.Query())
	if err != nil {
		writeError(w, http.StatusBadRequest, err.Error())
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), journalDeadline)
	defer cancel()
	streams, err := s.Journal.Streams(ctx)
	var view any = StreamsView{list(streams)}
	if err == nil && q.stream != "" {
		if !slices.Contains(streams, q.stream) {
			writeError(w, http.StatusNotFound, noSuch("stream", q.stream, streams))
			return
		}
		view, err = q.page(ctx, s.Journal)
	}
	if err != nil {
		s.refuse(w, http.StatusServiceUnavailable, "the journal cannot be read: "+err.Error())
		return
	}
	b, err := json.Marshal(view) // not indented: a body is kept byte by byte
	if err != nil {
		writeError(w, http.StatusInternalServerError, "a record of the journal is not JSON: look at it with 'andon journal verify'")
		return
	}
	write(w, http.StatusOK, "application/json", append(b, '\n'))
}

type journalQuery struct {
	stream string
	after  uint64
	last   bool // the newest ones
	limit  int
}

func journalQueryOf(v url.Values) (journalQuery, error) {
	q := journalQuery{stream: v.Get("stream"), limit: journalPage}
	var err error
	if v.Has("after") {
		if q.after, err = strconv.ParseUint(v.Get("after"), 10, 63); err != nil {
			return q, fmt.Errorf("after=%.40q is not the number of a record", v.Get("after"))
		}
	}
	if v.Has("limit") {
		if q.limit, err = strconv.Atoi(v.Get("limit")); err != nil || q.limit < 1 || q.limit > maxJournalPage {
			return q, fmt.Errorf("limit=%.40q: want a number of records, from 1 to %d", v.Get("limit"), maxJournalPage)
		}
	}
	switch last := v.Get("last"); {
	case last == "true" && v.Has("after"):
		return q, fmt.Errorf("after and last exclude each other")
	case last != "" && last != "true":
		return q, fmt.Errorf("last=%.40q: want true, for the newest records", last)
	default:
		q.last = last == "true"
	}
	return q, nil
}

func (q journalQuery) page(ctx context.Context, j Journal) (JournalView, error) {
	after := q.after
	if q.last {
		end, err := lastSeq(ctx, j, q.stream)
		if err != nil {
			return JournalView{}, err
		}
		after = end - min(end, uint64(q.limit))
	}
	records, err := j.Read(ctx, q.stream, after, q.limit)
	view := JournalView{Stream: q.stream, Records: list(records)}
	if len(records) == q.limit && !q.last {
		view.Next = records[len(records)-1].Seq
	}
	return view, err
}

// lastSeq looks for the end of a stream, which has no holes, by halves.
func lastSeq(ctx context.Context, j Journal, stream string) (uint64, error) {
	there := func(seq uint64) (bool, error) {
		records, err := j.Read(ctx, stream, seq-1, 1)
		return len(records) > 0, err
	}
	low, high := uint64(0), uint64(1) // low is there, high is not
	for {
		ok, err := there(high)
		if err != nil {
			return 0, err
		}
		if !ok {
			break
		}
		low, high = high, high*2
	}
	for high-low > 1 {
		middle := low + (high-low)/2
		ok, err := there(middle)
		if err != nil {
			return 0, err
		}
		if ok {
			low = middle
		} else {
			high = middle
		}
	}
	return low, nil
}
