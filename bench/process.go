package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A bench has what all measurements need.
type bench struct {
	options
	dir      string // of its own, removed at the end
	andon    string // the program
	self     string // ours, for the roles
	progress io.Writer
}

// build makes andon, stripped as in the container. Other flags of the compiler
// would compile all that it is made of anew.
func (b *bench) build(ctx context.Context) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	b.self, b.andon = self, filepath.Join(b.dir, "andon")
	c := exec.CommandContext(ctx, "go", "build", "-ldflags", "-s -w", "-o", b.andon, "github.com/andon-project/andon/cmd/andon")
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("andon cannot be built; run this in its repository: %w\n%s", err, out)
	}
	return nil
}

// say tells what goes on meanwhile.
func (b *bench) say(format string, args ...any) { fmt.Fprintf(b.progress, format+"\n", args...) }

// A process is a child of ours that serves on loopback.
type process struct {
	cmd   *exec.Cmd
	ended chan struct{} // closed when it has
	log   string        // a file
	url   string        // where it serves, without a slash at the end
	begun time.Time
}

// start runs a program until it says where it serves. It gets an environment
// of its own: nothing of ours leads it anywhere.
func (b *bench) start(ctx context.Context, env []string, program string, args ...string) (*process, error) {
	log, err := os.CreateTemp(b.dir, "log-")
	if err != nil {
		return nil, err
	}
	defer log.Close()
	p := &process{cmd: exec.Command(program, args...), ended: make(chan struct{}), log: log.Name(), begun: time.Now()}
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = b.dir, log, log
	p.cmd.Env = append([]string{"HOME=" + b.dir, "TMPDIR=" + b.dir, "AWS_EC2_METADATA_DISABLED=true"}, env...)
	mortal(p.cmd)
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		p.cmd.Wait() // how it ended is told by its log
		close(p.ended)
	}()
	page := regexp.MustCompile(`(?:page|AWS_ENDPOINT_URL)=(http://[0-9.:]+)`)
	err = eventually(ctx, 30*time.Second, 5*time.Millisecond, func() (bool, error) {
		said, err := os.ReadFile(p.log)
		if m := page.FindSubmatch(said); m != nil {
			p.url = string(m[1])
			return true, nil
		}
		select {
		case <-p.ended:
			return false, errors.New("it ended")
		default:
			return false, err
		}
	})
	if err != nil {
		said, _ := os.ReadFile(p.log)
		p.stop()
		return nil, fmt.Errorf("%s %s does not serve: %w\n%s", filepath.Base(program), args[0], err, said)
	}
	return p, nil
}

// stop ends it, by force after 15 s.
func (p *process) stop() {
	p.cmd.Process.Signal(syscall.SIGTERM) // who has ended already does not mind
	select {
	case <-p.ended:
	case <-time.After(15 * time.Second):
		p.cmd.Process.Kill()
		<-p.ended
	}
}

// eventually asks again and again until it is so, or for so long.
func eventually(ctx context.Context, within, pause time.Duration, ask func() (bool, error)) error {
	deadline := time.Now().Add(within)
	for {
		if ok, err := ask(); ok || err != nil {
			return err
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("not within %s", within)
		}
		if err := sleep(ctx, pause); err != nil {
			return err
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// cpu is what a process used since it began, of user and system time: see
// proc_pid_stat(5), fields 14 and 15, in hundredths of a second.
func (p *process) cpu() (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:])) // from the third on
	if len(fields) < 13 {
		return 0, errors.New("/proc/PID/stat is shorter than expected")
	}
	user, err := strconv.Atoi(fields[11])
	system, err2 := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond, errors.Join(err, err2)
}

// resident is the memory that a process has at the moment, in MiB.
func (p *process) resident() (float64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	kib := 0
	if _, err := fmt.Sscan(rest, &kib); err != nil {
		return 0, fmt.Errorf("/proc/PID/status has no VmRSS: %w", err)
	}
	return float64(kib) / 1024, nil
}
