package emulator

import (
	"encoding/xml"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestGetCallerIdentity(t *testing.T) {
	t.Parallel()
	s := New(Options{Account: "210987654321"})
	s.Actors = map[string]string{"robot": "arn:aws:sts::111122223333:assumed-role/andon/task-1", "odd": "not an <arn>"}
	for _, test := range []struct{ key, arn, id, account string }{
		{"alice", "arn:aws:iam::210987654321:user/alice", "AIDAalice", "210987654321"},
		{"robot", "arn:aws:sts::111122223333:assumed-role/andon/task-1", "AROArobot:task-1", "111122223333"},
		{"odd", "not an <arn>", "AIDAodd", ""},
	} {
		w := askSTS(s, test.key, "Action=GetCallerIdentity&Version=2011-06-15")
		var got callerIdentity
		if err := xml.Unmarshal(w.Body.Bytes(), &got); err != nil {
			t.Fatalf("%s: %v", w.Body, err)
		}
		if w.Code != 200 || got.ARN != test.arn || got.UserID != test.id || got.Account != test.account || got.RequestID != w.Header().Get("x-amzn-RequestId") {
			t.Errorf("%s: answered %d %+v", test.key, w.Code, got)
		}
	}
}

func TestSTSRefusals(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, key, form, code string
		status                int
	}{
		{"another action", "alice", "Action=AssumeRole&Version=2011-06-15", "InvalidAction", 400},
		{"another version", "alice", "Action=GetCallerIdentity&Version=2020-01-01", "InvalidAction", 400},
		{"no action", "alice", "Version=2011-06-15", "MissingAction", 400},
		{"no form", "alice", "Action=%zz", "MalformedQueryString", 400},
		{"not signed", "", "Action=GetCallerIdentity&Version=2011-06-15", "MissingAuthenticationToken", 403},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := askSTS(New(Options{}), test.key, test.form)
			var got queryError
			if err := xml.Unmarshal(w.Body.Bytes(), &got); err != nil {
				t.Fatalf("%s: %v", w.Body, err)
			}
			if w.Code != test.status || got.Code != test.code || got.Type != "Sender" || got.XMLName.Local != "ErrorResponse" {
				t.Errorf("answered %d %s", w.Code, w.Body)
			}
		})
	}
}

func askSTS(s http.Handler, key, form string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", "/", strings.NewReader(form))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	if key != "" {
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+key+"/20261130/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=00")
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}
