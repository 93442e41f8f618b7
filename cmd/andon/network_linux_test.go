package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestNetworks tells stories of networks that are cut. The test runs itself
// again in a network of its own, in which are andon and, at the end of a link
// each, the shop and two witnesses; AWS is emulated beside andon, on loopback.
func TestNetworks(t *testing.T) {
	t.Parallel()
	if os.Getenv("ANDON_TEST_NETWORK") != "" {
		tellNetworks(t)
		return
	}
	ip, err := findIP()
	if err != nil {
		missing(t, "ip is not installed (Debian: iproute2)")
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestNetworks$", "-test.timeout=2m", "-test.v")
	cmd.Env = append(os.Environ(), "ANDON_TEST_NETWORK="+ip)
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}, GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}}
	out, err := cmd.CombinedOutput()
	if errors.Is(err, syscall.EPERM) && os.Getuid() == 0 { // no user namespaces here, and root needs none
		cmd = exec.CommandContext(t.Context(), cmd.Path, cmd.Args[1:]...)
		cmd.Env = append(os.Environ(), "ANDON_TEST_NETWORK="+ip)
		cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
		out, err = cmd.CombinedOutput()
	}
	var exit *exec.ExitError
	switch {
	case err != nil && !errors.As(err, &exit):
		missing(t, fmt.Sprintf("no network namespaces here: %v", err))
	case err != nil:
		t.Errorf("%v\n%s", err, out)
	case bytes.Contains(out, []byte("--- SKIP: TestNetworks")):
		t.Skip("no links between networks here")
	}
}

// missing skips, but fails where everything has to be there.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("ANDON_REQUIRE_REAL") == "1" {
		t.Fatal(what)
	}
	t.Skip(what)
}

func findIP() (string, error) {
	for _, path := range []string{"ip", "/usr/sbin/ip", "/sbin/ip"} {
		if found, err := exec.LookPath(path); err == nil {
			return found, nil
		}
	}
	return "", exec.ErrNotFound
}

func tellNetworks(t *testing.T) {
	n := &networks{ip: os.Getenv("ANDON_TEST_NETWORK"), peers: map[string]*peerProcess{}}
	defer n.close()
	if err := n.run("link", "set", "lo", "up"); err != nil {
		t.Fatal(err)
	}
	if err := n.run("addr", "add", "169.254.169.253/32", "dev", "lo"); err != nil {
		t.Fatal(err)
	}
	for i, name := range []string{"shop", "a", "b"} {
		if err := n.add(name, fmt.Sprintf("10.%d.0", i+1)); err != nil {
			first, _, _ := strings.Cut(err.Error(), "\n")
			missing(t, "no links between networks here: "+first)
		}
	}
	testscript.RunT(sequential{t}, testscript.Params{Dir: "testdata/network", Cmds: n.commands(), Setup: func(env *testscript.Env) error {
		return errors.Join(n.mend(), setStage(env))
	}})
}

// sequential runs stories one after the other: they cut the same links.
type sequential struct{ *testing.T }

func (s sequential) Parallel() {}
func (s sequential) Run(name string, f func(testscript.T)) {
	s.T.Run(name, func(t *testing.T) { f(sequential{t}) })
}
func (s sequential) Verbose() bool { return testing.Verbose() }

// networks are links to peers, as seen from andon.
type networks struct {
	ip    string
	peers map[string]*peerProcess
}

type peerProcess struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Scanner
	net    string // such as 10.1.0: ours is .1, the peer's .2
	device string // our end of the link
}

func (n *networks) run(args ...string) error {
	out, err := exec.Command(n.ip, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("ip %v: %w: %s", args, err, out)
	}
	return nil
}

// add starts a peer in a network of its own and links it.
func (n *networks) add(name, net string) error {
	p := &peerProcess{cmd: exec.Command("peer"), net: net, device: "to-" + name}
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	p.cmd.Stderr = os.Stderr
	in, err := p.cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := p.cmd.Start(); err != nil {
		return err
	}
	p.in, p.out, n.peers[name] = in, bufio.NewScanner(out), p
	return errors.Join(
		n.run("link", "add", p.device, "type", "veth", "peer", "name", "eth0", "netns", fmt.Sprint(p.cmd.Process.Pid)),
		n.run("addr", "add", net+".1/24", "dev", p.device),
		n.run("link", "set", p.device, "up"),
		p.tell("run "+n.ip+" addr add "+net+".2/24 dev eth0"),
		p.tell("run "+n.ip+" link set eth0 up"))
}

// tell has the peer do something.
func (p *peerProcess) tell(command string) error {
	if _, err := fmt.Fprintln(p.in, command); err != nil {
		return err
	}
	if p.out.Scan(); p.out.Text() != fmt.Sprint("did ", command, " <nil>") {
		return fmt.Errorf("the peer says %q, %v", p.out.Text(), p.out.Err())
	}
	return nil
}

func (n *networks) close() {
	for _, p := range n.peers {
		p.in.Close() // it ends then, and its network with it
		done := time.AfterFunc(5*time.Second, func() { p.cmd.Process.Kill() })
		p.cmd.Wait()
		done.Stop()
	}
}

func (n *networks) commands() map[string]func(*testscript.TestScript, bool, []string) {
	cmds := storySteps()
	cmds["link"] = func(ts *testscript.TestScript, _ bool, args []string) {
		for _, name := range args[1:] {
			ts.Check(n.set(n.peers[name], args[0]))
		}
	}
	cmds["tell"] = func(ts *testscript.TestScript, _ bool, args []string) { ts.Check(n.peers[args[0]].tell(args[1])) }
	return cmds
}

// mend undoes what a story before did.
func (n *networks) mend() error {
	var errs []error
	for _, p := range n.peers {
		errs = append(errs, n.set(p, "up"), p.tell("well"))
	}
	return errors.Join(errs...)
}

// set changes a link: down, where connections fail at once; drop, where what
// is sent goes to nobody and no answer ever comes; up.
func (n *networks) set(p *peerProcess, state string) error {
	address := p.net + ".2"
	switch state {
	case "down":
		return n.run("link", "set", p.device, "down")
	case "drop":
		return n.run("neigh", "replace", address, "lladdr", "02:00:00:00:00:99", "dev", p.device, "nud", "permanent")
	case "up":
		_ = n.run("neigh", "del", address, "dev", p.device) // there is none after down
		return n.run("link", "set", p.device, "up")
	}
	return fmt.Errorf("a link is set up, down or drop, not %q", state)
}
