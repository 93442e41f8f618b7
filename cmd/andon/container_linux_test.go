package main

import (
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestContainer builds the image of the Dockerfile, on a stand-in for Go's image
// that is made of what this machine has, and runs it as an orchestrator would. The
// test runs itself again as root of mounts (and users) of its own, which end with
// it however it ends.
func TestContainer(t *testing.T) {
	t.Parallel()
	if os.Getenv("ANDON_TEST_CONTAINER") != "" {
		tellContainer(t)
		return
	}
	buildah, err := exec.LookPath("buildah")
	if err != nil {
		missing(t, "buildah is not on PATH (Debian: buildah)")
	}
	args := []string{os.Args[0], "-test.run=^TestContainer$", "-test.timeout=5m", "-test.v"}
	if os.Getuid() != 0 {
		if err := exec.CommandContext(t.Context(), buildah, "unshare", "--", "chown", "65532:65532", t.TempDir()).Run(); err != nil {
			missing(t, "no users of their own here (Debian: uidmap, and a range of 65536 in /etc/subuid and /etc/subgid)")
		}
		args = append([]string{buildah, "unshare", "--"}, args...)
	}
	cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
	cmd.Env = append(os.Environ(), "ANDON_TEST_CONTAINER="+buildah, "TMPDIR="+t.TempDir())
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if os.Getuid() == 0 {
		cmd.SysProcAttr.Unshareflags = syscall.CLONE_NEWNS
	}
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case errors.Is(err, syscall.EPERM) || err != nil && !errors.As(err, &exit):
		missing(t, fmt.Sprintf("no mounts of their own here: %v", err))
	case err != nil:
		t.Errorf("%v\n%s", err, out)
	default:
		t.Logf("%s", out)
	}
}

// An image is what buildah made of the Dockerfile.
type image struct {
	buildah string
	store   string // folder of all that buildah keeps
	root    string // folder of the image's file system
	config  struct {
		User, StopSignal string
		Env              []string
		Entrypoint, Cmd  []string
		Healthcheck      struct{ Test []string }
		Volumes          map[string]any
		ExposedPorts     map[string]any
		Labels           map[string]string
	}
}

// run runs buildah, away from what the machine's own keeps.
func (i *image) run(t *testing.T, args ...string) string {
	t.Helper()
	args = append([]string{"--root", filepath.Join(i.store, "root"), "--runroot", filepath.Join(i.store, "run"), "--storage-driver", "vfs"}, args...)
	var stderr strings.Builder
	cmd := exec.CommandContext(t.Context(), i.buildah, args...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("buildah %v: %v\n%s%s", args, err, out, stderr.String())
	}
	return strings.TrimSpace(string(out))
}

// buildImage builds the image in which roots are trusted beside those of the machine.
func buildImage(t *testing.T, buildah string, roots []byte) *image {
	i := &image{buildah: buildah, store: t.TempDir()}
	volumes := i.standIn(t, roots)
	i.run(t, append(volumes, "--pull-never", "--isolation", "chroot", "--format", "docker", "--quiet", "--tag", "localhost/andon",
		"--build-arg", "GO_IMAGE=localhost/go", "--build-arg", "VERSION=v1.2.3", "--build-arg", "REVISION=abcdef", "../..")...)
	var inspected struct {
		Docker struct{ Config json.RawMessage }
	}
	err := json.Unmarshal([]byte(i.run(t, "inspect", "--type", "image", "localhost/andon")), &inspected)
	if err == nil {
		err = json.Unmarshal(inspected.Docker.Config, &i.config)
	}
	if err != nil {
		t.Fatal(err)
	}
	i.root = i.run(t, "mount", i.run(t, "from", "--pull-never", "localhost/andon"))
	return i
}

// standIn makes localhost/go: an image of a few names, behind which the build
// (the returned arguments) mounts this machine's programs, toolchain and caches.
func (i *image) standIn(t *testing.T, roots []byte) (build []string) {
	name := i.run(t, "from", "scratch")
	root := i.run(t, "mount", name)
	for _, dir := range []string{"usr", "go", "cache", "modules", "root", "tmp", "etc/ssl/certs"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, dir := range []string{"bin", "sbin", "lib", "lib64"} { // as merged in Debian
		if err := os.Symlink("usr/"+dir, filepath.Join(root, dir)); err != nil {
			t.Fatal(err)
		}
	}
	const bundle = "etc/ssl/certs/ca-certificates.crt"
	machines, err := os.ReadFile("/" + bundle) // whom modules are fetched from, where the cache lacks some
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, bundle), append(machines, roots...), 0o644); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{}
	out, err := exec.CommandContext(t.Context(), "go", "env", "-json", "GOROOT", "GOCACHE", "GOMODCACHE", "GOPROXY", "GONOSUMDB", "GOSUMDB").Output()
	if err == nil {
		err = json.Unmarshal(out, &env)
	}
	if err != nil {
		t.Fatal(err)
	}
	build = []string{"build", "--volume", "/usr:/usr:ro"}
	config := []string{"config", "--env", "PATH=/go/bin:/usr/bin:/bin", "--env", "HOME=/root", "--env", "GOTOOLCHAIN=local"}
	for variable, dir := range map[string]string{"GOROOT": "/go", "GOCACHE": "/cache", "GOMODCACHE": "/modules"} {
		if err := os.MkdirAll(env[variable], 0o755); err != nil { // a cache that nobody has used yet
			t.Fatal(err)
		}
		build = append(build, "--volume", env[variable]+":"+dir)
		config = append(config, "--env", variable+"="+dir)
	}
	for _, variable := range []string{"GOPROXY", "GONOSUMDB", "GOSUMDB"} {
		config = append(config, "--env", variable+"="+env[variable])
	}
	i.run(t, append(config, name)...)
	i.run(t, "commit", "--quiet", "--rm", name, "localhost/go")
	return build
}

// command prepares a command of the image's user, in its file system, with no more
// than its environment and env.
func (i *image) command(t *testing.T, env []string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
	cmd.Dir, cmd.Env = "/", append(append([]string{}, i.config.Env...), env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: i.root, Pdeathsig: syscall.SIGKILL,
		Credential: &syscall.Credential{Uid: 65532, Gid: 65532}}
	return cmd
}

// readOnly makes the file system one that cannot be written to, but for the
// volume, and puts a configuration into it.
func (i *image) readOnly(t *testing.T, config string) {
	t.Helper()
	volume, etc := filepath.Join(i.root, "data"), filepath.Join(i.root, "etc/andon")
	if err := os.MkdirAll(etc, 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(etc, "andon.yaml"), config)
	if err := os.Chmod(filepath.Join(etc, "andon.yaml"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{i.root, volume} {
		if err := syscall.Mount(dir, dir, "", syscall.MS_BIND, ""); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
				t.Error(err)
			}
		})
	}
	if err := syscall.Mount("", i.root, "", syscall.MS_BIND|syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
}

// pemOf is certificates as a file has them.
func pemOf(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}
