package emulator

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

const (
	freeze = "BEGIN:VCALENDAR\r\nX-CALENDAR-TYPE:DEFAULT_OPEN\r\nEND:VCALENDAR\r\n"
	shared = "arn:aws:ssm:us-east-1:999988887777:document/company"
)

// library is the account as AWS's clients of SSM and S3 see it.
type library struct {
	*testing.T
	*Server
	ssm *ssm.Client
	s3  *s3.Client
}

func openLibrary(t *testing.T) library {
	s := New(Options{Clock: func() time.Time { return time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC) }})
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	t.Cleanup(func() {
		for _, err := range s.Violations() {
			t.Error(err)
		}
	})
	cfg := aws.Config{Region: "us-east-1", BaseEndpoint: &server.URL, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("alice", "secret", "")}
	return library{t, s, ssm.NewFromConfig(cfg), s3.NewFromConfig(cfg)}
}

func (l library) set(c ChangeCalendar) {
	l.Helper()
	if err := l.Model.SetChangeCalendar(c); err != nil {
		l.Fatal(err)
	}
}

func day(d int) time.Time { return time.Date(2026, 12, d, 0, 0, 0, 0, time.UTC) }

func TestDocumentsThroughTheSDK(t *testing.T) {
	t.Parallel()
	l := openLibrary(t)
	l.set(ChangeCalendar{Name: "freeze", Content: freeze})
	l.set(ChangeCalendar{Name: shared, Content: freeze})
	l.set(ChangeCalendar{Name: "runbook", Content: "{}", Type: "Automation"})
	get := func(name string) (*ssm.GetDocumentOutput, error) {
		return l.ssm.GetDocument(t.Context(), &ssm.GetDocumentInput{Name: &name, DocumentFormat: ssmtypes.DocumentFormatText})
	}
	for _, name := range []string{"freeze", "arn:aws:ssm:us-east-1:123456789012:document/freeze", shared} {
		out, err := get(name)
		if err != nil || *out.Content != freeze || *out.DocumentVersion != "1" || out.DocumentType != ssmtypes.DocumentTypeChangeCalendar ||
			out.DocumentFormat != ssmtypes.DocumentFormatText || out.Status != ssmtypes.DocumentStatusActive || *out.Name != name {
			t.Errorf("%s: %+v, %v", name, out, err)
		}
	}
	l.set(ChangeCalendar{Name: "freeze", Content: freeze, Says: []Said{{day(1), "CLOSED"}}})
	l.set(ChangeCalendar{Name: "freeze", Content: freeze + "\r\n"})
	if out := must(get("freeze")); *out.DocumentVersion != "2" {
		t.Errorf("after one change the version is %s", *out.DocumentVersion)
	}
	l.Model.RemoveChangeCalendar("freeze")
	for _, name := range []string{"freeze", "company"} { // what is shared is known by its ARN alone
		if _, err := get(name); !errors.As(err, new(*ssmtypes.InvalidDocument)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := l.ssm.GetDocument(t.Context(), &ssm.GetDocumentInput{Name: aws.String("runbook"), DocumentVersion: aws.String("7")})
	if !errors.As(err, new(*ssmtypes.InvalidDocumentVersion)) {
		t.Errorf("version 7: %v", err)
	}
	if c := l.Calls()[0]; c.Operation != "GetDocument" || c.Resource != "freeze" || !c.Applied {
		t.Errorf("logged %+v", c)
	}
}

func TestCalendarStatesAreScripted(t *testing.T) {
	t.Parallel()
	l := openLibrary(t)
	l.set(ChangeCalendar{Name: "freeze", Content: freeze, Says: []Said{{day(10), "CLOSED"}, {day(12), "CLOSED"}, {day(15), "OPEN"}}})
	l.set(ChangeCalendar{Name: shared, Content: freeze, Says: []Said{{day(14), "CLOSED"}, {day(20), "OPEN"}}})
	for _, test := range []struct {
		names    string
		at       time.Time
		state    ssmtypes.CalendarState
		at2, nxt string
	}{
		{"freeze", time.Time{}, "OPEN", "2026-12-01T09:00:00Z", "2026-12-10T00:00:00Z"},
		{"freeze", day(10), "CLOSED", "2026-12-10T00:00:00Z", "2026-12-15T00:00:00Z"},
		{"freeze", day(15), "OPEN", "2026-12-15T00:00:00Z", ""},
		{"freeze " + shared, day(11), "CLOSED", "2026-12-11T00:00:00Z", "2026-12-20T00:00:00Z"},
		{"freeze " + shared, day(2), "OPEN", "2026-12-02T00:00:00Z", "2026-12-10T00:00:00Z"},
	} {
		in := &ssm.GetCalendarStateInput{CalendarNames: strings.Fields(test.names)}
		if !test.at.IsZero() {
			in.AtTime = aws.String(test.at.In(time.FixedZone("", 9*3600)).Format(time.RFC3339))
		}
		out, err := l.ssm.GetCalendarState(t.Context(), in)
		if err != nil || out.State != test.state || *out.AtTime != test.at2 || aws.ToString(out.NextTransitionTime) != test.nxt {
			t.Errorf("%s at %v: %+v, %v", test.names, test.at, out, err)
		}
	}
}

func TestCalendarStatesThatAreRefused(t *testing.T) {
	t.Parallel()
	l := openLibrary(t)
	l.set(ChangeCalendar{Name: "freeze", Content: freeze})
	l.set(ChangeCalendar{Name: "odd", Content: freeze, Refuses: "UnsupportedCalendarException"})
	l.set(ChangeCalendar{Name: "runbook", Content: "{}", Type: "Automation"})
	for name, want := range map[string]error{
		"nowhere": new(ssmtypes.InvalidDocument),
		"runbook": new(ssmtypes.InvalidDocumentType),
		"odd":     new(ssmtypes.UnsupportedCalendarException),
	} {
		_, err := l.ssm.GetCalendarState(t.Context(), &ssm.GetCalendarStateInput{CalendarNames: []string{name, "freeze"}})
		var got smithy.APIError
		if !errors.As(err, &got) || got.ErrorCode() != want.(smithy.APIError).ErrorCode() || got.ErrorMessage() == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := l.ssm.GetCalendarState(t.Context(), &ssm.GetCalendarStateInput{CalendarNames: []string{"freeze"}, AtTime: aws.String("noon")})
	if !code("ValidationException")(err) {
		t.Errorf("at noon: %v", err)
	}
	for name, bad := range map[string]ChangeCalendar{
		"no content": {Name: "x"},
		"ajar":       {Name: "x", Content: freeze, Says: []Said{{day(1), "AJAR"}}},
		"backwards":  {Name: "x", Content: freeze, Says: []Said{{day(2), "OPEN"}, {day(1), "CLOSED"}}},
	} {
		if l.Model.SetChangeCalendar(bad) == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

func TestObjectsThroughTheSDK(t *testing.T) {
	t.Parallel()
	l := openLibrary(t)
	put := func(o Object) {
		if err := l.Model.SetObject(o); err != nil {
			t.Fatal(err)
		}
	}
	put(Object{Bucket: "plans", Key: "year/2026 äöü+.ics", Body: []byte(freeze)})
	put(Object{Bucket: "far", Key: "x.ics", Region: "eu-west-1"})
	put(Object{Bucket: "secret", Key: "x.ics", Denied: true})
	get := func(bucket, key, etag string) (*s3.GetObjectOutput, error) {
		in := &s3.GetObjectInput{Bucket: &bucket, Key: &key}
		if etag != "" {
			in.IfNoneMatch = &etag
		}
		return l.s3.GetObject(t.Context(), in)
	}
	out := must(get("plans", "year/2026 äöü+.ics", ""))
	body, err := io.ReadAll(out.Body)
	if err != nil || string(body) != freeze || !out.LastModified.Equal(l.Model.options.Clock()) {
		t.Errorf("got %q, %v, %v", body, out.LastModified, err)
	}
	status := func(err error) int {
		if r := (*smithyhttp.ResponseError)(nil); errors.As(err, &r) {
			return r.HTTPStatusCode()
		}
		return 0
	}
	if _, err := get("plans", "year/2026 äöü+.ics", `"other", `+*out.ETag); status(err) != http.StatusNotModified {
		t.Errorf("with its ETag: %v", err)
	}
	if _, err := get("plans", "none", ""); !errors.As(err, new(*s3types.NoSuchKey)) {
		t.Errorf("no key: %v", err)
	}
	if _, err := get("secret", "x.ics", ""); !code("AccessDenied")(err) || status(err) != http.StatusForbidden {
		t.Errorf("denied: %v", err)
	}
	if _, err := get("far", "x.ics", ""); status(err) != http.StatusMovedPermanently {
		t.Errorf("another region: %v", err)
	}
	for _, f := range []struct {
		Fault
		want string
	}{{Fault{Kind: FaultThrottle}, "SlowDown"}, {Fault{Kind: FaultDenied}, "AccessDenied"}, {Fault{Kind: FaultErrorJSON}, "InternalError"}} {
		f.Operation, f.Count = "GetObject", 1
		if err := l.Inject(f.Fault); err != nil {
			t.Fatal(err)
		}
		if _, err := get("plans", "year/2026 äöü+.ics", ""); !code(f.want)(err) {
			t.Errorf("%s: %v", f.Kind, err)
		}
	}
	if _, err := l.s3.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("plans"), Key: aws.String("x"), Body: bytes.NewReader(nil)}); !code("MethodNotAllowed")(err) {
		t.Errorf("put: %v", err)
	}
}

func TestCalendarsOverHTTP(t *testing.T) {
	t.Parallel()
	s := New(Options{})
	do := func(method, path, body string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(method, "/_emulator/"+path, strings.NewReader(body)))
		return w
	}
	good := `{"content":"BEGIN:VCALENDAR","says":[{"since":"2026-12-24T00:00:00Z","state":"CLOSED"}]}`
	for _, path := range []string{"calendars/freeze", "calendars/" + shared, "objects/plans/year/2026.ics"} {
		if w := do("PUT", path, good); w.Code != http.StatusNoContent {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	if len(s.Model.documents) != 2 || s.Model.documents[shared].Says[0].State != "CLOSED" || len(s.Model.objects) != 1 {
		t.Errorf("there are %d documents, %d objects", len(s.Model.documents), len(s.Model.objects))
	}
	for body, want := range map[string]string{"[]": "not a calendar", `{"contents":""}`: "unknown field", "{}": "a name and a content"} {
		if w := do("PUT", "calendars/freeze", body); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %d %s", body, w.Code, w.Body)
		}
	}
	for _, path := range []string{"calendars/freeze", "calendars/" + shared, "objects/plans/year/2026.ics"} {
		do("DELETE", path, "")
	}
	if len(s.Model.documents)+len(s.Model.objects) != 0 {
		t.Error("DELETE left some")
	}
}

// AWS's own request for each operation is read, and refused for its placeholders
// alone: a name without dots and dashes is one.
func TestDocumentFixturesOfTheSDK(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/aws/aws-sdk-go-v2/service/ssm").Output()
	if err != nil {
		t.Fatalf("where is the SDK? %v", err)
	}
	s := New(Options{})
	for name, want := range map[string]string{"GetDocument": "Value '__DocumentVersion__' at 'DocumentVersion'", "GetCalendarState": ""} {
		r := readSnapshot(t, filepath.Join(strings.TrimSpace(string(out)), "request_snapshot", name+".request.snap"))
		if target := r.Header.Get("X-Amz-Target"); target != "AmazonSSM."+name {
			t.Errorf("%s: target %s", name, target)
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		_, _, refusal := s.ssm.request(name, body)
		if want == "" && refusal != nil || want != "" && (refusal == nil || !strings.Contains(refusal.Message, want)) {
			t.Errorf("%s: %v, want %q", name, refusal, want)
		}
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=alice/20261130/us-east-1/ssm/aws4_request, SignedHeaders=host, Signature=00")
		r.Body = io.NopCloser(bytes.NewReader(body))
		w := httptest.NewRecorder()
		if s.ServeHTTP(w, r); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), `"Message":`) {
			t.Errorf("%s: answered %d %s", name, w.Code, w.Body)
		}
	}
}
