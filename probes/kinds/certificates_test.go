package kinds_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"testing"
)

// serverTLS is a peer that does the server's half of a handshake, then talks.
func serverTLS(t testing.TB, config *tls.Config, talk func(net.Conn)) (address string) {
	t.Helper()
	return peer(t, func(c net.Conn) {
		s := tls.Server(c, config)
		if s.Handshake() == nil && talk != nil {
			talk(s)
		}
	})
}

func drain(c net.Conn) { io.Copy(io.Discard, c) }

// custom is a certificate signed by a, made as shape says.
func (a authority) custom(t testing.TB, key crypto.Signer, shape func(*x509.Certificate)) tls.Certificate {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(3), NotBefore: epoch.AddDate(-1, 0, 0), NotAfter: epoch.AddDate(0, 0, 30),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	if shape != nil {
		shape(template)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// self is a certificate for 127.0.0.1 that nobody else signed.
func self(t testing.TB) tls.Certificate {
	key := newKey(t)
	lone := authority{&x509.Certificate{Subject: pkix.Name{CommonName: "lone"}}, key}
	return lone.custom(t, key, func(c *x509.Certificate) { c.Subject.CommonName = "lone" })
}

// below is an authority that a signed.
func (a authority) below(t testing.TB, shape func(*x509.Certificate)) authority {
	t.Helper()
	key := newKey(t)
	signed := a.custom(t, key, func(c *x509.Certificate) {
		c.Subject, c.IPAddresses = pkix.Name{CommonName: "test intermediate"}, nil
		c.IsCA, c.BasicConstraintsValid, c.KeyUsage = true, true, x509.KeyUsageCertSign
		if shape != nil {
			shape(c)
		}
	})
	cert, err := x509.ParseCertificate(signed.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	return authority{cert, key}
}

// with is the chain that a server shows for c.
func with(c tls.Certificate, above ...authority) tls.Certificate {
	for _, a := range above {
		c.Certificate = append(c.Certificate, a.cert.Raw)
	}
	return c
}

func rsaKey(t testing.TB, bits int) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return key
}
