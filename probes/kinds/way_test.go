package kinds_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/andon-project/andon/probes/kinds"
)

// pemFiles are a certificate and its key in files.
func pemFiles(t testing.TB, c tls.Certificate) (cert, key string) {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	return file(t, pemText("CERTIFICATE", c.Certificate[0])), file(t, pemText("PRIVATE KEY", der))
}

func pemText(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func (a authority) pem() string { return pemText("CERTIFICATE", a.cert.Raw) }

// serveMutual greets a client by the serial number of its certificate.
func serveMutual(t testing.TB, ca authority, auth tls.ClientAuthType) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%d certificates", len(r.TLS.PeerCertificates))
	}))
	s.TLS = &tls.Config{Certificates: []tls.Certificate{ca.issue(t, epoch.AddDate(0, 0, 30))}, ClientAuth: auth,
		ClientCAs: ca.pool(), Time: atEpoch}
	s.Config.ErrorLog = quiet()
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

func TestClientCertificate(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	cert, key := pemFiles(t, ca.issueClient(t))
	s := serveMutual(t, ca, tls.RequireAndVerifyClientCert)
	yaml := "tls_config: {ca_file: " + file(t, ca.pem()) + ", cert_file: " + cert + ", key_file: " + key + "}"
	set := kinds.HTTP{URL: s.URL, Client: client(t, yaml), Expect: []string{`text == "1 certificates"`}}
	p := probe(t, set, kinds.NewEnv(kinds.Env{Clock: atEpoch}))
	check := func() error {
		_, err := p.Check(t.Context(), set.Targets()[0])
		return err
	}
	if err := check(); err != nil {
		t.Error(err)
	}
	write(t, key, "hunter2")
	unclear(t, check(), "tls_config: unable to use specified client cert")
	if err := os.Remove(cert); err != nil {
		t.Fatal(err)
	}
	unclear(t, check(), "tls_config: unable to read specified client cert")
}

// A certificate says who we are as a password does: it is for the own origin.
func TestClientCertificateStaysHome(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	cert, key := pemFiles(t, ca.issueClient(t))
	elsewhere := serveMutual(t, ca, tls.VerifyClientCertIfGiven)
	home := serveTLS(t, false, ca.issue(t, epoch.AddDate(0, 0, 1), "shop.example"), func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere.URL, http.StatusFound)
	})
	yaml := "tls_config: {server_name: shop.example, ca_file: " + file(t, ca.pem()) + ", cert_file: " + cert + ", key_file: " + key + "}"
	set := kinds.HTTP{URL: home.URL, Client: client(t, yaml), Expect: []string{`text == "0 certificates"`}}
	if _, err := ask(t, set, kinds.Env{Clock: atEpoch}); err != nil {
		t.Error(err)
	}
}

// Whom to trust is read again as well; a kept connection ends with it.
func TestAuthorityRotates(t *testing.T) {
	t.Parallel()
	before, after := newAuthority(t), newAuthority(t)
	for _, reuse := range []bool{false, true} {
		trusted := file(t, before.pem())
		s := serveTLS(t, true, before.issue(t, epoch.AddDate(0, 0, 1)), hello)
		set := kinds.HTTP{URL: s.URL, Client: client(t, "tls_config: {ca_file: "+trusted+"}"), ReuseConnection: reuse}
		p := probe(t, set, kinds.NewEnv(kinds.Env{Clock: atEpoch}))
		check := func() error {
			_, err := p.Check(t.Context(), set.Targets()[0])
			return err
		}
		if err := check(); err != nil {
			t.Error(err)
		}
		write(t, trusted, after.pem())
		failsWith(t, check(), "tls", "unknown authority")
		write(t, trusted, "hunter2")
		unclear(t, check(), "tls_config: unable to use specified CA cert")
		if err := os.Rename(trusted, filepath.Join(t.TempDir(), "away")); err != nil {
			t.Fatal(err)
		}
		unclear(t, check(), "tls_config.ca_file: open "+trusted)
		write(t, trusted, before.pem())
		if err := check(); err != nil {
			t.Error(err)
		}
	}
}

func TestClientChoosesProtocol(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	s := serveTLS(t, true, ca.issue(t, epoch.AddDate(0, 0, 1)), hello)
	for yaml, version := range map[string]string{"{}": "2", "enable_http2: true": "2", "enable_http2: false": "1.1"} {
		facts, err := ask(t, kinds.HTTP{URL: s.URL, Client: client(t, yaml)}, kinds.Env{Roots: ca.pool(), Clock: atEpoch})
		if err != nil || facts.Version != version {
			t.Errorf("%s: HTTP/%s, %v", yaml, facts.Version, err)
		}
	}
	old := httptest.NewUnstartedServer(http.HandlerFunc(hello))
	old.TLS = &tls.Config{Certificates: []tls.Certificate{ca.issue(t, epoch.AddDate(0, 0, 1))}, MaxVersion: tls.VersionTLS12}
	old.Config.ErrorLog = quiet()
	old.StartTLS()
	t.Cleanup(old.Close)
	env := kinds.Env{Roots: ca.pool(), Clock: atEpoch}
	if _, err := ask(t, kinds.HTTP{URL: old.URL}, env); err != nil {
		t.Error(err)
	}
	_, err := ask(t, kinds.HTTP{URL: old.URL, Client: client(t, "tls_config: {min_version: TLS13}")}, env)
	failsWith(t, err, "tls", "protocol version")
}
