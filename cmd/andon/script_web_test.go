package main

import (
	"fmt"
	"os"
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
