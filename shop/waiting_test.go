package shop_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/andon-project/andon/shop"
)

// visit asks for the products in the background; the channel is closed when
// the shop has done with it.
func visit(ctx context.Context, s *shop.Shop) (*httptest.ResponseRecorder, <-chan struct{}) {
	w, done := httptest.NewRecorder(), make(chan struct{})
	go func() {
		defer close(done)
		s.ServeHTTP(w, httptest.NewRequestWithContext(ctx, "GET", "/api/products", nil))
	}()
	return w, done
}

func over(done <-chan struct{}) bool {
	synctest.Wait()
	select {
	case <-done:
		return true
	default:
		return false
	}
}

func TestHangingEndsWithTheMending(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := shop.New()
		s.Break(shop.Hang)
		w, done := visit(t.Context(), s)
		time.Sleep(time.Hour)
		s.SetRevision("new") // a deployment alone mends nothing
		if over(done) {
			t.Fatalf("a shop that hangs answered %d %s", w.Code, w.Body)
		}
		s.Mend()
		if !over(done) || w.Code != 200 || !strings.Contains(w.Body.String(), "chochin") {
			t.Errorf("mended, it answered %d %s", w.Code, w.Body)
		}
	})
}

func TestHangingEndsWhenTheCustomerLeaves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := shop.New()
		s.Break(shop.Hang)
		ctx, leave := context.WithTimeout(t.Context(), 3*time.Second)
		defer leave()
		w, done := visit(ctx, s)
		<-done // or synctest finds a deadlock
		if w.Body.Len() != 0 {
			t.Errorf("nobody was there for %s", w.Body)
		}
	})
}

func TestSlowIsExactlySoLate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := shop.New()
		s.SlowDown(1500 * time.Millisecond)
		begun := time.Now()
		w, done := visit(t.Context(), s)
		time.Sleep(time.Second)
		s.SetRevision("new") // the delay does not begin again
		<-done
		if late := time.Since(begun); late != 1500*time.Millisecond || w.Code != 200 || !strings.Contains(w.Body.String(), "chochin") {
			t.Errorf("answered %d after %v: %s", w.Code, late, w.Body)
		}
	})
}

func TestTheSlowMeetWhatComesNext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := shop.New()
		s.Break(shop.Slow)
		w, done := visit(t.Context(), s)
		time.Sleep(time.Second)
		s.Break(shop.Error)
		if !over(done) || w.Code != 500 {
			t.Errorf("answered %d, want the error at once", w.Code)
		}
	})
}
