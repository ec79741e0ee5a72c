package sandbox_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/adapters/sqlite"
	"github.com/axle-cd/axle/sandbox"
	"github.com/axle-cd/axle/sandbox/world"
)

// Where in a call the process is killed.
var killPoints = []string{"before the call", "before the commit", "before the reply", "after the reply"}

// mortal is a store whose process is killed at one point of its nth writing call.
type mortal struct {
	world.Store
	at, point int
	updates   int
}

func (m *mortal) die(point int) {
	if m.updates == m.at && m.point == point {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
}

func (m *mortal) Update(ctx context.Context, f func(world.Tx) error) error {
	m.updates++
	m.die(0)
	err := m.Store.Update(ctx, func(tx world.Tx) error {
		err := f(tx)
		m.die(1)
		return err
	})
	m.die(2)
	return err
}

// A sandbox killed at any call, at four points of it, has all that it replied to; who goes on with the
// same tokens ends at the same state as if nothing had been. SBX-56, SBX-59, X02, I3
func TestKilled(t *testing.T) {
	if dir := os.Getenv("AXLE_TEST_KILLED"); dir != "" {
		liveUntilKilled(t, dir)
		return
	}
	clean := t.TempDir()
	said := incarnation(t, clean, 0, 0)
	want, calls := endOf(t, clean), strings.Count(said, "replied")
	if calls < 6 {
		t.Fatalf("the life has %d calls: %s", calls, said)
	}
	for n := range calls {
		for point, name := range killPoints {
			dir := t.TempDir()
			before := incarnation(t, dir, n+firstCall, point)
			after := incarnation(t, dir, 0, 0)
			for line := range strings.Lines(before) { // what was replied is given again
				if !strings.Contains(after, line) {
					t.Errorf("killed at call %d %s: %q was replied, and then %q", n, name, line, after)
				}
			}
			if got := endOf(t, dir); got != want {
				t.Errorf("killed at call %d %s: another state than the clean one's", n, name)
			}
		}
	}
}

// firstCall is the update in which the first call of the life runs: one before it reads the keys.
const firstCall = 2

// incarnation runs the life in a process of its own, and gives what it said before it ended.
func incarnation(t *testing.T, dir string, at, point int) string {
	t.Helper()
	worker := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilled$")
	worker.Env = append(os.Environ(), "AXLE_TEST_KILLED="+dir, fmt.Sprintf("AXLE_TEST_KILL_AT=%d", at), fmt.Sprintf("AXLE_TEST_KILL_POINT=%d", point))
	var out bytes.Buffer
	worker.Stdout = &out
	if err := worker.Run(); (err != nil) != (at > 0) {
		t.Fatalf("kill at %d, point %d: ended with %v: %s", at, point, err, out.String())
	}
	var said strings.Builder
	for line := range strings.Lines(out.String()) {
		if strings.HasPrefix(line, "replied") {
			said.WriteString(line)
		}
	}
	return said.String()
}

func endOf(t *testing.T, dir string) string {
	t.Helper()
	store, err := sqlite.OpenWorld(t.Context(), filepath.Join(dir, "sandbox.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	return digest(t, over(t, store, sandbox.Options{}))
}

func liveUntilKilled(t *testing.T, dir string) {
	file, err := sqlite.OpenWorld(t.Context(), filepath.Join(dir, "sandbox.db"))
	if err != nil {
		t.Fatal(err)
	}
	m := &mortal{Store: file}
	m.at, _ = strconv.Atoi(os.Getenv("AXLE_TEST_KILL_AT"))
	m.point, _ = strconv.Atoi(os.Getenv("AXLE_TEST_KILL_POINT"))
	s := over(t, m, sandbox.Options{Wall: time.Now, Seed: []byte("killed")})
	c := catalogOf(config(t, s, "axle"))
	reply := func(what, id string, err error) {
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println("replied", what, id)
		m.die(3)
	}
	id, code := createPortfolio(t, c, "storage")
	reply("CreatePortfolio", id, codeError(code))
	other := named(t, c, "other")
	reply("CreatePortfolio", other, nil)
	admit(t, c, id)
	reply("AssociatePrincipalWithPortfolio", "", nil)
	_, err = c.UpdatePortfolio(t.Context(), &servicecatalog.UpdatePortfolioInput{Id: &id, AddTags: []types.Tag{{Key: aws.String("cost"), Value: aws.String("1")}}})
	reply("UpdatePortfolio", id, err)
	_, err = c.CreatePortfolioShare(t.Context(), &servicecatalog.CreatePortfolioShareInput{PortfolioId: &other, AccountId: aws.String("333333333333")})
	reply("CreatePortfolioShare", "", err)
	_, err = c.CreateTagOption(t.Context(), &servicecatalog.CreateTagOptionInput{Key: aws.String("k"), Value: aws.String("v")})
	if codeOf(err) == "DuplicateResourceException" { // it has no token: made before the kill
		err = nil
	}
	reply("CreateTagOption", "", err)
}

func codeError(code string) error {
	if code == "" {
		return nil
	}
	return fmt.Errorf("%s", code)
}
