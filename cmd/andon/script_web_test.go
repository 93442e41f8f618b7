package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/crypto/bcrypt"
)

// users FILE NAME=PASSWORD… appends users to a web configuration.
func writeUsers(ts *testscript.TestScript, _ bool, args []string) {
	text := "basic_auth_users:\n"
	for _, user := range args[1:] {
		name, password, _ := strings.Cut(user, "=")
		hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
		ts.Check(err)
		text += fmt.Sprintf("  %s: %s\n", name, hash)
	}
	f, err := os.OpenFile(ts.MkAbs(args[0]), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	ts.Check(err)
	_, err = f.WriteString(text)
	ts.Check(err)
	ts.Check(f.Close())
}

// certify CERT KEY writes a certificate for 127.0.0.1 that signs itself.
func writeCertificate(ts *testscript.TestScript, _ bool, args []string) {
	_, err := certify(ts.MkAbs(args[0]), ts.MkAbs(args[1]))
	ts.Check(err)
}

// ask METHOD PATH NAME:PASSWORD STATUS [REGEXP] asks the daemon once, as a user
// or, with -, as nobody. With ! the answer does not match.
func ask(ts *testscript.TestScript, neg bool, args []string) {
	r, err := http.NewRequest(args[0], ts.Getenv("ANDON_ADDR")+args[1], nil)
	ts.Check(err)
	if name, password, ok := strings.Cut(args[2], ":"); ok {
		r.SetBasicAuth(name, password)
	}
	resp, err := http.DefaultClient.Do(r)
	ts.Check(err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	ts.Check(err)
	if got := fmt.Sprint(resp.StatusCode); got != args[3] || len(args) > 4 && regexp.MustCompile(args[4]).Match(body) == neg {
		ts.Fatalf("%s %s", got, body)
	}
}
