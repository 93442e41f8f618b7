package emulator

import (
	"bytes"
	"crypto/md5" // what S3 makes ETags of, no secret
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

const getObject = "GetObject"

// An Object is a file in S3.
type Object struct {
	Bucket, Key string
	Body        []byte
	Region      string // of the bucket; default the model's
	Denied      bool   // the bucket's policy allows nobody to read it
}

type objectName struct{ bucket, key string }

type object struct {
	Object
	etag     string
	modified time.Time
}

// SetObject puts an object into its bucket, in place of one that is there.
func (m *Model) SetObject(o Object) error {
	if o.Bucket == "" || o.Key == "" {
		return errors.New("an object needs a bucket and a key")
	}
	m.lock()
	defer m.mu.Unlock()
	if o.Region == "" {
		o.Region = m.options.Region
	}
	o.Body = bytes.Clone(o.Body)
	sum := md5.Sum(o.Body)
	m.objects[objectName{o.Bucket, o.Key}] = &object{o, `"` + hex.EncodeToString(sum[:]) + `"`, m.now}
	return nil
}

// RemoveObject deletes an object, if it is there.
func (m *Model) RemoveObject(bucket, key string) {
	m.lock()
	defer m.mu.Unlock()
	delete(m.objects, objectName{bucket, key})
}

// s3Get is a GetObject, the only thing here that S3 can: in path style
// (/BUCKET/KEY), which clients use for endpoints that are IP addresses [documented].
type s3Get struct {
	server *Server
	name   objectName
	region string // that the request is signed for
	etags  string // If-None-Match
}

// s3 reads a request that is signed for S3.
func (s *Server) s3(r *http.Request, region string) (dialect, string, *Error) {
	bucket, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	d := s3Get{s, objectName{bucket, key}, region, r.Header.Get("If-None-Match")}
	if r.Method != http.MethodGet || bucket == "" || key == "" {
		return d, "", &Error{"MethodNotAllowed", "The emulator knows GET /BUCKET/KEY of S3, and nothing else.", http.StatusMethodNotAllowed}
	}
	return d, getObject, nil
}

// run answers as documented for GetObject: an ETag in quotation marks, 304 without
// a body to whom has it, 301 with x-amz-bucket-region to who asks in another region.
// Who may not read a bucket is not told whether there is such a key; who may is not
// told whether there is such a bucket, since the emulator has buckets with their
// objects only [assumed: NoSuchKey].
func (g s3Get) run(_ Caller, call *Call) reply {
	call.Resource = g.name.bucket + "/" + g.name.key
	m := g.server.Model
	m.lock()
	defer m.mu.Unlock()
	o := m.objects[g.name]
	switch {
	case o == nil:
		return g.refuse(&Error{"NoSuchKey", "The specified key does not exist.", http.StatusNotFound})
	case o.Region != g.region:
		a := g.refuse(&Error{"PermanentRedirect", "The bucket you are attempting to access must be addressed using the specified endpoint.", http.StatusMovedPermanently})
		a.header = map[string]string{"x-amz-bucket-region": o.Region}
		return a
	case o.Denied:
		return g.refuse(&Error{"AccessDenied", "Access Denied", http.StatusForbidden})
	}
	call.Applied = true
	header := map[string]string{"ETag": o.etag, "Last-Modified": o.modified.UTC().Format(http.TimeFormat)}
	for etag := range strings.SplitSeq(g.etags, ",") {
		if strings.TrimSpace(etag) == o.etag {
			return reply{status: http.StatusNotModified, header: header}
		}
	}
	return reply{status: http.StatusOK, contentType: "text/calendar", header: header, body: o.Body}
}

// refuse writes an error of S3's own form [documented], and what the faults call
// as the JSON protocol does by the names S3 has for it.
func (g s3Get) refuse(e *Error) reply {
	switch e.Code {
	case "ThrottlingException":
		e = &Error{"SlowDown", "Please reduce your request rate.", http.StatusServiceUnavailable}
	case "AccessDeniedException", "MissingAuthenticationTokenException":
		e = &Error{"AccessDenied", "Access Denied", http.StatusForbidden}
	case "InternalFailure":
		e = &Error{"InternalError", e.Message, http.StatusInternalServerError}
	}
	body, err := xml.Marshal(struct {
		XMLName       xml.Name `xml:"Error"`
		Code, Message string
		Resource      string
	}{Code: e.Code, Message: e.Message, Resource: fmt.Sprintf("/%s/%s", g.name.bucket, g.name.key)})
	if err != nil {
		return reply{status: http.StatusInternalServerError, contentType: "text/plain", body: fmt.Append(nil, err), code: "InternalError"}
	}
	return reply{status: e.status(), contentType: "application/xml", body: body, code: e.Code}
}
