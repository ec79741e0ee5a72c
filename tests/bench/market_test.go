package bench

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/adapters/sqlite"
	"github.com/axle-cd/axle/market"
	"github.com/axle-cd/axle/sandbox"
	"github.com/axle-cd/axle/sandbox/marketplacecatalog"
	"github.com/axle-cd/axle/sandbox/world"
)

// fairs are four accounts, each with a private marketplace of its own, and five experiences in each.
var fairs = []string{"888888888888", "777777777777", "333333333333", "444444444444"}

const (
	perFair = 5
	perExp  = 500         // products: 10,000 changes in all
	setWork = time.Minute // what a change set takes
)

// market10k brings twenty empty experiences in line with five hundred products each, so many at a
// time, and says how long that took on the sandbox's clock, and how many change sets it were.
func market10k(t *testing.T, atOnce int) (took time.Duration, sets int) {
	wait := func(ctx context.Context, d time.Duration) error {
		select {
		case <-ctx.Done():
		case <-time.After(d):
		}
		return ctx.Err()
	}
	box, err := sandbox.New(world.Memory(), sandbox.Options{Wall: time.Now, Wait: wait, Mode: sandbox.Real, Seed: []byte("bench"), Start: "two-organizations"})
	must(t, err)
	k, err := box.Credentials(t.Context(), "axle")
	must(t, err)
	session := aws.New(aws.Options{Region: "eu-west-1", Transport: box.Transport(), Clock: aws.Clock{Now: time.Now, Sleep: wait},
		Credentials: credentials.NewStaticCredentialsProvider(k.AccessKeyID, k.SecretAccessKey, k.SessionToken)})
	role := world.Role{Name: "bench", Path: "/", TrustAccounts: []string{hub}, ExternalID: "x"}
	_, err = box.EnsureRole(t.Context(), fairs, role)
	must(t, err)
	file := fairFile(t, box, atOnce)
	must(t, box.SetRules(t.Context(), sandbox.Rules{Latency: []world.Latency{{Min: world.Duration(latency)}}}))
	must(t, box.Set(t.Context(), map[string]string{"sandbox:throttle": "on"}))
	log, err := sqlite.OpenLog(t.Context(), t.TempDir())
	must(t, err)
	defer log.Close()

	made := map[string]*aws.Marketplace{}
	for _, o := range file.Organizations {
		made[o.Name] = aws.NewMarketplace(session, o)
	}
	begun := time.Now()
	sight := file.Look(t.Context(), file.Experiences, func(o market.Organization) market.Marketplace { return made[o.Name] })
	pass := market.Pass{File: file, Books: sqlite.Market{Log: log, Hub: "bench"}, Now: time.Now, Sleep: wait, Run: "bench", Actor: "bench@example.com",
		At: func(o market.Organization) (market.Marketplace, market.Changer) { return made[o.Name], made[o.Name] }}
	done := pass.Apply(t.Context(), file.Plan(file.Experiences, sight, time.Now()), -1)
	took = time.Since(begun)
	for _, d := range done {
		if sets += d.Sets; d.Entry != "source" && (d.Outcome != market.Applied || d.Allowed != perExp) {
			t.Errorf("%+v", d)
		}
	}
	return took, sets
}

// fairFile is marketplace.yaml, and what it is about.
func fairFile(t *testing.T, box *sandbox.Sandbox, atOnce int) *market.File {
	var b strings.Builder
	b.WriteString("schema: 1\norganizations:\n")
	for i, account := range fairs {
		fmt.Fprintf(&b, "  - {name: org%d, id: o-benchbench%d, account: %q, role: %q, external_id: x}\n", i, i, account, "arn:aws:iam::"+account+":role/bench")
	}
	fmt.Fprintf(&b, "sync: {concurrency: %d, budget: 24h}\nexperiences:\n  - name: source\n    organization: org0\n    id: exp-source\n    products:\n      allow:\n", atOnce)
	var all []string
	for i := range perExp {
		all = append(all, fmt.Sprintf("prod-%05d", i))
		fmt.Fprintf(&b, "        - {id: %s}\n", all[i])
	}
	put := func(s marketplacecatalog.Seed) {
		_, err := box.PutExperience(t.Context(), s)
		must(t, err)
	}
	put(marketplacecatalog.Seed{Account: fairs[0], ID: "exp-source", Name: "source", Allow: all})
	for i, account := range fairs {
		for n := range perFair {
			id := fmt.Sprintf("exp-%d-%d", i, n)
			put(marketplacecatalog.Seed{Account: account, ID: id, Name: id, Audience: []string{fmt.Sprintf("%012d", 100*i+n+1)}})
			fmt.Fprintf(&b, "  - {name: e%d-%d, organization: org%d, follows: source, ids: [%s]}\n", i, n, i, id)
		}
	}
	f, ds := market.Load("marketplace.yaml", []byte(b.String()))
	must(t, ds.Err())
	return f
}

// PMP-4: 10,000 product changes over 20 experiences of 4 private marketplaces take no more than 1.1
// of what the API's limits allow: 50 ids a set, one set at a time for an experience, 5 starts a second
// for an account. Beside it the serial order, in which each experience waits for the one before.
func TestMarket10k(t *testing.T) {
	if testing.Short() {
		t.Skip("10,000 products: 20 s of CPU")
	}
	best := perExp / market.MostIDs * setWork
	var took, serial time.Duration
	var sets, same int
	synctest.Test(t, func(t *testing.T) { took, sets = market10k(t, 21) })
	synctest.Test(t, func(t *testing.T) { serial, same = market10k(t, 1) })
	t.Logf("10,000 changes: %d sets in %v, the limits allow %v (%.3f); one after another %v (%.1f times as long)", sets, took, best, took.Seconds()/best.Seconds(), serial, serial.Seconds()/took.Seconds())
	if took > best*11/10 || sets != 200 || same != 200 {
		t.Errorf("%v and %d sets; the limits allow %v and 200", took, sets, best)
	}
}
