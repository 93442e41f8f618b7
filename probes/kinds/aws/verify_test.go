package aws_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/andon-project/andon/probes/kinds"
)

// verify is what AWS does with a request, from "Create a signed AWS API
// request" (docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html),
// without a line of the SDK. It returns what is wrong, or "".
func verify(r *http.Request, body []byte, region, service string) string {
	given := r.Header.Get("Authorization")
	date := r.Header.Get("X-Amz-Date")
	if len(date) != len("20060102T150405Z") || r.Header.Get("X-Amz-Security-Token") != session {
		return "no date or session token"
	}
	_, rest, _ := strings.Cut(given, "SignedHeaders=")
	names, _, _ := strings.Cut(rest, ",")
	signed := strings.Split(names, ";")
	for _, must := range []string{"host", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token"} {
		if !slices.Contains(signed, must) {
			return must + " is not signed"
		}
	}
	var canonical strings.Builder
	fmt.Fprintf(&canonical, "%s\n%s\n%s\n", r.Method, encode(r.URL.EscapedPath(), "/"), query(r.URL.RawQuery))
	for _, name := range signed {
		value := strings.Join(r.Header.Values(name), ",")
		switch name {
		case "host":
			value = r.Host
		case "content-length":
			value = fmt.Sprint(r.ContentLength)
		}
		fmt.Fprintf(&canonical, "%s:%s\n", name, strings.Join(strings.Fields(value), " "))
	}
	hash := hexSum(body)
	fmt.Fprintf(&canonical, "\n%s\n%s", names, hash)
	if r.Header.Get("X-Amz-Content-Sha256") != hash {
		return "the hash is not the body's"
	}
	scope := date[:8] + "/" + region + "/" + service + "/aws4_request"
	key := []byte("AWS4" + secret)
	for _, part := range strings.Split(scope, "/") {
		key = mac(key, part)
	}
	signature := hex.EncodeToString(mac(key, "AWS4-HMAC-SHA256\n"+date+"\n"+scope+"\n"+hexSum([]byte(canonical.String()))))
	want := fmt.Sprintf("AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s", keyID, scope, names, signature)
	if given != want {
		return "Authorization " + given + "\nwant " + want + "\nof\n" + canonical.String()
	}
	return ""
}

func query(raw string) string {
	if raw == "" {
		return ""
	}
	pairs := strings.Split(raw, "&")
	for i, p := range pairs {
		if !strings.Contains(p, "=") {
			pairs[i] = p + "="
		}
	}
	slices.Sort(pairs)
	return strings.Join(pairs, "&")
}

// encode is UriEncode of the same page.
func encode(s, keep string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~"+keep, c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

func hexSum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func mac(key []byte, s string) []byte {
	h := hmac.New(sha256.New, key)
	io.WriteString(h, s)
	return h.Sum(nil)
}

// The verifier must not be one that takes anything.
func TestVerifierRefuses(t *testing.T) {
	t.Parallel()
	for what, spoil := range map[string]func(*http.Request, *[]byte){
		"body":      func(_ *http.Request, b *[]byte) { *b = []byte("other") },
		"path":      func(r *http.Request, _ *[]byte) { r.URL.Path += "x" },
		"header":    func(r *http.Request, _ *[]byte) { r.Header.Set("X-Key", "other") },
		"method":    func(r *http.Request, _ *[]byte) { r.Method = "DELETE" },
		"date":      func(r *http.Request, _ *[]byte) { r.Header.Set("X-Amz-Date", "20200101T000000Z") },
		"signature": func(r *http.Request, _ *[]byte) { r.Header.Set("Authorization", r.Header.Get("Authorization")+"0") },
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			if problem := verify(r, bytes.Clone(body), "eu-central-1", "execute-api"); problem != "" {
				t.Errorf("before: %s", problem)
			}
			if spoil(r, &body); verify(r, body, "eu-central-1", "execute-api") == "" {
				t.Errorf("another %s passes", what)
			}
		}))
		who := credentials.NewStaticCredentialsProvider(keyID, secret, session)
		err := ask(t, kinds.HTTP{URL: s.URL + "/a", Method: "POST", Body: "b", Headers: map[string]string{"X-Key": "k"},
			SigV4: &kinds.SigV4{Region: "eu-central-1"}}, env(machine(who), time.Now))
		if err != nil {
			t.Error(err)
		}
		s.Close()
	}
}
