package kinds_test

import (
	"fmt"
	"testing"

	"github.com/andon-project/andon/probes/kinds"
)

// OpenSSL is another hand than crypto/tls: what it demands of clients, and
// says when it does not get it.
func TestOpenSSL(t *testing.T) {
	t.Parallel()
	openssl, ca := real(t, "openssl", "openssl"), newAuthority(t)
	cert, key := pemFiles(t, ca.issue(t, epoch.AddDate(0, 0, 30)))
	trusted := file(t, ca.pem())
	set := kinds.Secure{CAFile: trusted}
	mine, foreign := set, set
	mine.CertFile, mine.KeyFile = pemFiles(t, ca.issueClient(t))
	foreign.CertFile, foreign.KeyFile = pemFiles(t, newAuthority(t).issueClient(t))
	at := fmt.Sprint(epoch.Unix())
	for _, tc := range []struct {
		name string
		args []string
		set  kinds.Secure
		text string // "" passes
	}{
		{"asks", []string{"-verify", "1"}, set, ""},
		{"demands, 1.3", []string{"-tls1_3", "-Verify", "1", "-verify_return_error"}, set, "the server demands a client certificate"},
		{"demands, 1.2", []string{"-tls1_2", "-Verify", "1", "-verify_return_error"}, set, "client certificate"},
		{"gets, 1.3", []string{"-tls1_3", "-Verify", "1", "-verify_return_error"}, mine, ""},
		{"gets, 1.2", []string{"-tls1_2", "-Verify", "1", "-verify_return_error"}, mine, ""},
		{"refuses, 1.3", []string{"-tls1_3", "-Verify", "1", "-verify_return_error"}, foreign, "the server does not accept our client certificate"},
		{"refuses, 1.2", []string{"-tls1_2", "-Verify", "1", "-verify_return_error"}, foreign, "the server does not accept our client certificate"},
		{"TLS 1.0 only", []string{"-tls1", "-cipher", "ALL:@SECLEVEL=0"}, set, "the server speaks no TLS version that is accepted here"},
		{"another protocol", []string{"-alpn", "imap"}, kinds.Secure{CAFile: trusted, ALPN: []string{"h2"}}, "protocols that alpn offers"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			address := free(t)
			start(t, address, openssl, append([]string{"s_server", "-quiet", "-accept", address, "-cert", cert, "-key", key,
				"-CAfile", trusted, "-attime", at}, tc.args...)...)
			facts, err := ask(t, kinds.TLS{Address: address, Secure: tc.set}, kinds.Env{Clock: atEpoch})
			if tc.text != "" {
				failsWith(t, err, "tls", tc.text)
			} else if err != nil {
				t.Error(err)
			}
			if tc.name != "TLS 1.0 only" && tc.name != "another protocol" && !facts.CertExpiry.Equal(epoch.AddDate(0, 0, 30)) {
				t.Errorf("expiry %s", facts.CertExpiry)
			}
		})
	}
}
