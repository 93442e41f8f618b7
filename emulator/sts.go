package emulator

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

const (
	getCallerIdentity = "GetCallerIdentity"
	stsVersion        = "2011-06-15"
	stsNamespace      = "https://sts.amazonaws.com/doc/2011-06-15/"
)

// stsQuery is a request in AWS's query protocol: a form in, XML out. STS
// speaks it, and of STS there is GetCallerIdentity, so that a client can learn
// under which ARN it will be written down.
type stsQuery struct {
	action, id string
}

// query reads a form. STS takes GET as well; no client of today sends it.
func (s *Server) query(body []byte, id string) (dialect, string, *Error) {
	form, err := url.ParseQuery(string(body))
	q := stsQuery{form.Get("Action"), id}
	switch {
	case err != nil:
		return q, q.action, errorf("MalformedQueryString", "the form cannot be read: %v", err)
	case q.action == "":
		return q, q.action, errorf("MissingAction", "the form names no Action")
	case q.action != getCallerIdentity || form.Get("Version") != stsVersion:
		return q, q.action, errorf("InvalidAction", "Could not find operation %s for version %s", q.action, form.Get("Version"))
	}
	return q, q.action, nil
}

type callerIdentity struct {
	XMLName   xml.Name `xml:"https://sts.amazonaws.com/doc/2011-06-15/ GetCallerIdentityResponse"`
	ARN       string   `xml:"GetCallerIdentityResult>Arn"`
	UserID    string   `xml:"GetCallerIdentityResult>UserId"`
	Account   string   `xml:"GetCallerIdentityResult>Account"`
	RequestID string   `xml:"ResponseMetadata>RequestId"`
}

func (q stsQuery) run(c Caller, call *Call) reply {
	call.Applied = true
	r := callerIdentity{ARN: c.ARN, UserID: "AIDA" + c.AccessKey, RequestID: q.id}
	if parts := strings.Split(c.ARN, ":"); len(parts) > 4 {
		r.Account = parts[4]
	}
	// An assumed role's id carries the name of its session.
	if strings.Contains(c.ARN, ":assumed-role/") {
		r.UserID = "AROA" + c.AccessKey + ":" + c.ARN[strings.LastIndex(c.ARN, "/")+1:]
	}
	return q.reply(http.StatusOK, "", r)
}

type queryError struct {
	XMLName   xml.Name
	Type      string `xml:"Error>Type"`
	Code      string `xml:"Error>Code"`
	Message   string `xml:"Error>Message"`
	RequestID string `xml:"RequestId"`
}

func (q stsQuery) refuse(e *Error) reply {
	r := queryError{xml.Name{Space: stsNamespace, Local: "ErrorResponse"}, "Sender", strings.TrimSuffix(e.Code, "Exception"), e.Message, q.id}
	if e.status() >= http.StatusInternalServerError {
		r.Type = "Receiver"
	}
	return q.reply(e.status(), e.Code, r)
}

func (q stsQuery) reply(status int, code string, v any) reply {
	var b bytes.Buffer
	if err := xml.NewEncoder(&b).Encode(v); err != nil {
		return reply{status: http.StatusInternalServerError, contentType: "text/plain", body: fmt.Append(nil, err), code: "InternalFailure"}
	}
	return reply{status: status, contentType: "text/xml", body: b.Bytes(), code: code}
}
