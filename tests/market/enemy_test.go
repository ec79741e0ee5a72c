package market

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	catalog "github.com/aws/aws-sdk-go-v2/service/marketplacecatalog"
	"github.com/aws/aws-sdk-go-v2/service/marketplacecatalog/types"

	"github.com/axle-cd/axle/sandbox"
	"github.com/axle-cd/axle/sandbox/world"
)

// enemy is a life in which everything goes wrong at once: AWS's bad day, processes killed at any moment,
// a second runner, and a stranger who changes the same experiences.
type enemy struct {
	*testing.T
	by    *rand.Rand
	box   *sandbox.Sandbox
	kills int
}

// two.yaml's lists, by the ends of their ids.
var (
	approved = []string{"0001", "0002", "0003", "0004", "prod-new", "prod-poison"}
	ignored  = "0009" // in north
	theirs   = map[string][]string{"management": {"exp-1111approved"}, "management-2": {"exp-2222north", "exp-2222pilots"}}
)

// meddle is what a stranger does: he flips a product, allows one of his own, or changes the branding; his
// change set holds the experience meanwhile. Where AWS refuses him, nothing has happened.
func (e *enemy) meddle() {
	user := managers[e.by.IntN(len(managers))]
	id := theirs[user][e.by.IntN(len(theirs[user]))]
	products := func(id string) map[string]any {
		return map[string]any{"Products": []any{map[string]any{"Ids": []string{id}}}}
	}
	kind, details := "UpdateBrandingSettings", map[string]any{"Configuration": map[string]any{"Title": "Theirs"}}
	switch e.by.IntN(4) {
	case 0:
		kind, details = "DenyProductProcurement", products("prod-new")
	case 1:
		kind, details = "AllowProductProcurement", products("prod-stranger")
	case 2:
		kind, details = "DenyProductProcurement", products("ab1234cd-1234-abcd-5678-90abcdef0001")
	}
	raw, _ := json.Marshal(details)
	_, _ = catalog.NewFromConfig(config(e.T, e.box, user)).StartChangeSet(e.Context(), &catalog.StartChangeSetInput{Catalog: aws.String(awsMarketplace), ChangeSetName: aws.String("somebody"),
		ChangeSet: []types.Change{{ChangeType: &kind, Details: aws.String(string(raw)), Entity: &types.Entity{Type: aws.String("Experience@1.0"), Identifier: &id}}}})
}

// kill kills a command at some moment, if it has not ended by then.
func (e *enemy) kill(args []string, s *shop, after time.Duration) {
	cmd := s.remote(args...)
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	check(e.T, cmd.Start())
	timer := time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
	_ = cmd.Wait()
	timer.Stop()
	e.ended(cmd.ProcessState.ExitCode(), out.String())
}

// ended holds what any end of a command must keep to: the exit codes that there are, and no secret said.
func (e *enemy) ended(code int, said string) {
	if code == -1 {
		e.kills++
	}
	if !slices.Contains([]int{-1, 0, 1, 3, 4, 124}, code) {
		e.Errorf("exit %d\n%s", code, said)
	}
	for _, secret := range []string{"7f3c2d9e41", "c81b0a5577", "SECRET", "panic:", "goroutine "} {
		if strings.Contains(said, secret) {
			e.Errorf("%s is said:\n%s", secret, said)
		}
	}
}

// turns is the order in which AWS carried out what whom changed; by says whether it was axle.
type turn struct {
	change
	axle bool
}

func turns(t *testing.T, box *sandbox.Sandbox) (all []turn) {
	t.Helper()
	type set struct {
		id, name, end string
		c             *catalog.Client
	}
	var sets []set
	for _, user := range managers {
		c := catalog.NewFromConfig(config(t, box, user))
		for page := (catalog.ListChangeSetsInput{Catalog: aws.String(awsMarketplace)}); ; {
			out, err := c.ListChangeSets(t.Context(), &page)
			check(t, err)
			for _, s := range out.ChangeSetSummaryList {
				if s.Status == "SUCCEEDED" {
					sets = append(sets, set{*s.ChangeSetId, aws.ToString(s.ChangeSetName), aws.ToString(s.StartTime), c})
				}
			}
			if page.NextToken = out.NextToken; page.NextToken == nil {
				break
			}
		}
	}
	slices.SortFunc(sets, func(a, b set) int { return strings.Compare(a.end, b.end) }) // one at a time in an experience
	for _, s := range sets {
		for _, x := range changesOf(t, s.c, s.id) {
			all = append(all, turn{x, strings.HasPrefix(s.name, "axle:")})
		}
	}
	return all
}

// fair holds that axle changed nothing twice, and nothing that the file does not say.
func (e *enemy) fair() (axles []change) {
	e.Helper()
	is := map[change]bool{}
	for _, t := range turns(e.T, e.box) {
		if t.axle {
			axles = append(axles, t.change)
			short := strings.TrimPrefix(t.Product, "ab1234cd-1234-abcd-5678-90abcdef")
			if wanted := slices.Contains(approved, short); wanted != (t.Effect == "allow") || short == ignored && t.Experience != "exp-1111approved" && t.Experience != "exp-2222pilots" {
				e.Errorf("axle changed what the file does not say: %+v", t)
			}
			if is[t.change] {
				e.Errorf("axle did it again though it was so: %+v", t)
			}
		}
		other := t.change
		other.Effect = map[string]string{"allow": "deny", "deny": "allow"}[t.Effect]
		is[t.change], is[other] = true, false
	}
	return axles
}

// Everything at once, some lives long: what nobody wrote is never changed, nothing is changed twice, no secret
// is said, the audit verifies and has what AWS has; and when the day is over, one pass ends like an
// undisturbed one. PMP-3 PMP-5 PMP-6 PMP-7 PMP-8 PMP-11 PMP-15 X13
func TestEnemy(t *testing.T) {
	t.Parallel() // it waits, mostly
	lives, kills := 4, 4
	if full {
		lives, kills = 30, 9
	}
	repo := repository(t, "two.yaml")
	alone := stand(t)
	s, _ := at(t, alone, repo)
	s.exits(1, "market", "apply")
	want := lists(t, alone)
	var mu sync.Mutex
	total := 0
	t.Cleanup(func() { t.Logf("%d kills", total) })
	for range lives {
		seed := rand.Uint64()
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			e := &enemy{T: t, by: rand.New(rand.NewPCG(seed, 0)), box: stand(t)}
			e.live(repo, kills, want)
			mu.Lock()
			defer mu.Unlock()
			total += e.kills
		})
	}
}

func (e *enemy) live(repo string, kills int, want []change) {
	a, _ := at(e.T, e.box, repo)
	b, _ := at(e.T, e.box, repo)
	shared := e.by.IntN(2) == 0
	if shared {
		b.state = a.state
	}
	check(e.T, e.box.Set(e.Context(), map[string]string{"preset": "storm", "sandbox:throttle": "off"}))
	stop := make(chan struct{})
	var clock sync.WaitGroup
	clock.Go(func() { // time goes by, for who waits for nothing but that
		for {
			select {
			case <-stop:
				return
			case <-time.After(500 * time.Millisecond):
				_ = e.box.Advance(e.Context(), 20*time.Second)
			}
		}
	})
	for range kills {
		e.meddle()
		if e.by.IntN(3) == 0 {
			after := time.Duration(e.by.Int64N(int64(4 * time.Second)))
			cmd := b.remote("market", "apply")
			check(e.T, cmd.Start())
			e.kill([]string{"market", "apply"}, a, time.Duration(e.by.Int64N(int64(4*time.Second))))
			time.Sleep(after / 4)
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
			e.kills++
			continue
		}
		e.kill([]string{"market", "apply"}, []*shop{a, b}[e.by.IntN(2)], time.Duration(e.by.Int64N(int64(6*time.Second))))
	}
	check(e.T, e.box.Set(e.Context(), map[string]string{"preset": "calm"}))
	check(e.T, e.box.SetPace(e.Context(), world.Pace{Mode: "manual"}))
	close(stop)
	clock.Wait()
	check(e.T, e.box.Advance(e.Context(), 10*time.Minute)) // whatever is open ends
	e.after(a, b, want)
}

// after is the next day: each runner makes a pass, and what it leaves is what the file says.
func (e *enemy) after(a, b *shop, want []change) {
	for _, s := range []*shop{a, b} {
		code, said := s.end(s.remote("market", "apply"))
		if e.ended(code, said); code != 1 { // poison rests
			e.Errorf("exit %d\n%s", code, said)
		}
		s.exits(0, "audit", "verify")
	}
	axles := inOrder(e.fair())
	told := a.audited()
	if a.state != b.state {
		told = append(told, b.audited()...)
	}
	named := func(all []change) []change {
		all = slices.DeleteFunc(inOrder(all), func(c change) bool { return c.Product == "" })
		if a.state != b.state { // both may have told of one change set
			all = slices.Compact(all)
		}
		return all
	}
	if told, axles = named(told), named(axles); !slices.Equal(told, axles) {
		e.Errorf("the audit:\n%v\nAWS:\n%v", told, axles)
	}
	theirs := func(c change) bool { return c.Product == "prod-stranger" } // denied, where it was allowed once
	if got := slices.DeleteFunc(lists(e.T, e.box), theirs); !slices.Equal(got, want) {
		e.Errorf("\n got %v\nwant %v\n%s", got, want, a.said.String())
	}
}
