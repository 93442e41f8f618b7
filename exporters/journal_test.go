package exporters

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/andon-project/andon/journal"
)

// written is a journal with n records in one stream.
func written(t *testing.T, n int) *journal.Memory {
	t.Helper()
	m := new(journal.Memory)
	log, _, err := journal.Open(t.Context(), m, "gate/production")
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if _, err := log.Append(t.Context(), noon().Add(time.Duration(i)), "override", map[string]string{"reason": "<b>日本 & more"}); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

func readPage(t *testing.T, m Journal, query string) (status int, v JournalView) {
	t.Helper()
	s := world(nil)
	s.Journal = m
	status, body, _ := get(t, s, "/api/v1/journal"+query)
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatal(err)
	}
	return status, v
}

// Page by page it is the whole stream, and what arrives verifies.
func TestJournalPages(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 6, 7, 8, 21} {
		var all []journal.Record
		for after, more := uint64(0), true; more; {
			status, v := readPage(t, written(t, n), fmt.Sprintf("?stream=gate/production&limit=7&after=%d", after))
			if status != http.StatusOK {
				t.Fatal(status)
			}
			all = append(all, v.Records...)
			after, more = v.Next, v.Next > 0
		}
		if err := journal.Verify(all); err != nil || len(all) != n {
			t.Errorf("%d of %d records: %v", len(all), n, err)
		}
	}
}

func TestJournalsEnd(t *testing.T) {
	t.Parallel()
	for n := 1; n < 40; n++ {
		_, v := readPage(t, written(t, n), "?stream=gate/production&last=true&limit=3")
		if want := min(n, 3); len(v.Records) != want || v.Records[want-1].Seq != uint64(n) || v.Next != 0 {
			t.Fatalf("of %d: %+v", n, v)
		}
	}
}

func TestJournalQuestions(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]int{
		"": 200, "?stream=gate/production": 200, "?stream=gate/production&after=99": 200,
		"?stream=gate/none": 404, "?stream=gate/production&limit=0": 400, "?stream=gate/production&limit=1001": 400,
		"?stream=gate/production&after=-1": 400, "?stream=gate/production&after=1&last=true": 400, "?stream=gate/production&last=1": 400,
	} {
		if status, _ := readPage(t, written(t, 3), query); status != want {
			t.Errorf("%s: %d, want %d", query, status, want)
		}
	}
	if status, _, _ := get(t, world(nil), "/api/v1/journal"); status != 404 {
		t.Errorf("without a journal: %d", status)
	}
}
