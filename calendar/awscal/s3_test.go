package awscal_test

import (
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/calendar/sources"
	"github.com/andon-project/andon/emulator"
)

func (a *account) put(o emulator.Object) {
	a.Helper()
	if err := a.Model.SetObject(o); err != nil {
		a.Fatal(err)
	}
}

func TestObject(t *testing.T) {
	t.Parallel()
	a := open(t)
	text := fixture(t, "default-open")
	a.put(emulator.Object{Bucket: "plans", Key: "2026/release days+é.ics", Body: []byte(text)})
	f := a.object("s3://plans/2026/release days+é.ics")
	first, err := f.Fetch(t.Context(), sources.Version{})
	if err != nil || string(first.Body) != text || first.Same || first.Version.ETag == "" || first.Says != nil {
		t.Fatalf("%+v: %v", first, err)
	}
	again, err := f.Fetch(t.Context(), first.Version)
	if err != nil || !again.Same || again.Body != nil || again.Version != first.Version {
		t.Errorf("again: %+v: %v", again, err)
	}
	a.put(emulator.Object{Bucket: "plans", Key: "2026/release days+é.ics", Body: []byte("other")})
	if other, err := f.Fetch(t.Context(), first.Version); err != nil || other.Same || string(other.Body) != "other" {
		t.Errorf("changed: %+v: %v", other, err)
	}
	for i, status := range []int{200, 304, 200} {
		if c := a.Calls()[i]; c.Status != status || c.Resource != "plans/2026/release days+é.ics" {
			t.Errorf("call %d is %+v", i, c)
		}
	}
}

func TestObjectFailures(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		address string
		fault   emulator.Fault
		code    sources.Code
		words   []string
	}{
		"no such key":        {"s3://plans/none.ics", emulator.Fault{}, sources.Missing, []string{"GetObject: NoSuchKey", "arn:aws:s3:::plans/none.ics"}},
		"may not":            {"s3://secrets/x.ics", emulator.Fault{}, sources.Denied, []string{"AccessDenied", "allow s3:GetObject on arn:aws:s3:::secrets/x.ics", "s3:ListBucket"}},
		"elsewhere":          {"s3://far/x.ics", emulator.Fault{}, sources.Redirected, []string{"in region eu-west-1", "write region: eu-west-1"}},
		"slow down":          {"s3://plans/x.ics", emulator.Fault{Kind: emulator.FaultThrottle}, sources.Status, []string{"AWS answered 503"}},
		"a page":             {"s3://plans/x.ics", emulator.Fault{Kind: emulator.FaultErrorHTML}, sources.Status, []string{"AWS answered 503"}},
		"cut off":            {"s3://plans/x.ics", emulator.Fault{Kind: emulator.FaultDrop}, sources.Unreachable, []string{"cannot be reached: connection reset by peer"}},
		"silent":             {"s3://plans/x.ics", emulator.Fault{Kind: emulator.FaultHang}, sources.Timeout, []string{"no answer within 12s"}},
		"too large":          {"s3://plans/large.ics", emulator.Fault{}, sources.TooLarge, []string{"larger than 10 MiB"}},
		"no bucket":          {"s3:///x.ics", emulator.Fault{}, sources.Refused, []string{"write s3://bucket/key"}},
		"no key":             {"s3://plans/", emulator.Fault{}, sources.Refused, nil},
		"an address":         {"https://plans/x.ics", emulator.Fault{}, sources.Refused, nil},
		"a bucket like host": {"s3://evil.example.com:80@plans/x.ics", emulator.Fault{}, sources.Refused, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a := open(t)
				a.put(emulator.Object{Bucket: "plans", Key: "x.ics", Body: []byte(fixture(t, "empty"))})
				a.put(emulator.Object{Bucket: "plans", Key: "large.ics", Body: make([]byte, sources.MaxBody+1)})
				a.put(emulator.Object{Bucket: "secrets", Key: "x.ics", Denied: true})
				a.put(emulator.Object{Bucket: "far", Key: "x.ics", Region: "eu-west-1"})
				if test.fault.Kind != "" {
					a.inject(test.fault)
				}
				f := a.object(test.address)
				_, err := f.Fetch(t.Context(), sources.Version{ETag: `"old"`})
				fails(t, err, test.code, test.words...)
				a.ClearFaults()
				if _, err := f.Fetch(t.Context(), sources.Version{}); err != nil && test.fault.Kind != "" {
					t.Errorf("when all is well again: %v", err)
				}
			})
		})
	}
}

// Right up to the limit a calendar is read, and one failure in passing is not told.
func TestObjectAtTheLimitAtTheSecondTry(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := open(t)
		a.put(emulator.Object{Bucket: "plans", Key: "x.ics", Body: make([]byte, sources.MaxBody)})
		for _, kind := range []emulator.FaultKind{emulator.FaultDrop, emulator.FaultErrorHTML, emulator.FaultThrottle} {
			a.inject(emulator.Fault{Kind: kind, Count: 1})
			if got, err := a.object("s3://plans/x.ics").Fetch(t.Context(), sources.Version{}); err != nil || len(got.Body) != sources.MaxBody {
				t.Errorf("%s: %d bytes, %v", kind, len(got.Body), err)
			}
		}
	})
}

// A bucket in another region is asked there when the configuration says so.
func TestRegionOfABucket(t *testing.T) {
	t.Parallel()
	a := open(t)
	a.put(emulator.Object{Bucket: "far", Key: "x.ics", Region: "eu-west-1", Body: []byte("there")})
	f, _ := a.world().Open(calendar.Source{ICS: &calendar.ICS{S3: "s3://far/x.ics", Region: "eu-west-1"}})
	if got, err := f.Fetch(t.Context(), sources.Version{}); err != nil || string(got.Body) != "there" {
		t.Errorf("%+v: %v", got, err)
	}
}

// A 304 that nobody asked for is no calendar, and the region that S3 tells beside any
// answer is no reason if it is ours.
func TestStrangeObjects(t *testing.T) {
	t.Parallel()
	for status, code := range map[int]sources.Code{http.StatusNotModified: sources.Unreachable, http.StatusForbidden: sources.Denied, http.StatusFound: sources.Unreachable} {
		a := open(t)
		a.cfg.HTTPClient = direct{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Amz-Bucket-Region", "us-east-1")
			w.WriteHeader(status)
			if status == http.StatusForbidden {
				w.Write([]byte("<Error><Code>AccessDenied</Code></Error>"))
			}
		})}
		_, err := a.object("s3://plans/x.ics").Fetch(t.Context(), sources.Version{})
		fails(t, err, code)
	}
}
