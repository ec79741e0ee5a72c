package market

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/licensemanager"

	"github.com/axle-cd/axle/sandbox/world"
)

// Licences on AWS's bad day, killed at any moment, while a stranger takes grants back: nobody has two, each
// is made once and once more for each that was taken, and the next day all who are entitled have one.
// LIC-5 LIC-9 L20
func TestEnemyOfLicences(t *testing.T) {
	t.Parallel() // it waits, mostly
	lives, kills := 2, 4
	if full {
		lives, kills = 10, 6
	}
	repo := repository(t, "licences.yaml")
	for range lives {
		seed := rand.Uint64()
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			e := &enemy{T: t, by: rand.New(rand.NewPCG(seed, 0)), box: stand(t)}
			s, _ := at(t, e.box, repo)
			check(t, e.box.Set(t.Context(), map[string]string{"preset": "storm", "sandbox:throttle": "off"}))
			taken := 0
			for range kills {
				e.kill([]string{"licences", "apply"}, s, time.Duration(e.by.Int64N(int64(4*time.Second))))
				if e.by.IntN(3) == 0 {
					taken += e.takes()
				}
			}
			check(t, e.box.Set(t.Context(), map[string]string{"preset": "calm"}))
			check(t, e.box.SetPace(t.Context(), world.Pace{Mode: "manual"}))
			check(t, e.box.Advance(t.Context(), time.Hour))
			for range 2 { // what was being taken is gone after the first
				code, said := s.end(s.remote("licences", "apply"))
				e.ended(code, said)
				check(t, e.box.Advance(t.Context(), time.Hour))
			}
			s.exits(0, "licences", "apply")
			if got := fmt.Sprint(grants(t, e.box)); strings.Count(got, ":ACTIVE") != 2 || strings.Count(got, ":root:") != 2 {
				t.Errorf("%s\n%s", got, s.said.String())
			}
			if n := ofLicences(t, s, e.box).(shared).Calls["CreateGrant"]; n != 2+taken {
				t.Errorf("%d grants were made, and %d taken", n, taken)
			}
			s.exits(0, "audit", "verify")
		})
	}
}

// takes is a stranger who deletes a grant that is active.
func (e *enemy) takes() int {
	c := granting(e.T, e.box)
	out, err := c.ListDistributedGrants(e.Context(), &licensemanager.ListDistributedGrantsInput{})
	if err != nil {
		return 0
	}
	for _, g := range out.Grants {
		if g.GrantStatus == "ACTIVE" {
			_, _ = c.DeleteGrant(e.Context(), &licensemanager.DeleteGrantInput{GrantArn: g.GrantArn, Version: g.Version})
			now, err := c.ListDistributedGrants(e.Context(), &licensemanager.ListDistributedGrantsInput{})
			for i := 0; err != nil && i < 20; i++ {
				now, err = c.ListDistributedGrants(e.Context(), &licensemanager.ListDistributedGrantsInput{})
			}
			check(e.T, err)
			for _, n := range now.Grants {
				if *n.GrantArn == *g.GrantArn && n.GrantStatus != "ACTIVE" {
					return 1
				}
			}
			return 0
		}
	}
	return 0
}
