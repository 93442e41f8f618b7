package main

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"

	"github.com/andon-project/andon/shop"
)

// peer is somebody in a network of their own: a shop on port 80, and who has no
// more than a port. It does what its parent writes to it, a command a line, and
// says each time what came of it.
func peer() {
	s := shop.New()
	go func() {
		fmt.Fprintln(os.Stderr, http.ListenAndServe(":80", s))
		os.Exit(1)
	}()
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		var err error
		switch command, rest, _ := strings.Cut(in.Text(), " "); command {
		case "run": // in the network of the peer
			args := strings.Fields(rest)
			err = exec.Command(args[0], args[1:]...).Run()
		case "sick":
			s.Break(shop.Error)
		case "well":
			s.Mend()
		}
		fmt.Println("did", in.Text(), err)
	}
}
